"""Mot de passe oublié, déverrouillage: a link to the account's own address, and everybody else shown out."""

from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.domain.links import LinkKind
from chalicelib.domain.throttling import PASSWORDS, Change, Subject, SubjectKind, Tally
from chalicelib.storage.accounts import account_items
from chalicelib.storage.throttling import DynamoTallies
from infra.local.resources import Resources
from tests import agents, mothers
from tests.conftest import Clock
from tests.letters import letters
from tests.mothers import ELOISE, an_account
from tests.newcomers import FORGOTTEN, NEW_PASSWORD, STAFF_FORGOTTEN, account, forget, issued
from tests.storage.books import stored_items
from tests.town import Counted, work
from tests.visitors import PASSWORD, Seen, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
OWN, NOBODY, AGENT = f"{ELOISE}@demo.example", "nobody@demo.example", "agents@demo.example"
FORMS = [FORGOTTEN, STAFF_FORGOTTEN]
NEW = {"nouveau-mot-de-passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD}


@pytest.fixture(autouse=True)
def eloise(table: Resources, clock: Clock) -> None:
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)


@pytest.fixture
def path(table: Resources) -> str:
    """Ask for a new password and give the link of the mail."""
    forget(Visitor(), OWN)
    work(table)
    return letters(table)[-1].link


def choose(path: str, at: Visitor | None = None, /, **typed: str) -> Seen:
    """Type a new password on the page of a link."""
    visitor = at or Visitor()
    changed = {name.replace("_", "-"): value for name, value in typed.items()}
    return visitor.post(path, {"csrf": visitor.token()} | NEW | changed)


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", "/").status == 200


def fail_often(times: int, clock: Clock) -> Tally:
    """Have so many failures stand in the account's tally."""
    nothing = Tally(Subject(SubjectKind.ACCOUNT, OWN))
    failed = Tally(nothing.subject, (clock.at,) * times, mark="m")
    assert DynamoTallies().change([Change(nothing, failed)])
    return failed


def test_the_owner_chooses_a_new_password_and_signs_in_with_it(table: Resources, path: str) -> None:
    (mail,) = letters(table)
    assert (mail.to, mail.subject) == (OWN, "Choisissez un nouveau mot de passe")
    assert "Bonjour Mme Éloïse D’Aubigné-Lefèvre," in mail.text
    assert "1\u00a0heure" in mail.text
    visitor = Visitor()
    page = visitor.get(path)
    assert page.page.heading == "Choisir un nouveau mot de passe"
    assert OWN in page.html
    assert "Vos clés d’accès, si vous en avez, seront retirées" in page.page.words

    done = visitor.send(page, path, nouveau_mot_de_passe=NEW_PASSWORD, confirmer=NEW_PASSWORD)

    assert done.location == "/connexion?fait=mot-de-passe"
    assert "Votre mot de passe est changé" in visitor.follow(done).page.words
    assert Visitor().sign_in(OWN, PASSWORD).status == 422
    opened = visitor.sign_in(OWN, NEW_PASSWORD)
    assert "Mot de passe modifié" in visitor.follow(opened).page.words


@pytest.mark.parametrize("form", FORMS)
def test_nothing_tells_an_address_with_an_account_from_one_without(
    form: str, counted: Counted, sent: Counter[str]
) -> None:
    agents.claire(email=AGENT)
    answers = []
    for email in (OWN, "9126-2@demo.example", AGENT):
        visitor = Visitor()
        page = visitor.get(form)
        counted.calls.clear()
        sent.clear()
        seen = visitor.send(page, form, identifiant=email)
        status, names, html = seen.without_visit()
        answers.append((status, names, html.replace(email, "@"), dict(counted.calls), +sent))

    assert len(OWN) == len("9126-2@demo.example") == len(AGENT)
    assert answers[0][0] == 200
    assert answers[0][3:] == ({"BatchGetItem": 1, "TransactWriteItems": 1}, Counter(SendMessage=1))
    assert answers[1:] == answers[:1] * 2


@pytest.mark.parametrize("form", FORMS)
def test_who_has_no_account_gets_no_mail_and_leaves_nothing_behind(table: Resources, form: str) -> None:
    before = stored_items().keys()
    forget(Visitor(), NOBODY, form)

    assert work(table) == 1
    assert letters(table) == []
    assert {sk for _, sk in stored_items().keys() - before} == {"TRIES"}


@pytest.mark.parametrize("spelled", [OWN.upper(), f"  {OWN} "])
def test_the_address_may_be_spelled_with_capitals_and_blanks(table: Resources, spelled: str) -> None:
    forget(Visitor(), spelled)
    work(table)

    assert [mail.to for mail in letters(table)] == [OWN]


def test_every_session_ends_wherever_it_is_open_and_the_owner_is_told(table: Resources, path: str) -> None:
    devices = [Visitor(), Visitor()]
    for device in devices:
        device.sign_in(OWN)
    former = Visitor()
    former.enter(ELOISE)
    assert all(is_in(device) for device in [*devices, former])

    choose(path, devices[0])

    assert not any(is_in(device) for device in [*devices, former])
    assert account(OWN).sessions == ()
    assert work(table) == 1
    told = letters(table)[-1]
    assert (told.to, told.subject) == (OWN, "Votre mot de passe est changé")
    assert "le 23 novembre 2026 à 9 h 42" in told.text.replace("\u00a0", " ")
    assert "vos clés d’accès, si vous en aviez, ont été retirées" in " ".join(told.text.split())


def test_a_door_that_was_closed_by_failures_is_open_again(path: str, clock: Clock) -> None:
    fail_often(PASSWORDS.most, clock)
    assert Visitor().sign_in(OWN).status == 429

    choose(path)

    assert Visitor().sign_in(OWN, NEW_PASSWORD).status == 303


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"nouveau_mot_de_passe": ""}, "Choisissez un mot de passe."),
        ({"nouveau_mot_de_passe": "court"}, "Il manque"),
        ({"nouveau_mot_de_passe": "Eloise-Daubigne-26"}, "reprend votre nom"),
        ({"nouveau_mot_de_passe": "L/9126-9126-!"}, "choisissez-en un autre"),
        ({"nouveau_mot_de_passe": "Littoral-Habitat-1"}, "reprend votre nom"),
        ({"confirmer": "Camion-bleu-28"}, "Ce n’est pas le même mot de passe"),
    ],
)
def test_a_password_that_cannot_be_taken_is_refused_with_the_reason_and_the_link_still_works(
    path: str, typed: dict[str, str], reason: str
) -> None:
    if "nouveau_mot_de_passe" in typed:
        typed = typed | {"confirmer": typed["nouveau_mot_de_passe"]}
    seen = choose(path, **typed)

    assert seen.status == 422
    assert reason in seen.page.words
    assert set(seen.page.form(path).fields.values()) - {seen.page.form(path).fields["csrf"]} == {""}
    assert choose(path).status == 303


def test_a_link_is_void_once_the_password_has_changed_another_way(path: str) -> None:
    visitor = Visitor()
    visitor.sign_in(OWN)
    form = "/informations-personnelles/mot-de-passe"
    changed = {"nouveau-mot-de-passe": "Wagon-vert-2031", "nouveau-mot-de-passe-encore": "Wagon-vert-2031"}
    assert visitor.post(form, {"csrf": visitor.token()} | changed).status == 303

    seen = choose(path)

    assert (seen.status, seen.page.heading) == (410, "Ce lien a été remplacé")
    assert Visitor().sign_in(OWN, "Wagon-vert-2031").status == 303


def test_a_link_opens_no_account_that_came_to_its_address_since(path: str) -> None:
    for item in account_items(an_account(ELOISE, OWN)):
        item.delete()
    mothers.put(*account_items(an_account("somebody-else", OWN)))

    assert choose(path).status == 410
    assert Visitor().sign_in(OWN, NEW_PASSWORD).status == 422


def test_an_account_that_is_gone_is_not_made_by_its_link(path: str) -> None:
    for item in account_items(an_account(ELOISE, OWN)):
        item.delete()

    assert choose(path).status == 410
    assert Visitor().sign_in(OWN, NEW_PASSWORD).status == 422


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_address_is_said_and_kept(form: str, counted: Counted) -> None:
    for typed in ("", "eloise", "a@b.fr\r\nBcc: x@y.fr", "é@b.fr", "x" * 300 + "@b.fr"):
        seen = forget(Visitor(), typed, form)
        assert seen.status == 422, typed
        assert seen.page.title.startswith("Erreur : mot de passe oublié")
    assert counted.writes == 0


def test_asking_too_often_waits_for_a_network_and_is_silent_for_an_address(table: Resources) -> None:
    for place in range(5):
        assert forget(Visitor(client=f"198.51.100.{place}"), OWN).status == 200
    assert work(table) == 5
    assert len(letters(table)) == 3
    answers = [forget(Visitor(), f"a{number}@b.fr") for number in range(11)]

    assert [seen.status for seen in answers] == [200] * 10 + [429]
    assert answers[-1].page.form("/mot-de-passe").fields["identifiant"] == "a10@b.fr"


def test_while_the_queue_is_away_the_page_says_so(queue_away: None) -> None:
    seen = forget(Visitor(), OWN)

    assert seen.status == 503
    assert seen.page.form("/mot-de-passe").fields["identifiant"] == OWN


def test_a_new_password_counts_even_if_nobody_can_be_told(path: str, queue_away: None) -> None:
    assert choose(path).status == 303
    assert Visitor().sign_in(OWN, NEW_PASSWORD).status == 303


def test_ten_failures_bring_a_mail_whose_link_forgets_them(table: Resources, clock: Clock) -> None:
    fail_often(9, clock)
    clock.advance(minutes=30)
    assert Visitor().sign_in(OWN, "wrong").status == 422
    assert Visitor().sign_in(OWN).status == 429
    assert work(table) == 1
    (mail,) = letters(table)
    assert (mail.to, mail.subject) == (OWN, "Des connexions à votre compte ont échoué")
    visitor = Visitor()
    page = visitor.get(mail.link)
    assert page.page.heading == "Lever la limite d’essais"
    assert Visitor().sign_in(OWN).status == 429

    done = visitor.send(page, mail.link)

    assert done.location == "/connexion?fait=deverrouillage"
    assert "La limite d’essais est levée" in visitor.follow(done).page.words
    assert Visitor().sign_in(OWN).status == 303


def test_failures_at_an_address_without_an_account_are_told_to_nobody(table: Resources, clock: Clock) -> None:
    nothing = Tally(Subject(SubjectKind.ACCOUNT, NOBODY))
    DynamoTallies().change([Change(nothing, Tally(nothing.subject, (clock.at,) * 9, mark="m"))])
    clock.advance(minutes=30)
    assert Visitor().sign_in(NOBODY, "wrong").status == 422

    assert work(table) == 1
    assert letters(table) == []


def test_unlocking_leaves_sessions_and_password_alone(clock: Clock) -> None:
    visitor = Visitor()
    visitor.sign_in(OWN)
    link = issued(LinkKind.UNLOCK, OWN, clock.at)

    assert Visitor().post(link, {}).status == 403
    other = Visitor()
    assert other.post(link, {"csrf": other.token()}).status == 303
    assert is_in(visitor)
    assert Visitor().sign_in(OWN).status == 303


def test_a_link_asked_for_in_the_hour_before_midnight_lasts_its_hour(clock: Clock) -> None:
    clock.at = clock.at.replace(hour=23, minute=30)
    path = issued(LinkKind.RECOVERY, OWN, clock.at)
    clock.advance(minutes=59, seconds=59)
    assert Visitor().get(path).status == 200
    clock.at += timedelta(seconds=1)

    assert Visitor().get(path).status == 410


@pytest.mark.parametrize("form", FORMS)
def test_the_link_leads_to_the_address_in_the_settings_whatever_the_browser_says(
    table: Resources, form: str
) -> None:
    visitor = Visitor()
    fields = visitor.get(form).page.form(form).fields | {"identifiant": OWN}
    forged = dict.fromkeys(("host", "x_forwarded_host", "x_original_host"), "ailleurs.example")
    assert visitor.post(form, fields, forwarded="host=ailleurs.example", **forged).status == 200
    work(table)

    (mail,) = letters(table)
    assert "ailleurs" not in mail.text + mail.html
    assert mail.link
