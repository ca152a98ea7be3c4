"""What has ended is taken out of the table, and nothing else: on time, twice, late, and in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.expiry import DAYS_BACK, clear_expired
from chalicelib.domain.sessions import Session, new_session
from chalicelib.storage.expiring import DynamoExpiring
from chalicelib.storage.sessions import DynamoSessions, SessionItem, session_item
from chalicelib.storage.table import Item, connection
from tests.faults import Faults
from tests.mothers import NOW, put
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def a_session(ends_at: datetime, holder: str = "9126-1") -> Session:
    session, _ = new_session(holder, "", remembered=False, device="", now=ends_at - HOUR)
    return replace(session, ends_at=ends_at)


def left() -> set[datetime]:
    return {datetime.fromisoformat(item["ends_at"]["S"]) for item in stored_items().values()}


def test_a_session_is_taken_out_from_its_last_second_on_and_not_before() -> None:
    ends = [NOW - DAY, NOW - SECOND, NOW, NOW + SECOND, NOW + DAY]
    put(*(session_item(a_session(ends_at)) for ends_at in ends))

    assert clear_expired(DynamoExpiring(), NOW) == 3
    assert left() == {NOW + SECOND, NOW + DAY}
    assert clear_expired(DynamoExpiring(), NOW) == 0


@pytest.mark.parametrize("hour", [0, 1, 12, 23])
def test_the_hours_around_midnight_miss_nothing(hour: int) -> None:
    now = datetime(2027, 3, 28, hour, 30, tzinfo=UTC)
    ends = [now - rank * HOUR for rank in range(30)]
    put(*(session_item(a_session(ends_at)) for ends_at in ends))

    assert clear_expired(DynamoExpiring(), now) == len(ends)


def test_after_an_outage_of_a_week_all_is_caught_up() -> None:
    ends = [NOW - rank * DAY for rank in range(DAYS_BACK + 2)]
    put(*(session_item(a_session(ends_at)) for ends_at in ends))

    assert clear_expired(DynamoExpiring(), NOW) == DAYS_BACK + 1
    assert left() == {ends[-1]}


def test_what_was_given_another_end_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    session = a_session(NOW)
    put(session_item(session))
    (stale,) = Item.due.query("EXPIRING#2026-11-23")
    DynamoSessions().open(replace(session, ends_at=NOW + DAY))
    monkeypatch.setattr(type(Item.due), "query", lambda *_: [stale])

    assert DynamoExpiring().clear(NOW.date(), NOW) == 0
    assert left() == {NOW + DAY}


def test_a_run_that_is_cut_is_finished_by_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    put(*(session_item(a_session(NOW - rank * SECOND)) for rank in range(6)))
    deleted = [0]

    def choose(operation: str) -> str | None:
        deleted[0] += operation == "DeleteItem"
        return "after" if deleted[0] > 3 else None

    faults = Faults(connection().client, choose)
    with pytest.raises(Exception, match="DynamoDB"):
        clear_expired(DynamoExpiring(), NOW)
    faults.choose = lambda _: None

    clear_expired(DynamoExpiring(), NOW)

    assert left() == set()


def test_a_session_says_when_it_ends_in_all_the_ways_that_somebody_looks_for() -> None:
    session = a_session(datetime(2026, 11, 23, 23, 59, 59, 5, tzinfo=UTC))
    put(session_item(session))

    item = SessionItem.get("TENANT#9126-1", f"SESSION#{session.family}")
    assert item.due_pk == "EXPIRING#2026-11-23"
    assert item.due_sk == f"2026-11-23T23:59:59.000005+00:00#{session.family}"
    assert item.expires_at_epoch == int((session.ends_at + DAY).timestamp())
