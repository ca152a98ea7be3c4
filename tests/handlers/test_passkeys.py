"""Passkeys: a signature of the right device, for our address and challenge, opens once; nothing else does."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.links import LinkKind
from chalicelib.domain.passkeys import CHALLENGE_LIFE
from chalicelib.portal import now, portal
from infra.local.resources import Resources
from tests import agents
from tests.authenticators import ORIGIN, PRESENT, Authenticator, options_on
from tests.conftest import Clock
from tests.letters import letters
from tests.mothers import ELOISE, NADEGE, Household
from tests.newcomers import NEW_PASSWORD, issued
from tests.town import Counted, forget_portal, work
from tests.visitors import Seen, Visitor

KEYS, ADDED, REMOVED = "/informations-personnelles/cles", "?fait=ajout", "?fait=retrait"
DOOR, ENTER, REFUSED = "/connexion", "/connexion/cle", "/connexion?fait=cle"


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch, hashes: list[str]) -> None:
    """Give the portal a name: browsers make no passkeys for a bare number."""
    monkeypatch.setenv("PORTAL_ADDRESS", ORIGIN)
    forget_portal()


@pytest.fixture
def telephone(visitor: Visitor) -> Authenticator:
    """Have Éloïse's telephone hold a passkey."""
    made = Authenticator()
    add(visitor, made)
    return made


def add(visitor: Visitor, device: Authenticator, name: str = "Mon téléphone", path: str = KEYS) -> Seen:
    page = visitor.get(path)
    return visitor.send(page, path, reponse=device.make(page), nom=name)


def enter(visitor: Visitor, device: Authenticator, **changes: str) -> Seen:
    page = visitor.get(DOOR)
    return visitor.send(page, ENTER, reponse=device.sign(page, **changes))


def test_a_tenant_adds_a_passkey_and_comes_in_with_it(
    visitor: Visitor, eloise: Household, table: Resources
) -> None:
    device, other = Authenticator(), Visitor()
    added = add(visitor, device)
    entered = enter(other, device)

    assert added.location == KEYS + ADDED
    assert "Mon téléphone" in visitor.follow(added).page.words
    assert entered.location == "/"
    assert other.follow(entered).page.heading == "Bienvenue Mme Éloïse D’Aubigné-Lefèvre"
    assert "utilisée le 23 novembre 2026" in visitor.get(KEYS).page.words
    work(table)
    (mail,) = letters(table)
    assert mail.subject == "Une clé d’accès ouvre désormais votre compte"
    assert "Mon téléphone" in mail.text


def test_an_agent_s_passkey_is_both_steps(eloise: Household) -> None:
    agents.claire()
    claire, device, other = Visitor(), Authenticator(), Visitor()
    agents.sign_in(claire)
    page = claire.get("/gestion/cles")
    added = claire.send(page, "/gestion/cles", reponse=device.make(page), nom="Bureau")
    door = other.get(agents.DOOR)
    entered = other.send(door, "/gestion/connexion/cle", reponse=device.sign(door))

    assert added.location == "/gestion/cles" + ADDED
    assert entered.location == agents.HOME
    assert other.follow(entered).page.heading == "Bonjour Claire Morvan"
    assert other.ask("GET", "/").location == DOOR


def test_an_agent_s_passkey_does_not_open_the_tenants_door_nor_the_other_way_round(
    visitor: Visitor, telephone: Authenticator
) -> None:
    agents.claire()
    claire, device = Visitor(), replace(Authenticator(), id=b"another-credential-of-an-agent-01")
    agents.sign_in(claire)
    add(claire, device, path="/gestion/cles")
    thief = Visitor()
    door = thief.get(agents.DOOR)

    assert enter(Visitor(), device).location == REFUSED
    seen = thief.send(door, "/gestion/connexion/cle", reponse=telephone.sign(door))
    assert seen.location == f"{agents.DOOR}?fait=cle"


def test_a_challenge_serves_once(telephone: Authenticator) -> None:
    other = Visitor()
    page = other.get(DOOR)
    signed = telephone.sign(page)
    first = other.send(page, ENTER, reponse=signed)
    thief = Visitor(cookies={"visit": other.cookies["visit"]})
    again = thief.send(page, ENTER, reponse=signed)

    assert first.location == "/"
    assert again.location == REFUSED
    assert len(portal().entrance.sessions.of(ELOISE)) == 2


def test_a_challenge_that_made_a_passkey_makes_no_other(visitor: Visitor) -> None:
    page = visitor.get(KEYS)
    first, second = Authenticator(), replace(Authenticator(), id=b"2" * 32)
    visitor.send(page, KEYS, reponse=first.make(page))
    again = visitor.send(page, KEYS, reponse=second.make(page))

    assert again.status == 422
    assert len(portal().key_desk.passkeys.of(ELOISE, Role.TENANT)) == 1


def test_a_challenge_lasts_five_minutes_to_the_second(telephone: Authenticator, clock: Clock) -> None:
    late, in_time = Visitor(), Visitor()
    pages = [(one, one.get(DOOR)) for one in (in_time, late)]
    clock.advance(seconds=CHALLENGE_LIFE.total_seconds() - 1)
    assert in_time.send(pages[0][1], ENTER, reponse=telephone.sign(pages[0][1])).location == "/"
    clock.advance(seconds=1)

    assert late.send(pages[1][1], ENTER, reponse=telephone.sign(pages[1][1])).location == REFUSED


def test_a_challenge_of_another_visit_purpose_or_making_is_worth_nothing(
    visitor: Visitor, telephone: Authenticator
) -> None:
    theirs, other = options_on(Visitor().get(DOOR))["challenge"], Visitor()
    to_add = options_on(visitor.get(KEYS))["challenge"]
    own = base64.urlsafe_b64encode(b"x" * 16 + b"~1795423320~" + b"0" * 32).decode()
    for challenge in (theirs, to_add, own, base64.urlsafe_b64encode("é~1~x".encode()).decode(), "AAAA"):
        assert enter(other, telephone, challenge=challenge).location == REFUSED, challenge


def test_a_challenge_to_add_a_passkey_opens_no_door_in_the_same_visit_either(
    visitor: Visitor, telephone: Authenticator
) -> None:
    page = visitor.get(KEYS)
    told = {"csrf": visitor.token("/"), "reponse": telephone.sign(page)}

    assert visitor.post(ENTER, told).location == REFUSED


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8001",
        "https://localhost:8000",
        "http://localhost",
        "http://evil.localhost:8000",
        "http://127.0.0.1:8000",
        "null",
    ],
)
def test_another_origin_is_refused(visitor: Visitor, telephone: Authenticator, origin: str) -> None:
    page = visitor.get(KEYS)
    made = replace(Authenticator(), id=b"3" * 32).make(page, origin=origin)

    assert enter(Visitor(), telephone, origin=origin).location == REFUSED
    assert visitor.send(page, KEYS, reponse=made).status == 422


@pytest.mark.parametrize(
    "bent",
    [
        {"host": "evil.example"},
        {"flags": PRESENT},  # nobody showed a finger, a face or a code
        {"flags": 0},
        {"id": b"a credential that nobody has here"},
        {"key": Authenticator().key},
    ],
    ids=["another host", "not verified", "not present", "unknown", "another key"],
)
def test_what_is_not_the_device_s_own_word_is_refused(
    telephone: Authenticator, bent: dict[str, Any], counted: Counted
) -> None:
    counted.calls.clear()

    assert enter(Visitor(), replace(telephone, **bent)).location == REFUSED
    assert counted.writes == 0


@pytest.mark.parametrize("bent", [{"host": "evil.example"}, {"flags": PRESENT}, {"flags": 0}])
def test_no_passkey_is_kept_that_is_not_made_for_us(visitor: Visitor, bent: dict[str, Any]) -> None:
    assert add(visitor, replace(Authenticator(), **bent)).status == 422
    assert portal().key_desk.passkeys.of(ELOISE, Role.TENANT) == ()


def test_an_answer_of_the_other_kind_is_refused(visitor: Visitor, telephone: Authenticator) -> None:
    page = visitor.get(KEYS)

    assert enter(Visitor(), telephone, type="webauthn.create").location == REFUSED
    assert visitor.send(page, KEYS, reponse=Authenticator().make(page, type="webauthn.get")).status == 422
    assert visitor.send(page, KEYS, reponse=telephone.sign(page)).status == 422


def test_a_counter_that_does_not_go_up_is_a_copy_and_its_owner_hears_of_it(
    visitor: Visitor, table: Resources
) -> None:
    device = Authenticator(counter=4, step=1)
    add(visitor, device)
    copy = replace(device)
    assert enter(Visitor(), device).location == "/"
    assert enter(Visitor(), device).location == "/"

    assert enter(Visitor(), copy).location == REFUSED
    assert enter(Visitor(), device).location == "/"
    work(table)
    assert [mail.subject for mail in letters(table)].count("Une clé d’accès a été refusée") == 1


def test_a_device_that_counts_nothing_comes_in_again(telephone: Authenticator) -> None:
    assert [enter(Visitor(), telephone).location for _ in range(2)] == ["/", "/"]


def test_a_credential_belongs_to_one_person(
    visitor: Visitor, neighbour: Visitor, telephone: Authenticator
) -> None:
    thief = replace(Authenticator(), id=telephone.id)

    assert add(neighbour, thief).status == 422
    assert portal().key_desk.passkeys.of(NADEGE, Role.TENANT) == ()
    assert enter(Visitor(), thief).location == REFUSED
    assert enter(Visitor(), telephone).location == "/"


def test_a_forgotten_password_takes_passkeys_out_and_a_changed_one_does_not(
    visitor: Visitor, eloise: Household, telephone: Authenticator, table: Resources
) -> None:
    path = "/informations-personnelles/mot-de-passe"
    new = {"nouveau_mot_de_passe": NEW_PASSWORD, "nouveau_mot_de_passe_encore": NEW_PASSWORD}
    assert visitor.send(visitor.get(path), path, **new).status == 303
    assert enter(Visitor(), telephone).location == "/"
    work(table)
    assert "clés d’accès" not in letters(table)[-1].text

    link = issued(LinkKind.RECOVERY, eloise.email, now() + timedelta(seconds=1))
    other = Visitor()
    chosen = {"nouveau_mot_de_passe": "Autre-4172-rieuse!", "confirmer": "Autre-4172-rieuse!"}
    assert other.send(other.get(link), link, **chosen).status == 303
    assert enter(Visitor(), telephone).location == REFUSED


def test_a_session_of_a_passkey_is_new_proven_and_not_remembered(telephone: Authenticator) -> None:
    other = Visitor()
    entered = enter(other, telephone)
    (line,) = [one for one in entered.set_cookies if one.startswith("session=")]

    assert "Max-Age" not in line
    assert "data-passkey" in other.get(KEYS).html


@pytest.mark.parametrize(
    "written",
    ["", "{", "[]", "null", "1", '"x"', "{}", '{"id": 1}', "[" * 100_000, "é", "\x00", '{"rawId": "AA"}'],
)
def test_what_is_no_answer_is_refused(telephone: Authenticator, visitor: Visitor, written: str) -> None:
    other = Visitor()
    token = other.get(DOOR).page.form(ENTER).fields["csrf"]
    page = visitor.get(KEYS)

    assert other.post(ENTER, {"csrf": token, "reponse": written}).location in {REFUSED, ""}
    assert visitor.send(page, KEYS, reponse=written).status in {303, 415, 422}
    assert len(portal().key_desk.passkeys.of(ELOISE, Role.TENANT)) == 1


def test_answers_that_are_cut_or_bent_anywhere_are_refused_without_an_error(
    visitor: Visitor, telephone: Authenticator
) -> None:
    other = Visitor()
    door, page = other.get(DOOR), visitor.get(KEYS)
    signed, made = telephone.sign(door), replace(Authenticator(), id=b"4" * 32).make(page)
    for written, part in ((signed, "authenticatorData"), (signed, "signature"), (made, "attestationObject")):
        for place in range(3, 200, 40):
            told = json.loads(written)
            text = told["response"][part]
            told["response"][part] = text[: place % len(text)] + "-__" + text[place % len(text) + 3 :]
            cut = json.loads(written)
            cut["response"][part] = text[: place % len(text)]
            for bent in (told, cut):
                if part == "attestationObject":
                    status = visitor.send(page, KEYS, reponse=json.dumps(bent)).status
                    assert status in {303, 422}, (part, place)
                else:
                    assert other.send(door, ENTER, reponse=json.dumps(bent)).location == REFUSED, place
