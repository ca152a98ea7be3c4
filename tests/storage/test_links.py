"""Links in the table: kept by their hash alone, the newest of its kind, for one use, before its end."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.askings import Answered
from chalicelib.domain.expiry import clear_expired
from chalicelib.domain.links import KEPT_AFTER_ITS_END, LIVES, Link, LinkKind, LinkState, hash_of, new_link
from chalicelib.storage.account_changes import DynamoAccountChanges
from chalicelib.storage.expiring import DynamoExpiring
from chalicelib.storage.links import DynamoLinks
from tests.mothers import NOW
from tests.newcomers import ASKING_OF, an_asking, issued
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
EMAIL = "eloise@exemple.fr"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def links() -> DynamoLinks:
    return DynamoLinks()


def found(path: str) -> Link:
    link = links().find(hash_of(path.rsplit("/", 1)[1]))
    assert link is not None
    return link


def unlock(path: str, at: datetime) -> Outcome:
    """Use a link up; what it does matters least with this kind."""
    return DynamoAccountChanges().unlock(found(path), at)


@pytest.mark.parametrize("kind", LinkKind)
def test_a_link_is_read_as_it_was_issued(kind: LinkKind) -> None:
    asking = an_asking(ASKING_OF[kind], EMAIL, NOW)
    link, _ = new_link(kind, asking, "t-1", NOW, password_hash="$argon2id$x", new_email="autre@exemple.fr")

    assert links().issue(link, asking, None)
    assert links().find(link.hash) == link


def test_what_nobody_was_sent_is_not_found() -> None:
    path = issued(LinkKind.UNLOCK, EMAIL, NOW)

    assert links().find(hash_of("x" * 43)) is None
    assert links().find(path.rsplit("/", 1)[1]) is None


def test_no_token_is_in_the_table_and_nothing_there_is_one() -> None:
    paths = [issued(kind, EMAIL, NOW) for kind in LinkKind]
    table = json.dumps(list(stored_items().values()))

    for path in paths:
        token = path.rsplit("/", 1)[1]
        assert token not in table
        assert hash_of(token) in table
        assert links().find(hash_of(hash_of(token))) is None


def test_a_newer_link_replaces_the_one_of_its_kind_and_of_its_address_only() -> None:
    first, other_kind = issued(LinkKind.UNLOCK, EMAIL, NOW), issued(LinkKind.RECOVERY, EMAIL, NOW)
    neighbours = issued(LinkKind.UNLOCK, "nadege@exemple.fr", NOW)
    second = issued(LinkKind.UNLOCK, EMAIL, NOW + SECOND)

    assert found(first).state(NOW) is LinkState.REPLACED
    assert {found(path).state(NOW) for path in (second, other_kind, neighbours)} == {LinkState.LIVING}
    assert unlock(first, NOW + SECOND) is Outcome.SPENT
    assert unlock(second, NOW + SECOND) is Outcome.DONE


def test_of_two_links_issued_at_once_one_is() -> None:
    asking, other = an_asking("recovery", EMAIL, NOW), an_asking("recovery", EMAIL, NOW)
    for before in (None, Answered("other", NOW), Answered(asking.id, NOW, "another hash")):
        issued(LinkKind.UNLOCK, EMAIL, NOW)
        link, _ = new_link(LinkKind.RECOVERY, asking, "t-1", NOW)
        expected = before is None
        assert links().issue(link, asking, before) is expected
        assert (links().find(link.hash) is not None) is expected
    late, _ = new_link(LinkKind.RECOVERY, other, "t-1", NOW)

    assert not links().issue(late, other, None)
    assert links().find(late.hash) is None


def test_a_link_that_was_cleared_away_does_not_keep_the_next_one_from_being_issued() -> None:
    first = issued(LinkKind.RECOVERY, EMAIL, NOW)
    later = found(first).kept_until
    before = links().answered(an_asking("recovery", EMAIL, later))
    assert clear_expired(DynamoExpiring(), later) == 1

    asking = an_asking("recovery", EMAIL, later)
    link, _ = new_link(LinkKind.RECOVERY, asking, "t-1", later)
    assert links().issue(link, asking, before)
    assert found(issued(LinkKind.RECOVERY, EMAIL, later)).state(later) is LinkState.LIVING


def test_what_was_answered_is_known_until_long_after_its_link() -> None:
    asking = an_asking("registration", EMAIL, NOW)
    link, token = new_link(LinkKind.REGISTRATION, asking, "t-1", NOW)
    path = f"/confirmation/{token}"
    assert links().issue(link, asking, None)
    assert links().answered(asking) == Answered(asking.id, NOW, link.hash)
    links().settle(asking, NOW)
    answered = links().answered(asking)

    assert answered == Answered(asking.id, NOW, link.hash, NOW)
    assert not answered.leaves(an_asking("registration", EMAIL, NOW - SECOND))
    assert not answered.leaves(asking)
    assert clear_expired(DynamoExpiring(), found(path).kept_until) == 1
    assert links().answered(asking) == answered
    assert clear_expired(DynamoExpiring(), NOW + timedelta(days=10)) == 1
    assert links().answered(asking) is None


def test_an_asking_that_is_settled_late_leaves_the_newer_one_alone() -> None:
    late, newer = an_asking("recovery", EMAIL, NOW), an_asking("recovery", EMAIL, NOW + SECOND)
    links().settle(newer, NOW + HOUR)
    links().settle(late, NOW + HOUR + SECOND)

    assert links().answered(newer) == Answered(newer.id, newer.asked_at, "", NOW + HOUR)


def test_an_asking_without_a_link_leaves_the_link_of_before_to_be_replaced() -> None:
    first = issued(LinkKind.REGISTRATION, EMAIL, NOW)
    links().settle(an_asking("registration", EMAIL, NOW + SECOND), NOW + SECOND)
    issued(LinkKind.REGISTRATION, EMAIL, NOW + 2 * SECOND)

    assert found(first).state(NOW) is LinkState.REPLACED


@pytest.mark.parametrize("kind", LinkKind)
def test_a_link_ends_to_the_second_although_it_is_still_there(kind: LinkKind) -> None:
    path = issued(kind, EMAIL, NOW)
    ends_at = NOW + LIVES[kind]
    assert unlock(path, ends_at) is Outcome.SPENT
    assert found(path).state(ends_at) is LinkState.OVER

    assert unlock(path, ends_at - SECOND) is Outcome.DONE
    assert unlock(path, ends_at - SECOND) is Outcome.SPENT


def test_links_are_cleared_away_a_week_after_their_end() -> None:
    path = issued(LinkKind.RECOVERY, EMAIL, NOW)
    ends_at = NOW + LIVES[LinkKind.RECOVERY]

    assert clear_expired(DynamoExpiring(), ends_at + KEPT_AFTER_ITS_END - SECOND) == 0
    assert found(path)
    assert clear_expired(DynamoExpiring(), ends_at + KEPT_AFTER_ITS_END) == 1
    assert links().find(hash_of(path.rsplit("/", 1)[1])) is None


def test_a_used_link_forgets_the_password_of_who_registered() -> None:
    path = issued(LinkKind.REGISTRATION, EMAIL, NOW)
    assert "$argon2id$" in json.dumps(list(stored_items().values()))

    assert unlock(path, NOW) is Outcome.DONE
    assert "$argon2id$" not in json.dumps(list(stored_items().values()))


class Model:
    """What links of one address should do, in the words of the rule."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.used: set[str] = set()
        self.ends_at: dict[str, datetime] = {}

    def may_use(self, path: str, at: datetime) -> bool:
        return path == self.paths[-1] and path not in self.used and at < self.ends_at[path]


STEPS = st.lists(
    st.one_of(
        st.just(("issue", 0)),
        st.tuples(st.just("use"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([1, 3600, 86_399, 86_400])),
    ),
    min_size=4,
    max_size=10,
)


@pytest.fixture(scope="module")
def addresses() -> Iterator[str]:
    return (f"e{number}@exemple.fr" for number in count())


@given(steps=STEPS)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_done_a_link_works_once_before_its_end_while_it_is_the_newest(
    addresses: Iterator[str], steps: list[tuple[str, Any]]
) -> None:
    model, at, email = Model(), NOW, next(addresses)
    for step, number in steps:
        if step == "wait":
            at += timedelta(seconds=number)
        elif step == "issue":
            path = issued(LinkKind.UNLOCK, email, at)
            model.paths.append(path)
            model.ends_at[path] = at + LIVES[LinkKind.UNLOCK]
        elif model.paths:
            path = model.paths[-1 - number % len(model.paths)]
            expected = model.may_use(path, at)
            assert (found(path).state(at) is LinkState.LIVING) is expected
            assert (unlock(path, at) is Outcome.DONE) is expected
            model.used |= {path} if expected else set()
