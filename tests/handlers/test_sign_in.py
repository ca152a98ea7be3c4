"""The door: who comes in, for how long, and what somebody without the key can learn (nothing)."""

import re
from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.sessions import IDLE, LONGEST, REMEMBERED, hash_of
from chalicelib.portal import portal
from chalicelib.storage.accounts import account_item
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.tenants import ProfileItem
from chalicelib.web.cookies import session_cookie
from tests import mothers
from tests.conftest import Clock
from tests.mothers import ELOISE, Household, an_account
from tests.town import Counted, Provider
from tests.visitors import PASSWORD, Seen, Visitor

AGENT = "agent@demo.example"
SECOND = timedelta(seconds=1)


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the portal behind TLS, as everywhere but here."""
    monkeypatch.setenv("PORTAL_ADDRESS", "https://locataires.littoral-habitat.example")


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", "/").status == 200


def sessions_of(tenant: str) -> list[str]:
    return [session.secret_hash for session in portal().entrance.sessions.of(tenant)]


def secret_of(visitor: Visitor) -> str:
    """Give the secret that a browser holds."""
    return visitor.cookies["session"].split("~")[2]


def test_the_right_password_leads_home(eloise: Household) -> None:
    visitor = Visitor()

    answer = visitor.sign_in(eloise.email)

    assert answer.status == 303
    assert answer.location == "/"
    assert visitor.follow(answer).page.heading == "Bienvenue Mme Éloïse D’Aubigné-Lefèvre"


def test_the_address_may_be_spelled_with_capitals_and_blanks(eloise: Household) -> None:
    for spelled in ("9126-1@DEMO.example", "  9126-1@demo.example \t"):
        assert Visitor().sign_in(spelled).status == 303, spelled


def test_a_password_that_is_nearly_right_is_wrong(eloise: Household) -> None:
    for password in ("bonjour-2026!", "Bonjour-2026! ", "Bonjour-2026", PASSWORD * 12, "x"):
        assert Visitor().sign_in(eloise.email, password).status == 422, password


def test_an_unknown_account_a_wrong_password_and_an_agent_at_this_door_get_the_same_answer(
    eloise: Household, counted: Counted
) -> None:
    mothers.put(account_item(an_account("agent-1", AGENT, Role.AGENT)))
    tries = [
        (eloise.email, "Bonjour-2027!"),
        ("inconnu@demo.ex", PASSWORD),
        (AGENT, PASSWORD),
        (AGENT, "wrong"),
        ("é@demo.example", PASSWORD),
    ]
    answers = []
    for email, password in tries:
        counted.calls.clear()
        seen = Visitor().sign_in(email, password)
        answers.append((seen.status, without_visit(seen, email), seen.names(), dict(counted.calls)))

    assert answers[0][0] == 422
    assert "L’identifiant ou le mot de passe n’est pas le bon." in answers[0][1]
    assert answers[0][3] == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert all(answer == answers[0] for answer in answers)


def without_visit(seen: Seen, email: str) -> str:
    """Give a page without what belongs to this visit: its token, and what was typed."""
    html = re.sub(r'name="csrf" value="\w{32}"', "", seen.html)
    return html.replace(f'value="{email}"', "")


def test_what_is_missing_is_said_without_a_trip_and_the_password_is_never_shown_again(
    provider: Provider, counted: Counted
) -> None:
    visitor = Visitor()
    seen = visitor.sign_in("", "")

    assert seen.status == 422
    assert "Indiquez votre identifiant" in seen.page.words
    assert "Indiquez votre mot de passe" in seen.page.words
    assert seen.page.title.startswith("Erreur : se connecter")
    assert counted.calls.total() == 0
    assert "Secret-12!" not in visitor.sign_in("nobody@demo.example", "Secret-12!").html


def test_what_was_typed_is_kept_when_the_password_was_wrong(eloise: Household) -> None:
    seen = Visitor().sign_in(eloise.email, "wrong", souvenir="oui")

    form = seen.page.form("/connexion").fields
    assert form["identifiant"] == eloise.email
    assert form["souvenir"] == "oui"
    assert form["mot-de-passe"] == ""


def test_every_sign_in_opens_a_session_of_its_own(eloise: Household) -> None:
    first, second = Visitor(), Visitor()
    first.sign_in(eloise.email)
    second.sign_in(eloise.email)

    secrets = {secret_of(visitor) for visitor in (first, second)}
    assert len(secrets) == 2
    assert sorted(sessions_of(ELOISE)) == sorted(hash_of(secret) for secret in secrets)


def test_after_a_forgotten_password_the_door_says_all_that_has_ended(provider: Provider) -> None:
    words = Visitor().get("/connexion?fait=mot-de-passe").page.words

    assert "Vos appareils sont tous déconnectés, et vos clés d’accès retirées." in words


def test_who_is_in_already_does_not_see_the_door(visitor: Visitor) -> None:
    assert visitor.ask("GET", "/connexion").location == "/"


def test_somebody_sent_to_the_door_gets_where_they_wanted_to_go(eloise: Household) -> None:
    visitor = Visitor()
    door = visitor.get("/demandes/D2026-000123")

    answer = visitor.send(door, "/connexion", identifiant=eloise.email, mot_de_passe=PASSWORD)

    assert answer.location == "/demandes/D2026-000123"


def test_the_table_holds_nothing_that_opens_a_door(visitor: Visitor, eloise: Household) -> None:
    secret = secret_of(visitor)
    (kept,) = sessions_of(ELOISE)

    assert kept == hash_of(secret) != secret
    assert len(secret) >= 43
    forged = Visitor()
    entrance = portal().entrance
    (session,) = entrance.sessions.of(ELOISE)
    forged.cookies["session"] = session_cookie(entrance, session, kept).split("; ")[0][8:]
    assert not is_in(forged)


def test_a_session_ends_after_half_an_hour_without_a_page(visitor: Visitor, clock: Clock) -> None:
    clock.advance(seconds=(IDLE - SECOND).total_seconds())
    assert is_in(visitor)
    clock.advance(seconds=(IDLE - SECOND).total_seconds())
    assert is_in(visitor)

    clock.advance(seconds=IDLE.total_seconds())
    assert not is_in(visitor)


def test_a_session_ends_after_twelve_hours_whatever_is_done(visitor: Visitor, clock: Clock) -> None:
    began = clock.at
    while clock.at < began + LONGEST - IDLE:
        clock.advance(minutes=29)
        assert is_in(visitor)
    clock.at = began + LONGEST - SECOND
    assert is_in(visitor)

    clock.at = began + LONGEST
    assert not is_in(visitor)


def test_a_remembered_session_lasts_thirty_days(eloise: Household, clock: Clock) -> None:
    visitor = Visitor()
    visitor.sign_in(eloise.email, souvenir="oui")
    began = clock.at
    clock.advance(days=20)
    assert is_in(visitor)
    clock.at = began + REMEMBERED - SECOND
    assert is_in(visitor)

    clock.at = began + REMEMBERED
    assert not is_in(visitor)


def test_a_page_of_an_ended_session_sends_to_the_door_and_its_forms_do_nothing(
    visitor: Visitor, clock: Clock, counted: Counted
) -> None:
    page = visitor.get("/paiement/payer")
    clock.advance(minutes=30)
    counted.calls.clear()

    answer = visitor.send(page, "/paiement")

    assert answer.location == "/connexion"
    assert counted.writes == 0


def test_signing_out_ends_this_session_only_and_at_once(visitor: Visitor, eloise: Household) -> None:
    other = Visitor()
    other.enter(ELOISE)
    stolen = Visitor(cookies=dict(visitor.cookies))

    answer = visitor.send(visitor.get("/"), "/deconnexion")

    assert answer.location == "/connexion"
    assert answer.header("clear-site-data") == '"cache", "storage"'
    assert "session" not in visitor.cookies
    assert not is_in(stolen)
    assert is_in(other)


def test_a_session_removed_from_the_table_is_dead_at_the_next_request(visitor: Visitor) -> None:
    (session,) = portal().entrance.sessions.of(ELOISE)
    portal().entrance.sessions.close(session)

    assert not is_in(visitor)


def test_a_cookie_that_was_changed_anywhere_is_nobodys(visitor: Visitor, nadege: Household) -> None:
    good = visitor.cookies["session"]
    changed = [
        good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in range(len(good))
    ]
    shapes = [
        "",
        "~",
        "~~~",
        "a~b~c~d",
        good + "~x",
        good[:-1],
        "~".join(good.split("~")[:4]),
        "~".join([*good.split("~")[:3], good.split("~")[-1]]),
        "é",
        '"' + good,
    ]
    shapes += [good.replace(ELOISE, nadege.tenant.id), "9128-1~f~x~99999999999~" + good.split("~")[-1]]

    assert is_in(Visitor(cookies={"session": good}))
    for cookie in changed + shapes:
        assert not is_in(Visitor(cookies={"session": cookie})), cookie


def test_a_header_of_cookies_that_no_browser_writes_is_nobodys(provider: Provider) -> None:
    for header in ("=", ";;;", "session", "a b=c", "session=x; session=y", "\x00", "session=" + "é" * 50):
        assert Visitor().ask("GET", "/", cookie=header).location == "/connexion"


def test_cookies_belong_to_this_host_and_are_out_of_the_reach_of_scripts(eloise: Household) -> None:
    visitor = Visitor()
    lines = visitor.ask("GET", "/connexion").set_cookies
    lines += visitor.sign_in(eloise.email, souvenir="oui").set_cookies
    lines += visitor.send(visitor.get("/"), "/preferences/texte", taille="plus").set_cookies
    lines += visitor.send(visitor.get("/"), "/deconnexion").set_cookies

    names = [line.partition("=")[0] for line in lines]
    assert names == ["visit", "session", "device", "texte", "session"]
    for line in lines:
        assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(line.split("; ")), line
        assert "Domain" not in line
        assert len(line) < 4096


@pytest.mark.usefixtures("secure")
def test_under_tls_cookies_are_secure_and_bound_to_the_host(eloise: Household) -> None:
    visitor = Visitor()
    signed_in = visitor.sign_in(eloise.email)
    lines = signed_in.set_cookies + visitor.send(visitor.get("/"), "/deconnexion").set_cookies
    lines += Visitor().ask("GET", "/contacts").set_cookies

    assert signed_in.status == 303
    assert [line.partition("=")[0] for line in lines] == [
        "__Host-session",
        "__Host-device",
        "__Host-session",
        "__Host-visit",
    ]
    for line in lines:
        assert "Secure" in line.split("; "), line
    assert not is_in(Visitor(cookies={"session": visitor.cookies.get("__Host-session", "")}))


def test_a_session_that_is_not_remembered_ends_with_the_browser(eloise: Household) -> None:
    short, _ = Visitor().sign_in(eloise.email).set_cookies
    long, _ = Visitor().sign_in(eloise.email, souvenir="oui").set_cookies

    assert "Max-Age" not in short
    assert f"Max-Age={30 * 24 * 3600}" in long


@pytest.mark.parametrize("asked", ["/deconnexion", "/sessions/fermer", "/preferences/texte", "/rien"])
def test_nobody_lands_on_an_address_that_only_takes_forms(eloise: Household, asked: str) -> None:
    visitor = Visitor()
    door = visitor.get(f"/connexion?suite={asked}")

    answer = visitor.send(door, "/connexion", identifiant=eloise.email, mot_de_passe=PASSWORD)

    assert answer.location == "/"


def test_a_sign_out_that_comes_too_late_leads_home_after_signing_in_again(
    visitor: Visitor, clock: Clock, eloise: Household
) -> None:
    form = visitor.get("/contacts").page.form("/deconnexion").fields
    clock.advance(minutes=30)

    door = visitor.post("/deconnexion", form, referer="http://127.0.0.1:8000/deconnexion")
    seen = visitor.send(
        visitor.get(door.location), "/connexion", identifiant=eloise.email, mot_de_passe=PASSWORD
    )

    assert door.location == "/connexion?suite=/deconnexion"
    assert visitor.follow(seen).status == 200


def test_a_tenant_whose_profile_is_gone_is_not_in(visitor: Visitor) -> None:
    ProfileItem(tenant_key(ELOISE), "PROFILE").delete()

    assert not is_in(visitor)
