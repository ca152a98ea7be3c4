"""Two clicks at once on the button of a link: one of them does it, whichever call comes first."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import pytest

from chalicelib.domain.links import LinkKind
from chalicelib.domain.throttling import Subject, SubjectKind
from chalicelib.portal import portal
from chalicelib.storage.accounts import account_items
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import profile_item
from chalicelib.storage.throttling import DynamoTallies
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.interleaving import Interleaving, orders_of_two
from tests.mailed import KINDS, NEW, press, settle_people
from tests.mothers import an_account
from tests.newcomers import EMAIL, issued, registration
from tests.visitors import FORM, PASSWORD, Seen, Visitor

OURS, BODY = "http://127.0.0.1:8000", urlencode(NEW)
# The link is read, then the tally of its passwords; both are written.
TO_OPEN = 4
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture(autouse=True)
def people(table: Resources, clock: Clock) -> None:
    settle_people()


def click(path: str, token: str, cookies: dict[str, str]) -> Callable[[], Seen]:
    def act() -> Seen:
        visitor = Visitor(cookies=dict(cookies))
        return visitor.ask("POST", path, f"csrf={token}&{BODY}".encode(), content_type=FORM, origin=OURS)

    return act


def clicks_at_once(kind: LinkKind, clock: Clock, orders: Sequence[tuple[int, ...]]) -> None:
    """Have two browsers press the button at once, each time in another order; one of them does it.

    Where an order ends, and where it is empty, its rank is the seed that decides.  Two times three calls can
    come in 20 orders, two times four in 70.
    """
    visitor, traces = Visitor(), set()
    order = Interleaving(connection().client)
    for seed, first in enumerate(orders):
        path = fresh(kind, clock, seed)
        if kind is LinkKind.ADDRESS:
            visitor.enter(f"p-{seed}", email=f"s{seed}@exemple.fr")
        given = order.run(seed, *[click(path, visitor.token(), visitor.cookies)] * 2, order=first)
        traces.add(tuple(order.trace))

        answers = [seen for seen in given if isinstance(seen, Seen)]
        assert len(answers) == 2, (seed, given)
        successes = [seen for seen in answers if seen.status == 303]
        assert len(successes) == (2 if kind is LinkKind.REGISTRATION else 1), (seed, order.trace)
        others = {seen.page.heading for seen in answers if seen.status != 303}
        assert others <= {"Ce lien a déjà servi"}, (seed, order.trace)
        assert order.committed - tries_of(f"s{seed}@exemple.fr") == 1, (seed, order.trace)
    assert len(traces) > min(len(orders), 20 if kind is LinkKind.UNLOCK else 70) // 2


def tries_of(email: str) -> int:
    """Count the passwords that were typed on the pages of an address' registration."""
    (tally,) = DynamoTallies().read([Subject(SubjectKind.CONFIRMATION, email)])
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


def test_of_two_clicks_at_once_exactly_one_opens_the_account_in_whatever_order(clock: Clock) -> None:
    clicks_at_once(LinkKind.REGISTRATION, clock, orders_of_two(TO_OPEN))


@pytest.mark.parametrize("kind", [LinkKind.RECOVERY, LinkKind.ADDRESS, LinkKind.UNLOCK])
def test_of_two_clicks_at_once_exactly_one_does_it(kind: LinkKind, clock: Clock) -> None:
    clicks_at_once(kind, clock, [()] * 10)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_clicks_at_once_exactly_one_does_it_a_thousand_times(kind: LinkKind, clock: Clock) -> None:
    clicks_at_once(kind, clock, [()] * 1_000)


def test_a_click_that_is_cut_can_be_done_again(clock: Clock) -> None:
    path = registration(clock.at)
    order = Interleaving(connection().client, lost=1.0)
    visitor = Visitor()
    token = visitor.token()

    (cut,) = order.run(0, click(path, token, visitor.cookies))
    assert isinstance(cut, Seen)
    assert cut.status in {500, 503}
    assert press(Visitor(), path).location == "/connexion?fait=compte"
    assert Visitor().sign_in(EMAIL, PASSWORD).status == 303
