"""Tries at passwords, read and written: in memory and in the table alike."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.domain.accounts import Opening
from chalicelib.domain.errors import Absent
from chalicelib.domain.sessions import Key, Place
from chalicelib.domain.signing_in import Found
from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.table import connection
from chalicelib.storage.timeline import ActionItem
from tests.faults import Faults
from tests.mothers import NOW
from tests.storage.doors import (
    BOTH,
    NET,
    OWN,
    Known,
    MemoryThreshold,
    TableThreshold,
    a_session,
    admission,
    enter,
    failing,
)
from tests.thresholds import EMAIL, RIGHT, an_attempt, an_own_account
from tests.town import Counted


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
    assert threshold.admit(admission(again, a_session("3"), (Place("9126-1", "1"),)))
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


def test_a_device_that_knew_a_former_password_is_two_requests_too(
    in_the_table: TableThreshold, counted: Counted
) -> None:
    in_the_table.keep(replace(an_own_account(), password_changed_at=NOW + timedelta(hours=1)))
    device = an_attempt(device="d-1")
    answers = []

    for attempt in (device, replace(device, password=RIGHT)):
        calls = counted.during(lambda attempt=attempt: answers.append(enter(in_the_table, attempt)))  # type: ignore[misc]
        assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert answers == ["wrong", "in"]
    assert in_the_table.look(EMAIL, BOTH).tallies == (Tally(OWN), Tally(NET))


def test_the_session_that_the_browser_held_closes_in_the_same_write_whoever_s_it_is(
    in_the_table: TableThreshold, counted: Counted
) -> None:
    sessions = DynamoSessions()
    for session in (a_session("mine"), replace(a_session("theirs"), holder="9128-1")):
        sessions.open(session)
        held = Key(session.holder, session.family, "secret", NOW)
        for _ in range(2):  # one that is gone already is as good
            calls = counted.during(partial(enter, in_the_table, an_attempt(RIGHT, held=held)))

            assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}
            assert session.family not in {one.family for one in sessions.of(session.holder)}
    assert len(sessions.of("9126-1")) == 4
    assert sessions.of("9128-1") == ()
