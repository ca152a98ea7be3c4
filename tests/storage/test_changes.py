"""Outgoing changes in the table: by the French day, in the order of time, as they were written."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.storage.changes import DynamoChanges, change_item
from tests.mothers import NOW, TODAY, put

pytestmark = pytest.mark.usefixtures("table")


def a_change(at: datetime = NOW, lease: str = "", after: str = "06 12 34 56 78") -> Change:
    facts = {"telephone_mobile": after}
    return new_change(at, "t1", ChangeKind.PHONES, {"telephone_mobile": ""}, facts, lease)


@pytest.mark.parametrize("change", [a_change(), a_change(lease="9126"), a_change(after="«é» | =1+1")])
def test_a_change_comes_back_as_it_was(change: Change) -> None:
    put(change_item(change))

    assert list(DynamoChanges().made_on(TODAY)) == [change]


def test_the_changes_of_a_day_come_in_the_order_of_time() -> None:
    made = [a_change(NOW + timedelta(minutes=rank)) for rank in range(5)]
    put(*map(change_item, reversed(made)))

    assert list(DynamoChanges().made_on(TODAY)) == made
    assert list(DynamoChanges().made_on(TODAY - timedelta(days=1))) == []


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 23, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_day_of_a_change_is_the_one_in_metropolitan_france(at: datetime, day: date) -> None:
    change = a_change(at)
    put(change_item(change))

    assert list(DynamoChanges().made_on(day)) == [change]


def test_the_same_change_written_twice_is_one() -> None:
    change = a_change()
    put(change_item(change))
    put(change_item(change))

    assert list(DynamoChanges().made_on(TODAY)) == [change]
