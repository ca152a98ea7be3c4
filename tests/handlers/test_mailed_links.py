"""Links of mails, opened: looking changes nothing, one click does it once, and what is over says so (A7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.domain.links import LIVES, LinkKind, hash_of
from chalicelib.domain.throttling import Subject, SubjectKind
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts, account_items
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import profile_item
from chalicelib.storage.throttling import DynamoTallies
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.interleaving import Interleaving
from tests.letters import letters
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NADEGE, an_account
from tests.newcomers import EMAIL, NEW_PASSWORD, account, issued, register, registration
from tests.storage.books import stored_items
from tests.town import Counted, work
from tests.visitors import FORM, PASSWORD, Seen, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
OWN, MOVED = f"{ELOISE}@demo.example", "eloise@nouvelle.example"
SECOND = timedelta(seconds=1)
KINDS = list(LinkKind)
NEW = {"nouveau-mot-de-passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD, "mot-de-passe": PASSWORD}
SEEDS = 200


@pytest.fixture(autouse=True)
def people(table: Resources, clock: Clock) -> None:
    """Settle in Éloïse, who has an account, and François-Xavier, who has none."""
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    mothers.francois_xavier()


def opened_by(kind: LinkKind, clock: Clock) -> str:
    """Give the path of a link that was just sent."""
    if kind is LinkKind.REGISTRATION:
        return registration(clock.at)
    return issued(kind, OWN, clock.at, new_email=MOVED if kind is LinkKind.ADDRESS else "")


def use(visitor: Visitor, path: str) -> Seen:
    """Press the button of a link's page."""
    return visitor.post(path, {"csrf": visitor.token()} | NEW)


def but_for_tries() -> dict[tuple[str, str], Any]:
    """Give what is stored but for the tallies, which count every password."""
    return {key: item for key, item in stored_items().items() if not key[1].startswith("TRIES")}


def is_done(kind: LinkKind) -> bool:
    """Tell whether what a link is for was done."""
    match kind:
        case LinkKind.REGISTRATION:
            return DynamoAccounts().find(EMAIL) is not None
        case LinkKind.RECOVERY:
            return portal().passwords.matches(account(OWN).password_hash, NEW_PASSWORD)
        case LinkKind.ADDRESS:
            return DynamoAccounts().find(MOVED) is not None
        case LinkKind.UNLOCK:
            return any("used_at" in item for item in stored_items().values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_mail_programs_opened_fifty_times_still_works(
    kind: LinkKind, clock: Clock, counted: Counted
) -> None:
    path, before = opened_by(kind, clock), stored_items()
    counted.calls.clear()
    for place in range(50):
        seen = Visitor(client=f"203.0.113.{place}").ask(("GET", "HEAD")[place % 2], path)
        assert seen.status == 200
    Visitor().ask("OPTIONS", path)

    assert counted.writes == 0
    assert set(counted.calls) == {"GetItem"}
    assert stored_items() == before
    assert not is_done(kind)
    visitor = Visitor()
    page = visitor.get(path)
    assert visitor.post(path, page.page.form(path).fields | NEW).status == 303
    assert is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_works_until_the_second_before_its_end_and_then_no_more_although_it_is_there(
    kind: LinkKind, clock: Clock
) -> None:
    path, began = opened_by(kind, clock), clock.at
    clock.at = began + LIVES[kind]
    page, late = Visitor().get(path), use(Visitor(), path)

    assert (page.status, late.status) == (410, 410)
    assert page.page.heading == late.page.heading == "Ce lien a expiré"
    assert not is_done(kind)
    assert portal().reception.links.find(hash_of(path.rsplit("/", 1)[1])) is not None

    clock.at = began + LIVES[kind] - SECOND
    assert Visitor().get(path).status == 200
    assert use(Visitor(), path).status == 303
    assert is_done(kind)


@pytest.mark.parametrize("kind", [LinkKind.RECOVERY, LinkKind.ADDRESS, LinkKind.UNLOCK])
def test_a_link_serves_once(kind: LinkKind, clock: Clock) -> None:
    path = opened_by(kind, clock)
    assert use(Visitor(), path).location.startswith("/connexion?fait=")
    before = stored_items()

    for again in (use(Visitor(), path), Visitor().get(path)):
        assert again.status == 410
        assert again.page.heading == "Ce lien a déjà servi"
    assert stored_items() == before


def test_who_confirms_twice_reads_that_it_is_confirmed(clock: Clock) -> None:
    path = registration(clock.at)
    first, second = use(Visitor(), path), use(Visitor(), path)

    assert first.location == second.location == "/connexion?fait=compte"
    assert "Votre compte est ouvert" in Visitor().get(second.location).page.words
    assert "Votre compte est ouvert" in Visitor().get(path).page.words


WRONG = {
    LinkKind.REGISTRATION: "Ce n’est pas le mot de passe choisi à l’inscription. Si vous ne l’avez",
    LinkKind.ADDRESS: "Ce n’est pas le mot de passe de ce compte.",
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("typed", ["", "Camion-rouge-27"])
def test_a_link_without_the_password_confirms_nothing(kind: LinkKind, typed: str, clock: Clock) -> None:
    path, visitor, before = opened_by(kind, clock), Visitor(), but_for_tries()
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

    seen = use(Visitor(), path)
    assert seen.status == 429
    assert "Réessayez dans 60 minutes" in seen.page.words
    assert not is_done(LinkKind.REGISTRATION)
    clock.advance(hours=1)
    assert use(Visitor(), path).status == 303


def test_the_passwords_that_a_stranger_tries_on_a_change_of_address_wait_as_at_the_door(clock: Clock) -> None:
    path, stranger = opened_by(LinkKind.ADDRESS, clock), Visitor()
    page = stranger.get(path)
    tried = [stranger.send(page, path, mot_de_passe=f"Camion-{place}").status for place in range(6)]

    assert tried == [422] * 5 + [429]
    assert stranger.sign_in(OWN).status == 429
    assert use(Visitor(client="203.0.113.9"), path).status == 429
    assert not is_done(LinkKind.ADDRESS)


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_newest_link_of_its_kind_works(kind: LinkKind, clock: Clock) -> None:
    first = opened_by(kind, clock)
    clock.advance(minutes=1)
    second = opened_by(kind, clock)

    for seen in (Visitor().get(first), use(Visitor(), first)):
        assert seen.status == 410
        assert seen.page.heading == "Ce lien a été remplacé"
    assert not is_done(kind)
    assert use(Visitor(), second).status == 303
    assert is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_of_another_kind_opens_nothing(kind: LinkKind, clock: Clock) -> None:
    path, before = opened_by(kind, clock), stored_items()
    folder, token = path.rsplit("/", 1)
    elsewhere = {"/confirmation", "/mot-de-passe", "/deverrouillage"} - {folder}

    for other in elsewhere:
        for seen in (Visitor().get(f"{other}/{token}"), use(Visitor(), f"{other}/{token}")):
            assert seen.status == 404
            assert seen.page.heading == "Ce lien n’est plus valable"
    assert use(Visitor(), f"/confirmation/{token}/nouveau").status in {404, 410}
    assert stored_items() == before


@pytest.mark.parametrize(
    "token",
    ["x", "A" * 42, "A" * 44, "é" * 43, "%00" * 43, "A" * 42 + "#", "LINK%23" + "A" * 36, "%2e%2e", "~" * 43],
)
def test_what_is_no_token_is_not_looked_for(token: str, counted: Counted) -> None:
    for folder in ("/confirmation", "/mot-de-passe", "/deverrouillage"):
        path = f"{folder}/{token.encode().decode('latin-1')}"
        assert Visitor().ask("GET", path).status == 404
        assert use(Visitor(), path).status == 404
    assert counted.calls.total() == 0


def test_a_token_that_nobody_was_sent_opens_nothing_nor_does_what_the_table_holds(clock: Clock) -> None:
    path = registration(clock.at)
    stored = portal().reception.links.find(hash_of(path.rsplit("/", 1)[1]))
    assert stored is not None

    for token in ("A" * 43, stored.hash, stored.hash[:43], stored.hash[21:]):
        assert use(Visitor(), f"/confirmation/{token}").status == 404
    assert not is_done(LinkKind.REGISTRATION)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_told_the_address_of_a_page_that_holds_a_token(kind: LinkKind, clock: Clock) -> None:
    path = opened_by(kind, clock)
    visitor = Visitor()
    answers = [
        visitor.ask("GET", path),
        visitor.post(path, {"csrf": "wrong"}),
        visitor.ask("POST", path, b"{}", content_type="application/json"),
        visitor.ask("GET", path[:-1]),
        use(visitor, path),
        use(visitor, path),
        visitor.ask("GET", path),
    ]

    assert [seen.status for seen in answers][:5] == [200, 403, 415, 404, 303]
    assert {seen.header("referrer-policy") for seen in answers} == {"no-referrer"}
    assert {seen.header("cache-control") for seen in answers} == {"no-store"}
    assert all(path not in seen.location for seen in answers)
    assert visitor.ask("GET", "/connexion").header("referrer-policy") == "same-origin"


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_s_form_is_taken_from_a_browser_that_hides_where_it_comes_from(
    kind: LinkKind, clock: Clock
) -> None:
    """Send what browsers send from a page without a referrer: the older ones « null », and nothing else."""
    visitor = Visitor()
    path = opened_by(kind, clock)
    fields = visitor.get(path).page.form(path).fields | NEW

    assert visitor.post(path, fields, sec_fetch_site="cross-site", origin="null").status == 403
    assert visitor.post(path, fields | {"csrf": Visitor().token()}, origin="null").status == 403
    assert not is_done(kind)
    assert visitor.post(path, fields, origin="null").status == 303


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
    use(Visitor(), used)
    before = stored_items()

    for path in (living, used):
        assert use(Visitor(), f"{path}/nouveau").status == 410
    assert work(table) == 0
    assert stored_items() == before


def test_new_links_are_limited_like_other_mails(table: Resources, clock: Clock) -> None:
    path = registration(clock.at)
    clock.advance(days=1)
    seen = [use(Visitor(client=f"198.51.100.{place}"), f"{path}/nouveau") for place in range(5)]

    assert {one.status for one in seen} == {200}
    assert work(table) == 5
    assert len(letters(table)) == 1, "the first one replaced what the others were about"
    clock.advance(hours=24)
    latest = letters(table)[-1].link
    seen = [use(Visitor(), f"{latest}/nouveau") for _ in range(11)]
    assert [one.status for one in seen] == [200] * 10 + [429]


def test_an_account_that_opened_meanwhile_is_left_as_it_is(clock: Clock) -> None:
    for there in (an_account(FRANCOIS_XAVIER, "autre@exemple.fr"), an_account(NADEGE, EMAIL)):
        path = registration(clock.at)
        mothers.put(*account_items(there))
        before = but_for_tries()

        seen = use(Visitor(), path)
        assert (seen.status, seen.page.heading) == (409, "Un compte existe déjà")
        assert but_for_tries() == before


def click(path: str, token: str, cookies: dict[str, str]) -> Callable[[], Seen]:
    def act() -> Seen:
        visitor = Visitor(cookies=dict(cookies))
        return visitor.ask("POST", path, f"csrf={token}&{BODY}".encode(), content_type=FORM, origin=OURS)

    return act


OURS = "http://127.0.0.1:8000"
BODY = urlencode(NEW)


def clicks_at_once(kind: LinkKind, clock: Clock, seeds: int) -> None:
    """Have two browsers press the button at once, in the order that a seed decides; one of them does it."""
    visitor, orders = Visitor(), set()
    order = Interleaving(connection().client)
    for seed in range(seeds):
        path = fresh(kind, clock, seed)
        if kind is LinkKind.ADDRESS:
            visitor.enter(f"p-{seed}", email=f"s{seed}@exemple.fr")
        given = order.run(seed, *[click(path, visitor.token(), visitor.cookies)] * 2)
        orders.add(tuple(order.trace))

        answers = [seen for seen in given if isinstance(seen, Seen)]
        assert len(answers) == 2, (seed, given)
        successes = [seen for seen in answers if seen.status == 303]
        assert len(successes) == (2 if kind is LinkKind.REGISTRATION else 1), (seed, order.trace)
        others = {seen.page.heading for seen in answers if seen.status != 303}
        assert others <= {"Ce lien a déjà servi"}, (seed, order.trace)
        assert order.committed - tries_of(f"s{seed}@exemple.fr") == 1, (seed, order.trace)
    assert len(orders) > 1


def tries_of(email: str) -> int:
    """Count the passwords that were typed on the pages of an address' registration."""
    (tally,) = DynamoTallies().read([Subject(SubjectKind.ASKING, email)])
    return len(tally.tried_at)


def fresh(kind: LinkKind, clock: Clock, seed: int) -> str:
    """Issue a link of somebody to whom nothing has happened yet."""
    email, person = f"s{seed}@exemple.fr", f"p-{seed}"
    if kind is LinkKind.ADDRESS:
        mothers.put(profile_item(mothers.a_tenant(person), 0))
    if kind is not LinkKind.REGISTRATION:
        mothers.put(*account_items(an_account(person, email)))
    moved = f"moved-{email}" if kind is LinkKind.ADDRESS else ""
    quick = portal().passwords.hash(PASSWORD) if kind is LinkKind.REGISTRATION else ""
    return issued(kind, email, clock.at, person, moved, quick)


def test_of_two_clicks_at_once_exactly_one_opens_the_account(clock: Clock) -> None:
    clicks_at_once(LinkKind.REGISTRATION, clock, SEEDS)


@pytest.mark.parametrize("kind", [LinkKind.RECOVERY, LinkKind.ADDRESS, LinkKind.UNLOCK])
def test_of_two_clicks_at_once_exactly_one_does_it(kind: LinkKind, clock: Clock) -> None:
    clicks_at_once(kind, clock, SEEDS // 20)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_clicks_at_once_exactly_one_does_it_a_thousand_times(kind: LinkKind, clock: Clock) -> None:
    clicks_at_once(kind, clock, 1_000)


def test_a_click_that_is_cut_can_be_done_again(clock: Clock) -> None:
    path = registration(clock.at)
    order = Interleaving(connection().client, lost=1.0)
    visitor = Visitor()
    token = visitor.token()

    (cut,) = order.run(0, click(path, token, visitor.cookies))
    assert isinstance(cut, Seen)
    assert cut.status in {500, 503}
    assert use(Visitor(), path).location == "/connexion?fait=compte"
    assert Visitor().sign_in(EMAIL, PASSWORD).status == 303


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_s_page_is_one_trip_and_two_for_who_is_signed_in(
    kind: LinkKind, clock: Clock, counted: Counted
) -> None:
    path, visitor = opened_by(kind, clock), Visitor()
    visitor.enter(ELOISE)

    assert counted.during(lambda: Visitor().get(path)).total() == 1
    assert counted.during(lambda: visitor.get(path)).total() == 2
