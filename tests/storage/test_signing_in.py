"""Tries at passwords, read and written: in memory and in the table alike, and with many at once."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.domain.accounts import Account, Opening, Role
from chalicelib.domain.errors import Absent, Unavailable
from chalicelib.domain.sessions import Session, new_session
from chalicelib.domain.signing_in import Admission, Found, Threshold, prove, sign_in
from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally, TooManyTries, new_mark
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.storage.accounts import DynamoAccounts, account_item
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.signing_in import DynamoThreshold
from chalicelib.storage.table import connection, tenant_key
from chalicelib.storage.timeline import ActionItem
from tests.faults import Faults
from tests.mothers import NOW, put
from tests.thresholds import (
    EMAIL,
    HERE,
    RIGHT,
    FakeQueue,
    FakeThreshold,
    a_keeper,
    an_attempt,
    an_own_account,
)
from tests.town import Counted

OWN, NET = Subject(SubjectKind.ACCOUNT, EMAIL), Subject(SubjectKind.NETWORK, HERE)
BOTH = (OWN, NET)


class TableThreshold(DynamoThreshold):
    """The table, with what the tests want to know of it."""

    def keep(self, account: Account) -> None:
        put(account_item(account))

    def account(self) -> Account | None:
        return DynamoAccounts().find(EMAIL)

    def open_sessions(self) -> set[Session]:
        return set(DynamoSessions().of("9126-1"))


class MemoryThreshold(FakeThreshold):
    """The same of the one in memory."""

    def keep(self, account: Account) -> None:
        self.accounts[account.email] = account

    def account(self) -> Account | None:
        return self.accounts.get(EMAIL)

    def open_sessions(self) -> set[Session]:
        return set(self.sessions.values())


Known = TableThreshold | MemoryThreshold


@pytest.fixture(params=[MemoryThreshold, TableThreshold])
def threshold(request: pytest.FixtureRequest, table: None) -> Known:
    made: Known = request.param()
    made.keep(an_own_account())
    return made


@pytest.fixture
def in_the_table(table: None) -> TableThreshold:
    made = TableThreshold()
    made.keep(an_own_account())
    return made


def a_session(family: str = "") -> Session:
    session, _ = new_session("9126-1", EMAIL, remembered=False, device="Firefox", now=NOW)
    return replace(session, family=family or session.family)


def failing(threshold: Threshold, *subjects: Subject) -> bool:
    """Count a failure on what is read now."""
    tallies = threshold.look(EMAIL, subjects).tallies
    return threshold.refuse([Change(one, replace(one, tried_at=(NOW,), mark=new_mark())) for one in tallies])


def admission(found: Found, session: Session, closed: tuple[str, ...] = ()) -> Admission:
    assert found.account is not None
    return Admission(found.account, session, closed, found.tallies, found.account.password_hash)


def test_an_address_without_anything_is_empty_tallies(threshold: Known) -> None:
    found = threshold.look("nobody@demo.example", BOTH)

    assert found == Found(None, (Tally(OWN), Tally(NET)))


def test_failures_are_read_as_they_were_counted(threshold: Known) -> None:
    tallies = threshold.look(EMAIL, BOTH).tallies
    moments = tuple(NOW + timedelta(seconds=rank) for rank in range(100))
    written = [
        replace(one, tried_at=moments, told_at=NOW if one.subject == OWN else None, mark="m")
        for one in tallies
    ]

    assert threshold.refuse([Change(*pair) for pair in zip(tallies, written, strict=True)])
    assert threshold.look(EMAIL, BOTH) == Found(threshold.account(), tuple(written))
    assert threshold.look(EMAIL, [NET, OWN]).tallies == tuple(reversed(written))


def test_a_failure_is_counted_on_all_or_none_and_only_over_what_was_read(threshold: Known) -> None:
    tallies = threshold.look(EMAIL, BOTH).tallies
    changes = [Change(one, replace(one, tried_at=(NOW,), mark="late")) for one in tallies]
    assert failing(threshold, NET)

    assert not threshold.refuse(changes)
    assert threshold.look(EMAIL, [OWN]).tallies == (Tally(OWN),)


def test_two_devices_and_the_account_count_apart(threshold: Known) -> None:
    subjects = [OWN, *(Subject(SubjectKind.ACCOUNT, EMAIL, device) for device in ("d-1", "d-2"))]
    for count, subject in enumerate(subjects):
        for _ in range(count):
            failing(threshold, subject)

    assert [bool(one.tried_at) for one in threshold.look(EMAIL, subjects).tallies] == [False, True, True]


def test_who_is_admitted_has_a_session_and_a_clean_tally(threshold: Known) -> None:
    failing(threshold, OWN)
    failing(threshold, NET)
    found, session = threshold.look(EMAIL, BOTH), a_session()

    assert threshold.admit(admission(found, session))
    after = threshold.look(EMAIL, BOTH)
    assert after.tallies == (Tally(OWN), found.tallies[1])
    assert after.account is not None
    assert after.account.sessions == (Opening(session.family, session.ends_at),)
    assert threshold.open_sessions() == {session}


@pytest.mark.parametrize("subject", BOTH)
@pytest.mark.parametrize("before", [0, 1])
def test_nobody_is_admitted_over_a_failure_that_was_not_read(
    threshold: Known, subject: Subject, before: int
) -> None:
    for _ in range(before):
        failing(threshold, subject)
    found = threshold.look(EMAIL, BOTH)
    failing(threshold, subject)

    assert not threshold.admit(admission(found, a_session()))
    assert threshold.open_sessions() == set()


def test_nobody_is_admitted_with_a_password_or_beside_a_session_that_was_not_read(threshold: Known) -> None:
    found = threshold.look(EMAIL, BOTH)
    threshold.keep(an_own_account("another hash"))
    assert not threshold.admit(admission(found, a_session()))

    threshold.keep(an_own_account())
    assert threshold.admit(admission(found, a_session("1")))
    assert not threshold.admit(admission(found, a_session("2")))
    again = threshold.look(EMAIL, BOTH)
    assert threshold.admit(admission(again, a_session("3"), ("1",)))
    assert {one.family for one in threshold.open_sessions()} == {"3"}


def test_a_proof_is_written_in_a_session_that_is_there_and_clears_the_tally(threshold: Known) -> None:
    session, later = a_session(), NOW + timedelta(hours=1)
    threshold.admit(admission(threshold.look(EMAIL, BOTH), session))
    failing(threshold, OWN)
    found = threshold.look(EMAIL, BOTH)
    assert found.account is not None

    assert not threshold.prove(a_session("gone"), found.account, found.tallies, later)
    other = replace(found.account, password_hash="another")
    assert not threshold.prove(session, other, found.tallies, later)
    assert threshold.prove(session, found.account, found.tallies, later)
    assert not threshold.prove(session, found.account, found.tallies, later), "the tally was cleared since"
    assert threshold.open_sessions() == {replace(session, proved_at=later)}
    assert threshold.look(EMAIL, BOTH).tallies == (Tally(OWN), Tally(NET))


def test_another_password_leaves_one_session_those_that_the_account_forgot_included(threshold: Known) -> None:
    for family in ("1", "2"):
        threshold.admit(admission(threshold.look(EMAIL, BOTH), a_session(family)))
    unlisted = a_session("3")
    if isinstance(threshold, TableThreshold):
        DynamoSessions().open(unlisted)
    else:
        threshold.sessions["9126-1", "3"] = unlisted
    account = threshold.account()
    assert account is not None
    event, new = TimelineEvent(NOW, Action.PASSWORD_CHANGED, ""), a_session("4")

    assert threshold.replace_password(account, "another hash", a_session("1"), new, event)
    assert threshold.open_sessions() == {new}
    changed = threshold.account()
    assert changed is not None
    assert (changed.password_hash, changed.password_changed_at) == ("another hash", NOW)
    assert changed.sessions == (Opening("4", new.ends_at),)
    assert not threshold.replace_password(account, "a third", new, a_session("5"), event)
    assert threshold.open_sessions() == {new}


def test_a_session_that_was_shut_out_writes_no_password(threshold: Known) -> None:
    event, out = TimelineEvent(NOW, Action.PASSWORD_CHANGED, ""), a_session("1")
    threshold.admit(admission(threshold.look(EMAIL, BOTH), a_session("2")))
    before = threshold.account()
    assert before is not None

    with pytest.raises(Absent):
        threshold.replace_password(before, "a thief's", out, a_session("3"), event)
    assert threshold.account() == before
    assert {one.family for one in threshold.open_sessions()} == {"2"}


def test_a_session_that_is_shut_out_while_it_changes_the_password_writes_none(
    in_the_table: TableThreshold,
) -> None:
    event, out = TimelineEvent(NOW, Action.PASSWORD_CHANGED, ""), a_session("1")
    DynamoSessions().open(out)  # the account says nothing of it: only its own item tells that it is gone

    def shut_out(operation: str) -> None:
        if operation == "TransactWriteItems":
            faults.choose = lambda _: None
            DynamoSessions().close(out)

    faults = Faults(connection().client, shut_out)
    assert not in_the_table.replace_password(an_own_account(), "a thief's", out, a_session("3"), event)
    assert in_the_table.account() == an_own_account()
    assert in_the_table.open_sessions() == set()


def test_a_change_of_password_is_in_the_timeline(in_the_table: TableThreshold) -> None:
    event = TimelineEvent(NOW, Action.PASSWORD_CHANGED, "")
    DynamoSessions().open(a_session("1"))
    assert in_the_table.replace_password(
        an_own_account(), "another hash", a_session("1"), a_session("2"), event
    )

    (item,) = ActionItem.query(tenant_key("9126-1"), ActionItem.sk.startswith("ACTION#"))
    assert item.to_domain() == event


def test_a_try_is_two_requests_right_or_wrong_known_or_not(
    in_the_table: TableThreshold, counted: Counted
) -> None:
    failing(in_the_table, OWN)
    for attempt in (
        an_attempt(),
        an_attempt(email="nobody@demo.example"),
        an_attempt(RIGHT),
        an_attempt(RIGHT, device="d-1"),
    ):
        calls = counted.during(partial(enter, in_the_table, attempt))

        assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def enter(threshold: Threshold, attempt: Any, queue: FakeQueue | None = None) -> str:
    """Try at the door; say what it answered."""
    keeper, _ = a_keeper(threshold, queue)
    try:
        opened = sign_in(keeper, attempt, Role.TENANT, NOW, remembered=False, device="")
    except TooManyTries:
        return "wait"
    except Unavailable:
        return "nothing"
    return "in" if opened else "wrong"


def at_once(acts: list[Callable[[], str]]) -> Counter[str]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(lambda act: act(), acts))


def test_of_fifty_tries_at_once_none_is_answered_and_not_counted(in_the_table: TableThreshold) -> None:
    guesses = [an_attempt(RIGHT if rank == 49 else f"guess {rank}") for rank in range(50)]

    answers = at_once([partial(enter, in_the_table, guess) for guess in guesses])

    (network,) = in_the_table.look(EMAIL, [NET]).tallies
    assert answers["wrong"] == len(network.tried_at) <= 9, "five, and four more if the right one came between"
    assert answers["in"] == len(in_the_table.open_sessions()) <= 1
    assert answers["wait"] + answers["nothing"] >= 40


def test_of_many_accounts_tried_at_once_from_one_network_as_many_are_answered_as_are_left(
    in_the_table: TableThreshold,
) -> None:
    in_the_table.keep(an_own_account(email="other@demo.example"))
    (network,) = in_the_table.look(EMAIL, [NET]).tallies
    assert in_the_table.refuse([Change(network, replace(network, tried_at=(NOW,) * 26, mark="26"))])
    guesses = [an_attempt(email=f"{rank}@demo.example") for rank in range(19)]
    guesses.append(an_attempt(RIGHT, email="other@demo.example"))

    answers = at_once([partial(enter, in_the_table, guess) for guess in guesses])

    (network,) = in_the_table.look(EMAIL, [NET]).tallies
    assert answers["wrong"] == len(network.tried_at) - 26 == 4
    assert answers["wait"] + answers["nothing"] >= 15


STEP = st.sampled_from(["wrong", "right", "device", "proof", "together"])
FAULT = st.sampled_from(["", "", "before", "after", "throttle", "conflict"])
names = itertools.count()


@pytest.mark.usefixtures("table")
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(STEP, FAULT, st.integers(0, 2)), min_size=2, max_size=7), dice=st.randoms())
def test_a_tally_never_falls_below_the_failures_that_were_answered(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str, int]], dice: random.Random
) -> None:
    """Try in any order, two at once too, with calls that fail before, after, or are told to wait."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    email, threshold, faults = (
        f"{next(names)}@demo.example",
        DynamoThreshold(),
        Faults(connection().client),
    )
    put(account_item(an_own_account(email=email)))
    own = Subject(SubjectKind.ACCOUNT, email)
    account = Account(email, Role.TENANT, "9126-1", f"hash of {RIGHT}")
    session = a_session(f"family-of-{email}")
    assert threshold.admit(admission(Found(account, (Tally(own),)), replace(session, email=email)))
    answered = 0
    for step, kind, place in steps:
        left = [place]

        def choose(_: str, kind: str = kind, left: list[int] = left) -> str | None:
            left[0] -= 1
            return kind or None if left[0] == -1 else None

        faults.choose = choose
        attempt = an_attempt(RIGHT if step == "right" else "wrong", email, f"net of {email}")
        if step == "together":
            answers = at_once([partial(enter, threshold, attempt)] * 2)
        elif step == "proof":
            answers = Counter([proving(threshold, attempt, replace(session, email=email))])
        else:
            attempt = replace(attempt, device="d-1" if step == "device" else "")
            answers = Counter([enter(threshold, attempt)])
        faults.choose = lambda _: None
        answered = 0 if answers["in"] else answered + (step != "device") * answers["wrong"]

        (tally,) = threshold.look(email, [own]).tallies
        assert len(tally.tried_at) >= answered, (step, kind, place)


def proving(threshold: Threshold, attempt: Any, session: Session) -> str:
    keeper, _ = a_keeper(threshold)
    try:
        return "in" if prove(keeper, attempt, session, NOW) else "wrong"
    except TooManyTries:
        return "wait"
    except Unavailable:
        return "nothing"
