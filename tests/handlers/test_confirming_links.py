"""Confirming a link: with the password chosen then, once, and anew where the link is over."""

import pytest

from chalicelib.domain.links import LinkKind
from chalicelib.storage.accounts import account_items
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.letters import letters
from tests.mailed import OWN, but_for_tries, is_done, press, sent, settle_people
from tests.mothers import FRANCOIS_XAVIER, NADEGE, an_account
from tests.newcomers import EMAIL, NEW_PASSWORD, register, registration
from tests.storage.books import stored_items
from tests.town import work
from tests.visitors import PASSWORD, Visitor

WRONG = {
    LinkKind.REGISTRATION: "Ce n’est pas le mot de passe choisi à l’inscription. Si vous ne l’avez",
    LinkKind.ADDRESS: "Ce n’est pas le mot de passe de ce compte.",
}
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture(autouse=True)
def people(table: Resources, clock: Clock) -> None:
    settle_people()


def test_who_confirms_twice_reads_that_it_is_confirmed(clock: Clock) -> None:
    path = registration(clock.at)
    first, second = press(Visitor(), path), press(Visitor(), path)

    assert first.location == second.location == "/connexion?fait=compte"
    assert "Votre compte est ouvert" in Visitor().get(second.location).page.words
    assert "Votre compte est ouvert" in Visitor().get(path).page.words


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("typed", ["", "Camion-rouge-27"])
def test_a_link_without_the_password_confirms_nothing(kind: LinkKind, typed: str, clock: Clock) -> None:
    path, visitor, before = sent(kind, clock.at), Visitor(), but_for_tries()
    seen = visitor.send(visitor.get(path), path, mot_de_passe=typed)

    assert (seen.status, seen.page.title.startswith("Erreur")) == (422, True)
    assert (WRONG[kind] if typed else "Indiquez votre mot de passe.") in seen.page.words
    assert seen.page.form(path).fields["mot-de-passe"] == ""
    assert but_for_tries() == before
    assert not is_done(kind)
    assert visitor.send(seen, path, mot_de_passe=PASSWORD).status == 303
    assert is_done(kind)


def test_after_ten_passwords_in_an_hour_a_registration_waits_whoever_types(clock: Clock) -> None:
    path = registration(clock.at)
    for place in range(10):
        visitor = Visitor(client=f"198.51.100.{place}")
        assert visitor.send(visitor.get(path), path, mot_de_passe=f"Camion-{place}").status == 422

    seen = press(Visitor(), path)
    assert seen.status == 429
    assert "Réessayez dans 60 minutes" in seen.page.words
    assert not is_done(LinkKind.REGISTRATION)
    clock.advance(hours=1)
    assert press(Visitor(), path).status == 303


def test_the_passwords_that_a_stranger_tries_on_a_change_of_address_wait_as_at_the_door(clock: Clock) -> None:
    path, stranger = sent(LinkKind.ADDRESS, clock.at), Visitor()
    page = stranger.get(path)
    tried = [stranger.send(page, path, mot_de_passe=f"Camion-{place}").status for place in range(6)]

    assert tried == [422] * 5 + [429]
    assert stranger.sign_in(OWN).status == 429
    assert press(Visitor(client="203.0.113.9"), path).status == 429
    assert not is_done(LinkKind.ADDRESS)


def test_a_registration_that_is_over_is_sent_a_new_link_without_typing_anything_again(
    table: Resources, clock: Clock
) -> None:
    visitor = Visitor()
    register(visitor)
    work(table)
    (first,) = letters(table)
    clock.advance(days=2)
    page = visitor.get(first.link)

    sent = visitor.send(page, f"{first.link}/nouveau")
    assert "Un nouveau lien de confirmation arrive" in sent.page.words
    work(table)
    second = letters(table)[1]
    assert second.to == EMAIL
    assert second.link != first.link
    assert visitor.get(first.link).status == 410
    page = visitor.get(second.link)
    assert visitor.send(page, second.link, mot_de_passe=NEW_PASSWORD).status == 303
    assert visitor.sign_in(EMAIL, NEW_PASSWORD).status == 303


def test_a_new_link_is_sent_in_place_of_one_that_is_over_and_of_no_other(
    table: Resources, clock: Clock
) -> None:
    living, used = registration(clock.at), registration(clock.at, "autre@exemple.fr")
    press(Visitor(), used)
    before = stored_items()

    for path in (living, used):
        assert press(Visitor(), f"{path}/nouveau").status == 410
    assert work(table) == 0
    assert stored_items() == before


def test_new_links_are_limited_like_other_mails(table: Resources, clock: Clock) -> None:
    path = registration(clock.at)
    clock.advance(days=1)
    seen = [press(Visitor(client=f"198.51.100.{place}"), f"{path}/nouveau") for place in range(5)]

    assert {one.status for one in seen} == {200}
    assert work(table) == 5
    assert len(letters(table)) == 1, "the first one replaced what the others were about"
    clock.advance(hours=24)
    latest = letters(table)[-1].link
    seen = [press(Visitor(), f"{latest}/nouveau") for _ in range(11)]
    assert [one.status for one in seen] == [200] * 10 + [429]


def test_an_account_that_opened_meanwhile_is_left_as_it_is(clock: Clock) -> None:
    for there in (an_account(FRANCOIS_XAVIER, "autre@exemple.fr"), an_account(NADEGE, EMAIL)):
        path = registration(clock.at)
        mothers.put(*account_items(there))
        before = but_for_tries()

        seen = press(Visitor(), path)
        assert (seen.status, seen.page.heading) == (409, "Un compte existe déjà")
        assert but_for_tries() == before
