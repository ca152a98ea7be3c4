"""Changer d’e-mail: asked for with the password, confirmed at the new address, told at the old one."""

from typing import Any

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.sessions import PROVEN
from chalicelib.gateways.queue import SqsAccess
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts, account_items
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.tenants import DynamoTenants
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.letters import Sent, letters
from tests.mothers import ELOISE, NADEGE, an_account
from tests.newcomers import NEW_PASSWORD, account, forget
from tests.storage.books import stored_items
from tests.town import Counted, work
from tests.visitors import PASSWORD, Seen, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
PATH = "/informations-personnelles/e-mail"
OLD, NEW = f"{ELOISE}@demo.example", "eloise@nouvelle.example"


@pytest.fixture(autouse=True)
def eloise(table: Resources, clock: Clock) -> None:
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)


@pytest.fixture
def visitor(eloise: None) -> Visitor:
    """Give a browser in which Éloïse signed in with her password."""
    made = Visitor()
    assert made.sign_in(OLD).status == 303
    return made


def ask(visitor: Visitor, new: str = NEW, **typed: str) -> Seen:
    fields = {"csrf": visitor.token(), "nouvelle-adresse": new}
    return visitor.post(PATH, fields | {name.replace("_", "-"): value for name, value in typed.items()})


def mailed(table: Resources, to: str) -> list[Sent]:
    work(table)
    return letters(table, to)


def confirm(path: str, visitor: Visitor | None = None, password: str = PASSWORD) -> Seen:
    visitor = visitor or Visitor()
    return visitor.post(path, {"csrf": visitor.token(), "mot-de-passe": password})


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", "/").status == 200


def test_a_tenant_moves_to_a_new_address(visitor: Visitor, table: Resources) -> None:
    profile = visitor.get("/informations-personnelles")
    assert PATH in profile.page.links
    page = visitor.get(PATH)
    assert OLD in page.page.words
    sent = visitor.send(page, PATH, nouvelle_adresse="Eloise@Nouvelle.example")
    assert sent.status == 200
    assert "Consultez la messagerie de votre nouvelle adresse" in sent.page.words
    (mail,) = mailed(table, NEW)
    (told,) = letters(table, OLD)
    assert (mail.subject, told.subject) == (
        "Confirmez votre nouvelle adresse",
        "Un changement d’adresse est demandé",
    )
    assert "e…@nouvelle.example" in told.text
    assert NEW not in told.text + told.html
    assert DynamoAccounts().find(NEW) is None
    assert Visitor().sign_in(OLD).status == 303

    shown = visitor.get(mail.link)
    assert shown.page.heading == "Confirmer votre nouvelle adresse"
    assert NEW in shown.page.words
    done = visitor.send(shown, mail.link)

    assert done.location == "/connexion?fait=adresse"
    home = visitor.follow(done)
    assert f"Identifiant modifié : {NEW}" in home.page.words
    assert NEW in visitor.get("/informations-personnelles").page.words
    assert Visitor().sign_in(OLD).status == 422
    assert Visitor().sign_in(NEW).status == 303
    after = mailed(table, OLD)[-1]
    assert after.subject == "Votre adresse e-mail est changée"
    assert "e…@nouvelle.example" in after.text


def test_the_session_that_confirms_stays_and_all_others_end(visitor: Visitor, table: Resources) -> None:
    other = Visitor()
    other.sign_in(OLD)
    ask(visitor)
    (mail,) = mailed(table, NEW)

    confirm(mail.link, visitor, password="")

    assert is_in(visitor)
    assert not is_in(other)
    (left,) = DynamoSessions().of(ELOISE)
    assert (left.email, [one.family for one in account(NEW).sessions]) == (NEW, [left.family])
    form = "/informations-personnelles/mot-de-passe"
    changed = {"nouveau-mot-de-passe": NEW_PASSWORD, "nouveau-mot-de-passe-encore": NEW_PASSWORD}
    assert visitor.post(form, {"csrf": visitor.token()} | changed).status == 303
    assert Visitor().sign_in(NEW, NEW_PASSWORD).status == 303


def test_confirmed_on_a_device_that_is_not_signed_in_all_sessions_end(
    visitor: Visitor, table: Resources
) -> None:
    ask(visitor)
    (mail,) = mailed(table, NEW)
    done = confirm(mail.link)

    assert not is_in(visitor)
    assert "Votre adresse est changée" in Visitor().get(done.location).page.words


def test_confirmed_by_a_neighbour_who_is_signed_in_no_session_of_the_owner_stays(
    visitor: Visitor, table: Resources
) -> None:
    mothers.nadege()
    neighbour = Visitor()
    neighbour.enter(NADEGE)
    ask(visitor)
    (mail,) = mailed(table, NEW)

    confirm(mail.link, neighbour)

    assert is_in(neighbour)
    assert not is_in(visitor)


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_stranger_at_a_mistyped_address_does_not_get_the_account(
    visitor: Visitor, table: Resources, signed_in: bool
) -> None:
    mothers.nadege()
    stranger = Visitor(client="203.0.113.9")
    if signed_in:
        stranger.enter(NADEGE)
    ask(visitor)
    (mail,) = mailed(table, NEW)
    page = stranger.get(mail.link)
    assert OLD not in page.html

    answers = [stranger.send(page, mail.link, mot_de_passe=typed) for typed in ("", "Camion-rouge-27")]
    assert [seen.status for seen in answers] == [422, 422]
    assert all("mot-de-passe" in seen.page.form(mail.link).fields for seen in answers)
    assert DynamoAccounts().find(NEW) is None
    assert account(OLD).person == ELOISE
    assert is_in(visitor)
    own = visitor.get(mail.link)
    assert "mot-de-passe" not in own.page.form(mail.link).fields
    assert visitor.send(own, mail.link).status == 303


def test_an_address_that_opens_an_account_is_told_so_and_the_page_does_not_know(
    visitor: Visitor, table: Resources
) -> None:
    mothers.put(*account_items(an_account(NADEGE, NEW)))
    free, taken = ask(visitor, "eloise@nouvelle.exampla"), ask(visitor)

    assert free.status == taken.status == 200
    assert free.page.words == taken.page.words.replace(NEW, "eloise@nouvelle.exampla")
    (mail,) = mailed(table, NEW)
    assert mail.subject == "Cette adresse a déjà un compte"
    assert len(letters(table, OLD)) == 1
    assert account(NEW).person == NADEGE


def test_an_address_that_is_taken_meanwhile_stays_its_owner_s(visitor: Visitor, table: Resources) -> None:
    ask(visitor)
    (mail,) = mailed(table, NEW)
    mothers.put(*account_items(an_account(NADEGE, NEW)))
    before = stored_items()

    seen = confirm(mail.link, visitor)

    assert (seen.status, seen.page.heading) == (409, "Cette adresse sert déjà")
    assert stored_items() == before


def test_a_new_password_undoes_a_change_of_address_that_somebody_else_asked_for(
    visitor: Visitor, table: Resources
) -> None:
    ask(visitor)
    (mail,) = mailed(table, NEW)
    forget(Visitor(), OLD)
    link = mailed(table, OLD)[-1].link
    owner = Visitor()
    new = {"nouveau-mot-de-passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD}
    assert owner.post(link, {"csrf": owner.token()} | new).status == 303

    seen = confirm(mail.link, password=NEW_PASSWORD)

    assert (seen.status, seen.page.heading) == (410, "Ce lien a été remplacé")
    assert account(OLD).person == ELOISE
    assert Visitor().sign_in(OLD, NEW_PASSWORD).status == 303


def test_a_quarter_of_an_hour_after_the_password_it_is_asked_for_again(
    visitor: Visitor, table: Resources, clock: Clock, counted: Counted
) -> None:
    clock.advance(seconds=PROVEN.total_seconds())
    assert "Votre mot de passe actuel" in visitor.get(PATH).page.words
    for typed in ({}, {"mot_de_passe_actuel": "wrong"}):
        seen = ask(visitor, **typed)
        assert seen.status == 422
        assert seen.page.form(PATH).fields["nouvelle-adresse"] == NEW
        assert "mot-de-passe-actuel" in seen.page.form(PATH).fields
    assert work(table) == 0

    assert ask(visitor, mot_de_passe_actuel=PASSWORD).status == 200
    assert len(mailed(table, NEW)) == 1


def test_who_is_not_signed_in_asks_for_nothing(table: Resources, counted: Counted) -> None:
    stranger = Visitor()
    token = stranger.token()
    counted.calls.clear()

    assert stranger.ask("GET", PATH).location == f"/connexion?suite={PATH}"
    assert stranger.post(PATH, {"csrf": token, "nouvelle-adresse": NEW}).status == 303
    assert counted.calls.total() == 0


@pytest.mark.parametrize(
    "new", ["", "eloise", "é@b.fr", "a@b.fr\r\nBcc: x@y.fr", OLD, OLD.upper(), "a b@c.fr"]
)
def test_what_cannot_be_the_new_address_is_refused_and_kept(
    visitor: Visitor, new: str, counted: Counted, table: Resources
) -> None:
    seen = ask(visitor, new)

    assert seen.status == 422
    assert seen.page.form(PATH).fields["nouvelle-adresse"].strip() == new.strip() or "\n" in new
    assert work(table) == 0
    assert counted.writes == 0


def test_no_field_moves_somebody_else_s_account(visitor: Visitor, table: Resources) -> None:
    mothers.nadege()
    ask(visitor, email=f"{NADEGE}@demo.example", person=NADEGE, identifiant=f"{NADEGE}@demo.example")
    (mail,) = mailed(table, NEW)
    confirm(mail.link)

    assert account(NEW).person == ELOISE
    assert account(f"{NADEGE}@demo.example").person == NADEGE


def test_asking_too_often_waits(visitor: Visitor, table: Resources) -> None:
    seen = [ask(visitor) for _ in range(11)]

    assert [one.status for one in seen] == [200] * 10 + [429]
    assert seen[-1].page.form(PATH).fields["nouvelle-adresse"] == NEW
    mailed(table, NEW)
    assert len(letters(table, NEW)) == 3


def test_while_the_queue_is_away_the_page_says_so(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise Unavailable("access queue")

    monkeypatch.setattr(SqsAccess, "ask", away)

    assert ask(visitor).status == 503


def test_an_old_address_that_takes_no_mail_does_not_keep_its_owner_there(
    visitor: Visitor, table: Resources, clock: Clock
) -> None:
    portal().mail_health.record(BadAddress(OLD, Trouble.BOUNCED, clock.at))
    ask(visitor)
    (mail,) = mailed(table, NEW)

    assert confirm(mail.link, visitor).status == 303
    assert letters(table, OLD) == []
    assert DynamoTenants().get(ELOISE).email == NEW
