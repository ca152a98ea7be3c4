"""The second step in the table: whole or not at all, and one code for one session whoever hurries."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Absent, Unavailable
from chalicelib.domain.second_factor import HalfOpen
from chalicelib.domain.second_step import (
    enrol,
    half_open,
    new_agent_session,
    pass_code,
    renew_recovery_codes,
)
from chalicelib.domain.signing_in import Admission, Attempt
from chalicelib.domain.throttling import TooManyTries
from chalicelib.portal import now, portal
from chalicelib.storage.accounts import AccountItem
from chalicelib.storage.keys import account_key
from chalicelib.storage.second_steps import FactorItem, factor_item
from infra.local.resources import Resources
from tests import agents, mothers
from tests.agents import CLAIRE
from tests.conftest import SETTINGS, Clock
from tests.handlers.conftest import hashes
from tests.thresholds import FakeQueue
from tests.visitors import PASSWORD

HERE = "192.0.2.7"
DEVICE, OTHER_KEY = "Firefox sur Linux", "another key of thirty-two letters or more"
__all__ = ["hashes"]


@pytest.fixture(autouse=True)
def told(table: Resources, clock: Clock, hashes: list[str], monkeypatch: pytest.MonkeyPatch) -> FakeQueue:
    """Keep what agents are told."""
    queue = FakeQueue()
    monkeypatch.setattr(type(portal().second_lock.keeper.queue), "ask", lambda _, asking: queue.ask(asking))
    return queue


def opened_half() -> HalfOpen:
    half = half_open(portal().second_lock, Attempt(CLAIRE, PASSWORD, HERE), now())
    assert half is not None
    return half


def shown(half: HalfOpen, code: str, network: str = HERE) -> str:
    """Show a code; say in a word what came of it."""
    try:
        done = pass_code(portal().second_lock, half, Attempt(CLAIRE, "", network), code, DEVICE, now())
    except TooManyTries:
        return "wait"
    except Unavailable:
        return "again"
    return "in" if done else "wrong"


def at_once(acts: list[Callable[[], str]]) -> Counter[str]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(lambda act: act(), acts))


def sessions() -> int:
    return len(portal().entrance.sessions.of(CLAIRE, Role.AGENT))


def test_of_one_code_shown_eight_times_at_once_one_opens() -> None:
    agents.claire()
    half = opened_half()

    answers = at_once([partial(shown, half, agents.code())] * 8)

    assert answers["in"] == 1
    assert sessions() == 1


def test_of_one_recovery_code_shown_eight_times_at_once_one_opens(told: FakeQueue) -> None:
    codes = agents.claire()
    half = opened_half()

    answers = at_once([partial(shown, half, codes[0])] * 8)

    assert answers["in"] == 1
    assert sessions() == 1
    assert [one["kind"] for one in told.taken].count("recovery_code_used") == 1
    assert len(FactorItem.get(account_key(CLAIRE), "FACTOR").recovery) == 9


def test_of_fifty_codes_guessed_at_once_as_many_are_answered_as_may_be() -> None:
    agents.claire()
    half = opened_half()
    guesses = [f"{guess:06}" for guess in range(50) if f"{guess:06}" not in near()]

    answers = at_once(
        [partial(shown, half, guess, f"192.0.2.{place}") for place, guess in enumerate(guesses)]
    )

    assert answers["wrong"] <= 5
    assert answers["in"] == 0
    (tally,) = portal().second_lock.steps.look(CLAIRE, list(Attempt(CLAIRE, "", HERE).limits)[:1]).tallies
    assert len(tally.tried_at) == answers["wrong"]


def near() -> set[str]:
    return {agents.code(step) for step in (-1, 0, 1)}


@pytest.mark.parametrize("dated", [True, False])
def test_a_telephone_is_kept_over_that_of_an_account_before_and_over_no_other(dated: bool) -> None:
    agents.claire()
    if dated:
        AccountItem(account_key(CLAIRE), "ACCOUNT").update([AccountItem.opened_at.set(now())])
    steps = portal().second_lock.steps
    found = steps.look(CLAIRE, list(Attempt(CLAIRE, "", HERE).limits))
    assert found.account is not None
    assert found.factor is not None
    session, _ = new_agent_session(found.account, DEVICE, now())
    admission = Admission(found.account, session, (), found.tallies, found.account.password_hash)
    another = replace(found.factor, recovery=())

    assert not steps.enrol(admission, another)
    assert steps.look(CLAIRE, []).factor == found.factor
    older = replace(found.factor, enrolled_at=now() - timedelta(seconds=1))
    mothers.put(factor_item(CLAIRE, older))
    assert steps.enrol(admission, another) is dated
    assert steps.look(CLAIRE, []).factor == (another if dated else older)


def test_two_telephones_enrolled_at_once_are_one() -> None:
    agents.claire(enrolled=False)
    lock = portal().second_lock
    halves = [opened_half(), opened_half()]

    def act(half: HalfOpen) -> str:
        from chalicelib.domain.second_factor import key_of
        from chalicelib.domain.second_step import DoorClosed

        code = agents.code(key=key_of(lock, half.email, half.name))
        try:
            return "in" if enrol(lock, half, Attempt(CLAIRE, "", HERE), code, DEVICE, now()) else "wrong"
        except DoorClosed:
            return "closed"

    assert at_once([partial(act, half) for half in halves]) == {"in": 1, "closed": 1}
    assert sessions() == 1


def test_a_key_sealed_with_an_older_key_is_sealed_anew_when_it_opens(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    agents.claire()
    before = FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key
    monkeypatch.setenv("PORTAL_DATA_KEYS", f"{OTHER_KEY},{SETTINGS['PORTAL_DATA_KEYS']}")
    portal.cache_clear()

    assert shown(opened_half(), agents.code()) == "in"
    after = FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key
    assert before.split(".")[1] != after.split(".")[1]
    clock.advance(seconds=30)
    assert shown(opened_half(), agents.code()) == "in"


def test_without_the_key_that_sealed_it_codes_are_wrong_recovery_codes_are_not_and_somebody_hears(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    codes = agents.claire()
    monkeypatch.setenv("PORTAL_DATA_KEYS", OTHER_KEY)
    portal.cache_clear()

    assert shown(opened_half(), agents.code()) == "wrong"
    assert "hash_unreadable" in caplog.text
    assert shown(opened_half(), codes[0]) == "in"


def test_recovery_codes_are_not_replaced_over_a_sign_in_that_came_between(clock: Clock) -> None:
    codes = agents.claire()
    lock, attempt = portal().second_lock, Attempt(CLAIRE, "", HERE)
    stale = lock.steps.look(CLAIRE, list(attempt.limits))
    assert stale.factor is not None
    shown(opened_half(), codes[0])
    (session,) = portal().entrance.sessions.of(CLAIRE, Role.AGENT)

    assert not lock.steps.change(session, stale.tallies, stale.factor, stale.factor)
    assert renew_recovery_codes(lock, attempt, session, agents.code(), now()) is not None


def test_a_session_that_is_gone_changes_no_factor_and_is_said_to_be_gone() -> None:
    codes = agents.claire()
    lock = portal().second_lock
    shown(opened_half(), codes[0])
    (session,) = portal().entrance.sessions.of(CLAIRE, Role.AGENT)
    found = lock.steps.look(CLAIRE, list(Attempt(CLAIRE, "", HERE).limits))
    assert found.factor is not None
    portal().entrance.sessions.close(session)

    with pytest.raises(Absent, match=session.family):
        lock.steps.change(session, found.tallies, found.factor, replace(found.factor, recovery=()))
    assert lock.steps.look(CLAIRE, []).factor == found.factor


def test_a_better_hash_of_the_password_is_kept_at_the_first_step() -> None:
    agents.claire()
    found = portal().second_lock.steps.look(CLAIRE, [])
    assert found.account is not None

    assert portal().second_lock.steps.stand(found.account, [], "better")
    assert not portal().second_lock.steps.stand(found.account, [], "worse")
    kept = portal().accounts.find(CLAIRE)
    assert kept is not None
    assert kept.password_hash == "better"
