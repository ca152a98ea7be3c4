"""Sessions in the table, and the one query that brings a tenant with all that lies beside."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.domain.accounts import Account, Opening
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.service_requests import RequestState
from chalicelib.domain.sessions import LONGEST, MOST_SESSIONS, REMEMBERED, Session, hash_of, new_session
from chalicelib.storage.accounts import AccountItem, account_item
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.sessions import BESIDE_ACTIONS, DynamoSessions, SessionItem
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.faults import Faults
from tests.mothers import ELOISE, NADEGE, NOW, a_request, a_tenant, an_action
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def sessions() -> DynamoSessions:
    return DynamoSessions()


def opened(
    sessions: DynamoSessions, tenant: str = ELOISE, *, remembered: bool = False, now: datetime = NOW
) -> Session:
    session, _ = new_session(
        tenant, f"{tenant}@demo.example", remembered=remembered, device="Firefox", now=now
    )
    sessions.open(session)
    return session


def test_a_visitor_comes_with_all_that_lies_beside_in_one_request(
    sessions: DynamoSessions, counted: Counted
) -> None:
    asked = [a_request(f"D2026-00000{number}", days_ago=9 - number) for number in (1, 2)]
    acted = [an_action(days, f"D-{days}") for days in range(1, 5)]
    done = a_request("D2025-1", state=RequestState.DONE)
    mothers.settle_in(a_tenant(), ("9127", "9126"), requests=[*asked, done], actions=acted)
    session = opened(sessions)
    counted.calls.clear()

    visitor = sessions.visitor(ELOISE, session.family, actions=3)

    assert counted.calls == {"Query": 1}
    assert visitor is not None
    assert visitor.session == session
    assert visitor.tenant == a_tenant()
    assert [hold.lease for hold in visitor.holds] == ["9126", "9127"]
    assert visitor.request_count == 3
    assert [one.number for one in visitor.open_requests] == ["D2026-000002", "D2026-000001"]
    assert visitor.open_requests[0] == replace(asked[1], handler="", comment="", thread=())
    assert list(visitor.actions) == acted[:3]


def test_without_actions_none_are_read(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant(), actions=[an_action()])

    visitor = sessions.visitor(ELOISE, opened(sessions).family)

    assert visitor is not None
    assert visitor.actions == ()
    assert visitor.holds_lease("9126")
    assert not visitor.holds_lease("9128")


def test_a_session_opens_the_door_of_its_tenant_only(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant())
    mothers.settle_in(a_tenant(NADEGE), ("9128",))
    session = opened(sessions)

    assert sessions.visitor(NADEGE, session.family) is None
    assert sessions.visitor(ELOISE, "f" * 24) is None
    assert sessions.visitor(ELOISE, "") is None
    assert sessions.visitor(ELOISE, session.family[:-1]) is None
    assert sessions.visitor(f"{ELOISE}#", session.family) is None


def test_a_session_that_is_closed_is_gone_and_the_others_stay(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant())
    first, second = opened(sessions), opened(sessions)

    sessions.close(first)
    sessions.close(first)

    assert sessions.visitor(ELOISE, first.family) is None
    assert sessions.visitor(ELOISE, second.family) is not None


def test_all_others_can_be_closed_at_once_and_nobody_elses(sessions: DynamoSessions) -> None:
    first, second, third = (opened(sessions) for _ in range(3))
    neighbours = opened(sessions, NADEGE)

    sessions.close_others(second)

    assert sessions.of(ELOISE) == (second,)
    assert sessions.of(NADEGE) == (neighbours,)
    sessions.close_others(second)
    assert sessions.of(ELOISE) == (second,)
    assert {first.family, third.family}.isdisjoint({second.family})


def test_an_account_forgets_a_session_that_is_closed(sessions: DynamoSessions) -> None:
    first, second = opened(sessions), opened(sessions)
    account = replace(mothers.an_account(), sessions=(as_opening(first), as_opening(second)))
    mothers.put(account_item(account))

    sessions.close(first)
    assert stored_account().sessions == (as_opening(second),)
    sessions.close(second)
    assert stored_account().sessions == ()
    sessions.close(second)
    assert stored_account() == replace(account, sessions=())


def test_a_session_that_cannot_be_closed_is_not_said_to_be(
    sessions: DynamoSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(sessions)
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults = Faults(connection().client, lambda name: "conflict" if name == "TransactWriteItems" else None)

    with pytest.raises(Unavailable):
        sessions.close(session)
    faults.choose = lambda _: None
    assert sessions.of(ELOISE) == (session,)


def as_opening(session: Session) -> Opening:
    return Opening(session.family, session.ends_at)


def stored_account() -> Account:
    return AccountItem.get(f"EMAIL#{ELOISE}@demo.example", "ACCOUNT").to_domain()


def test_closing_a_session_makes_no_account_where_there_is_none(sessions: DynamoSessions) -> None:
    sessions.close(opened(sessions))

    assert AccountItem.count(f"EMAIL#{ELOISE}@demo.example") == 0


def test_a_session_of_somebody_without_profile_opens_nothing(sessions: DynamoSessions) -> None:
    assert sessions.visitor(ELOISE, opened(sessions).family) is None


def test_of_more_than_ten_sessions_the_oldest_is_closed(sessions: DynamoSessions) -> None:
    made = [opened(sessions, now=NOW + timedelta(seconds=rank)) for rank in range(MOST_SESSIONS + 2)]

    assert sessions.of(ELOISE) == tuple(reversed(made[2:]))


def test_somebody_with_ten_sessions_is_read_in_one_request_with_all_their_leases(
    sessions: DynamoSessions, counted: Counted
) -> None:
    asked = [a_request(f"D2026-00000{number}") for number in range(1, 6)]
    acted = [an_action(days) for days in range(1, 30)]
    mothers.settle_in(a_tenant(), ("9126", "9127"), requests=asked, actions=acted)
    made = [opened(sessions, now=NOW + timedelta(seconds=rank)) for rank in range(MOST_SESSIONS)]
    for session in made:
        counted.calls.clear()
        visitor = sessions.visitor(ELOISE, session.family, actions=10)

        assert counted.calls == {"Query": 1}
        assert visitor is not None
        assert len(visitor.holds) == 2
        assert len(visitor.open_requests) == 5
        assert len(visitor.actions) >= 2


def test_the_limit_never_cuts_the_holds_off(sessions: DynamoSessions, counted: Counted) -> None:
    leases = [str(9126 + rank) for rank in range(3 * BESIDE_ACTIONS)]
    mothers.settle_in(a_tenant(), (), actions=[an_action(days) for days in range(1, 9)])
    session = opened(sessions)
    for count, lease in enumerate(leases, 1):
        mothers.put(hold_item(ELOISE, mothers.a_hold(lease)))
        counted.calls.clear()
        visitor = sessions.visitor(ELOISE, session.family, actions=5)

        assert visitor is not None
        assert len(visitor.holds) == count
        assert len(visitor.actions) <= 5
        assert counted.calls["Query"] <= 2


def test_a_secret_is_changed_once(sessions: DynamoSessions) -> None:
    session = opened(sessions, remembered=True)
    later = NOW + timedelta(hours=1)

    assert sessions.rotate(session, session.secret_hash, hash_of("new"), later)
    assert not sessions.rotate(session, session.secret_hash, hash_of("newer"), later)

    (kept,) = sessions.of(ELOISE)
    assert kept == replace(
        session, secret_hash=hash_of("new"), previous_hash=session.secret_hash, rotated_at=later
    )
    assert kept.seen_at == later


def test_a_session_that_is_gone_is_not_brought_back_by_another_secret(sessions: DynamoSessions) -> None:
    session = opened(sessions, remembered=True)
    sessions.close(session)

    assert not sessions.rotate(session, session.secret_hash, hash_of("new"), NOW)
    assert sessions.of(ELOISE) == ()


def test_a_change_of_secret_whose_answer_was_lost_is_known_again(
    sessions: DynamoSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(sessions, remembered=True)
    monkeypatch.setattr("time.sleep", lambda _: None)
    once = ["after"]
    Faults(connection().client, lambda operation: once.pop() if once and operation == "UpdateItem" else None)

    assert sessions.rotate(session, session.secret_hash, hash_of("new"), NOW)
    assert once == []


@pytest.mark.parametrize(("remembered", "life"), [(False, LONGEST), (True, REMEMBERED)])
def test_the_table_sweeps_a_session_up_a_day_after_its_end(
    sessions: DynamoSessions, remembered: bool, life: timedelta
) -> None:
    session = opened(sessions, remembered=remembered)

    item = SessionItem.get(tenant_key(ELOISE), f"SESSION#{session.family}")

    assert session.ends_at == NOW + life
    assert item.expires_at_epoch == int((NOW + life + timedelta(days=1)).timestamp())


def test_a_hold_that_has_ended_comes_with_its_end(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant(), ())
    mothers.put(hold_item(ELOISE, mothers.a_hold("9126", date(2026, 6, 30))))

    visitor = sessions.visitor(ELOISE, opened(sessions).family)

    assert visitor is not None
    (hold,) = visitor.holds
    assert hold.runs_on(date(2026, 6, 30))
    assert not hold.runs_on(date(2026, 7, 1))
