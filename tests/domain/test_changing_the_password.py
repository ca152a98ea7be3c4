"""Showing the password again, and changing it: whoever was shut out does neither."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Account, Opening, Role
from chalicelib.domain.errors import Absent, Conflict
from chalicelib.domain.sessions import Session, new_session
from chalicelib.domain.signing_in import change_password, prove
from chalicelib.domain.throttling import TooManyTries
from chalicelib.domain.timeline import Action, TimelineEvent
from tests.mothers import NOW
from tests.thresholds import (
    EMAIL,
    RIGHT,
    FakeThreshold,
    a_keeper,
    an_attempt,
    an_own_account,
    enter,
    fail,
    known,
    signed_in,
)

HOUR = timedelta(hours=1)


def test_showing_the_password_again_is_good_for_a_quarter_of_an_hour() -> None:
    threshold = known()
    session = signed_in(threshold)
    fail(threshold, 2)
    keeper, _ = a_keeper(threshold)

    assert prove(keeper, an_attempt(RIGHT), session, NOW + HOUR)
    assert threshold.sessions["9126-1", session.family].proved_at == NOW + HOUR
    assert threshold.tallies == {}


def test_a_wrong_proof_counts_like_a_wrong_sign_in() -> None:
    threshold = known()
    session = signed_in(threshold)
    keeper, _ = a_keeper(threshold)
    for _ in range(5):
        assert not prove(keeper, an_attempt(), session, NOW)

    with pytest.raises(TooManyTries):
        prove(keeper, an_attempt(RIGHT), session, NOW)
    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(RIGHT))
    assert threshold.sessions["9126-1", session.family].proved_at == NOW


def test_the_password_of_somebody_else_proves_nothing() -> None:
    other = Account("other@demo.example", Role.TENANT, "9128-1", f"hash of {RIGHT}")
    threshold = known(an_own_account(), other)
    session = signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    assert not prove(keeper, an_attempt(RIGHT, email=other.email), session, NOW)


def test_another_password_ends_all_sessions_opens_one_and_is_written_in_the_timeline() -> None:
    threshold = known()
    first, second = signed_in(threshold), signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    opened = change_password(keeper, first, "Cle\u0301-2027!", NOW + HOUR)

    account = threshold.accounts[EMAIL]
    assert (account.password_hash, account.password_changed_at) == ("hash of Clé-2027!", NOW + HOUR)
    assert list(threshold.sessions.values()) == [opened.session]
    assert opened.session.family not in {first.family, second.family}
    assert opened.session.holds(opened.secret)
    assert opened.session.is_proven(NOW + HOUR)
    assert account.sessions == (Opening(opened.session.family, opened.session.ends_at),)
    assert threshold.events == [TimelineEvent(NOW + HOUR, Action.PASSWORD_CHANGED, "")]
    assert enter(keeper, an_attempt(RIGHT)) is None
    assert enter(keeper, an_attempt("Clé-2027!")) is not None


def test_a_session_that_is_opened_while_the_password_changes_does_not_stay() -> None:
    class Interrupted(FakeThreshold):
        interrupted = False

        def replace_password(
            self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
        ) -> bool:
            if not self.interrupted:
                self.interrupted = True
                signed_in(self)
            return super().replace_password(account, password_hash, shown, session, event)

    threshold = Interrupted({EMAIL: an_own_account()})
    session = signed_in(threshold)
    keeper, _ = a_keeper(threshold)

    opened = change_password(keeper, session, "Autre-2027!", NOW)

    assert list(threshold.sessions.values()) == [opened.session]


def test_a_password_that_never_gets_written_is_a_conflict_and_one_of_nobody_is_absent() -> None:
    class Busy(FakeThreshold):
        def replace_password(self, *_: object) -> bool:
            return False

    session, _ = new_session("9126-1", EMAIL, remembered=False, device="", now=NOW)

    with pytest.raises(Conflict):
        change_password(a_keeper(Busy({EMAIL: an_own_account()}))[0], session, "x", NOW)
    with pytest.raises(Absent):
        change_password(a_keeper(FakeThreshold())[0], session, "x", NOW)


def test_a_session_that_was_shut_out_writes_no_password_and_tries_once() -> None:
    asked = []

    class Counting(FakeThreshold):
        def replace_password(
            self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
        ) -> bool:
            asked.append(shown.family)
            return super().replace_password(account, password_hash, shown, session, event)

    threshold = Counting({EMAIL: an_own_account()})
    shut_out = signed_in(threshold)
    threshold.sessions.clear()
    before = dict(threshold.accounts)

    with pytest.raises(Absent):
        change_password(a_keeper(threshold)[0], shut_out, "Voleur-2027!", NOW)
    assert asked == [shut_out.family]
    assert threshold.accounts == before


def test_a_session_writes_no_password_of_whom_its_address_belongs_to_by_now() -> None:
    threshold = known()
    session = signed_in(threshold)
    threshold.accounts[EMAIL] = replace(an_own_account(), person="9128-1")

    with pytest.raises(Absent):
        change_password(a_keeper(threshold)[0], session, "Autre-2027!", NOW)
    assert threshold.accounts[EMAIL].password_hash == f"hash of {RIGHT}"
