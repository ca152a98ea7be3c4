"""Sessions in the table, and the one query that brings a tenant with all that lies beside."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.service_requests import RequestState
from chalicelib.domain.sessions import LONGEST, REMEMBERED, Session, new_session
from chalicelib.storage.sessions import BESIDE_ACTIONS, KEPT_AFTER_ITS_END, DynamoSessions, SessionItem
from chalicelib.storage.table import tenant_key
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.mothers import ELOISE, NADEGE, NOW, a_request, a_tenant, an_action
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def sessions() -> DynamoSessions:
    return DynamoSessions()


def opened(sessions: DynamoSessions, tenant: str = ELOISE, *, remembered: bool = False) -> Session:
    session, _ = new_session(
        tenant, f"{tenant}@demo.example", remembered=remembered, device="Firefox", now=NOW
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

    visitor = sessions.visitor(ELOISE, session.secret_hash, actions=3)

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

    visitor = sessions.visitor(ELOISE, opened(sessions).secret_hash)

    assert visitor is not None
    assert visitor.actions == ()
    assert visitor.holds_lease("9126")
    assert not visitor.holds_lease("9128")


def test_a_session_opens_the_door_of_its_tenant_only(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant())
    mothers.settle_in(a_tenant(NADEGE), ("9128",))
    session = opened(sessions)

    assert sessions.visitor(NADEGE, session.secret_hash) is None
    assert sessions.visitor(ELOISE, "0" * 64) is None
    assert sessions.visitor(ELOISE, "") is None
    assert sessions.visitor(f"{ELOISE}#", session.secret_hash) is None


def test_a_session_that_is_closed_is_gone_and_the_others_stay(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant())
    first, second = opened(sessions), opened(sessions)

    sessions.close(ELOISE, first.secret_hash)
    sessions.close(ELOISE, first.secret_hash)

    assert sessions.visitor(ELOISE, first.secret_hash) is None
    assert sessions.visitor(ELOISE, second.secret_hash) is not None


def test_a_session_of_somebody_without_profile_opens_nothing(sessions: DynamoSessions) -> None:
    assert sessions.visitor(ELOISE, opened(sessions).secret_hash) is None


def test_the_limit_never_cuts_the_holds_off(sessions: DynamoSessions, counted: Counted) -> None:
    mothers.settle_in(a_tenant(), ("9126", "9127", "9128"), actions=[an_action(days) for days in range(1, 9)])
    for count in range(1, BESIDE_ACTIONS + 8):
        session = opened(sessions)
        counted.calls.clear()
        visitor = sessions.visitor(ELOISE, session.secret_hash, actions=5)

        assert visitor is not None, count
        assert len(visitor.holds) == 3, count
        assert len(visitor.actions) <= 5
        assert counted.calls["Query"] <= 2


@pytest.mark.parametrize(("remembered", "life"), [(False, LONGEST), (True, REMEMBERED)])
def test_the_table_sweeps_a_session_up_a_day_after_its_end(
    sessions: DynamoSessions, remembered: bool, life: timedelta
) -> None:
    session = opened(sessions, remembered=remembered)

    item = SessionItem.get(tenant_key(ELOISE), f"SESSION#{session.secret_hash}")

    assert session.ends_at == NOW + life
    assert item.expires_at_epoch == int((NOW + life + KEPT_AFTER_ITS_END).timestamp())


def test_a_hold_that_has_ended_comes_with_its_end(sessions: DynamoSessions) -> None:
    mothers.settle_in(a_tenant(), ())
    mothers.put(hold_item(ELOISE, mothers.a_hold("9126", date(2026, 6, 30))))

    visitor = sessions.visitor(ELOISE, opened(sessions).secret_hash)

    assert visitor is not None
    (hold,) = visitor.holds
    assert hold.runs_on(date(2026, 6, 30))
    assert not hold.runs_on(date(2026, 7, 1))
