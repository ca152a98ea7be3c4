"""Links of mails, opened: looking changes nothing, one click does it once, and what is over says so (A7)."""

from datetime import timedelta

import pytest

from chalicelib.domain.links import LIVES, LinkKind, hash_of
from chalicelib.portal import portal
from infra.local.resources import Resources
from tests.conftest import Clock
from tests.mailed import KINDS, NEW, is_done, press, sent, settle_people
from tests.mothers import ELOISE
from tests.newcomers import registration
from tests.storage.books import stored_items
from tests.town import Counted
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def people(table: Resources, clock: Clock) -> None:
    settle_people()


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_mail_programs_opened_fifty_times_still_works(
    kind: LinkKind, clock: Clock, counted: Counted
) -> None:
    path, before = sent(kind, clock.at), stored_items()
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
    path, began = sent(kind, clock.at), clock.at
    clock.at = began + LIVES[kind]
    page, late = Visitor().get(path), press(Visitor(), path)

    assert (page.status, late.status) == (410, 410)
    assert page.page.heading == late.page.heading == "Ce lien a expiré"
    assert not is_done(kind)
    assert portal().reception.links.find(hash_of(path.rsplit("/", 1)[1])) is not None

    clock.at = began + LIVES[kind] - SECOND
    assert Visitor().get(path).status == 200
    assert press(Visitor(), path).status == 303
    assert is_done(kind)


@pytest.mark.parametrize("kind", [LinkKind.RECOVERY, LinkKind.ADDRESS, LinkKind.UNLOCK])
def test_a_link_serves_once(kind: LinkKind, clock: Clock) -> None:
    path = sent(kind, clock.at)
    assert press(Visitor(), path).location.startswith("/connexion?fait=")
    before = stored_items()

    for again in (press(Visitor(), path), Visitor().get(path)):
        assert again.status == 410
        assert again.page.heading == "Ce lien a déjà servi"
    assert stored_items() == before


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_newest_link_of_its_kind_works(kind: LinkKind, clock: Clock) -> None:
    first = sent(kind, clock.at)
    clock.advance(minutes=1)
    second = sent(kind, clock.at)

    for seen in (Visitor().get(first), press(Visitor(), first)):
        assert seen.status == 410
        assert seen.page.heading == "Ce lien a été remplacé"
    assert not is_done(kind)
    assert press(Visitor(), second).status == 303
    assert is_done(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_of_another_kind_opens_nothing(kind: LinkKind, clock: Clock) -> None:
    path, before = sent(kind, clock.at), stored_items()
    folder, token = path.rsplit("/", 1)
    elsewhere = {"/confirmation", "/mot-de-passe", "/gestion/mot-de-passe", "/deverrouillage"} - {folder}

    for other in elsewhere:
        for seen in (Visitor().get(f"{other}/{token}"), press(Visitor(), f"{other}/{token}")):
            assert seen.status == 404
            assert seen.page.heading == "Ce lien n’est plus valable"
    assert press(Visitor(), f"/confirmation/{token}/nouveau").status in {404, 410}
    assert stored_items() == before


@pytest.mark.parametrize(
    "token",
    ["x", "A" * 42, "A" * 44, "é" * 43, "%00" * 43, "A" * 42 + "#", "LINK%23" + "A" * 36, "%2e%2e", "~" * 43],
)
def test_what_is_no_token_is_not_looked_for(token: str, counted: Counted) -> None:
    for folder in ("/confirmation", "/mot-de-passe", "/deverrouillage"):
        path = f"{folder}/{token.encode().decode('latin-1')}"
        assert Visitor().ask("GET", path).status == 404
        assert press(Visitor(), path).status == 404
    assert counted.calls.total() == 0


def test_a_token_that_nobody_was_sent_opens_nothing_nor_does_what_the_table_holds(clock: Clock) -> None:
    path = registration(clock.at)
    stored = portal().reception.links.find(hash_of(path.rsplit("/", 1)[1]))
    assert stored is not None

    for token in ("A" * 43, stored.hash, stored.hash[:43], stored.hash[21:]):
        assert press(Visitor(), f"/confirmation/{token}").status == 404
    assert not is_done(LinkKind.REGISTRATION)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_told_the_address_of_a_page_that_holds_a_token(kind: LinkKind, clock: Clock) -> None:
    path = sent(kind, clock.at)
    visitor = Visitor()
    answers = [
        visitor.ask("GET", path),
        visitor.post(path, {"csrf": "wrong"}),
        visitor.ask("POST", path, b"{}", content_type="application/json"),
        visitor.ask("GET", path[:-1]),
        press(visitor, path),
        press(visitor, path),
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
    path = sent(kind, clock.at)
    fields = visitor.get(path).page.form(path).fields | NEW

    assert visitor.post(path, fields, sec_fetch_site="cross-site", origin="null").status == 403
    assert visitor.post(path, fields | {"csrf": Visitor().token()}, origin="null").status == 403
    assert not is_done(kind)
    assert visitor.post(path, fields, origin="null").status == 303


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_s_page_is_one_trip_and_two_for_who_is_signed_in(
    kind: LinkKind, clock: Clock, counted: Counted
) -> None:
    path, visitor = sent(kind, clock.at), Visitor()
    visitor.enter(ELOISE)

    assert counted.during(lambda: Visitor().get(path)).total() == 1
    assert counted.during(lambda: visitor.get(path)).total() == 2
