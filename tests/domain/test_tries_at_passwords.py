"""Tries at passwords: never more answers than may be, and a stranger's keep no device out that is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.devices import KnownDevice
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.signing_in import Admission, Found
from chalicelib.domain.throttling import ROUNDS, Change, Subject, SubjectKind, Tally, TooManyTries
from tests.mothers import NOW
from tests.thresholds import (
    EMAIL,
    RIGHT,
    FakeQueue,
    FakeThreshold,
    a_keeper,
    an_attempt,
    an_own_account,
    enter,
    fail,
    known,
)

OWN = Subject(SubjectKind.ACCOUNT, EMAIL)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def test_four_failures_are_free_and_the_fifth_makes_wait() -> None:
    keeper, hasher = a_keeper(known())
    for _ in range(5):
        assert enter(keeper, an_attempt()) is None

    for password in ("wrong again", RIGHT):
        with pytest.raises(TooManyTries) as told:
            enter(keeper, an_attempt(password), NOW + 29 * SECOND)
        assert told.value.ready_at == NOW + 30 * SECOND
    assert len(hasher.worked) == 5
    assert enter(keeper, an_attempt(RIGHT), NOW + 30 * SECOND) is not None


def test_ten_thousand_guesses_in_a_day_get_a_hundred_answers_and_keep_no_known_device_out() -> None:
    threshold, queue = known(), FakeQueue()
    keeper, hasher = a_keeper(threshold, queue)
    answers: Counter[str] = Counter()
    for rank in range(10_000):
        now = NOW + rank * DAY / 10_000
        try:
            enter(keeper, an_attempt(f"guess {rank}", network=f"198.51.{rank // 250}.{rank % 250}"), now)
            answers["wrong"] += 1
        except TooManyTries:
            answers["wait"] += 1
    after = NOW + DAY - SECOND

    assert answers == {"wrong": 100, "wait": 9_900}
    assert len(hasher.worked) == 100
    assert len(queue.taken) == 1, "the owner hears of it once a day"
    assert queue.taken[0].items() >= {"kind": "many_failures", "email": EMAIL}.items()
    assert enter(keeper, an_attempt(RIGHT, device="d-1"), after) is not None
    with pytest.raises(TooManyTries) as told:
        enter(keeper, an_attempt(RIGHT), after)
    assert told.value.ready_at <= after + timedelta(minutes=15)
    assert enter(keeper, an_attempt(RIGHT), told.value.ready_at) is not None


def test_a_hundred_failures_close_the_door_for_unknown_devices_until_a_day_is_over() -> None:
    threshold = known()
    fail(threshold, 100)
    keeper, hasher = a_keeper(threshold)

    with pytest.raises(TooManyTries) as told:
        enter(keeper, an_attempt(RIGHT), NOW + DAY - SECOND)
    assert told.value.ready_at == NOW + DAY
    assert hasher.worked == []
    assert enter(keeper, an_attempt(RIGHT), NOW + DAY) is not None


def test_a_known_device_has_its_own_hundred() -> None:
    threshold = known()
    fail(threshold, 100, device="d-1")
    keeper, _ = a_keeper(threshold)

    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(RIGHT, device="d-1"))
    assert enter(keeper, an_attempt(RIGHT, device="d-2")) is not None
    assert enter(keeper, an_attempt(RIGHT)) is not None


def test_the_right_password_clears_the_tally_that_it_was_tried_on_and_no_other() -> None:
    threshold = known()
    fail(threshold, 3)
    fail(threshold, 3, device="d-1")
    keeper, _ = a_keeper(threshold)

    enter(keeper, an_attempt(RIGHT, device="d-1"))
    assert threshold.tallies.keys() == {OWN}
    enter(keeper, an_attempt(RIGHT))
    assert threshold.tallies == {}


def test_one_network_gets_thirty_answers_in_five_minutes_whatever_it_tries() -> None:
    keeper, hasher = a_keeper(known())
    answers: Counter[str] = Counter()
    for rank in range(300):
        email = f"tenant-{rank}@demo.example"
        try:
            enter(keeper, an_attempt(email=email), NOW + rank * SECOND)
            answers["wrong"] += 1
        except TooManyTries:
            answers["wait"] += 1

    assert answers == {"wrong": 30, "wait": 270}
    assert len(hasher.worked) == 30
    assert enter(keeper, an_attempt(RIGHT, network="192.0.2.8"), NOW + 299 * SECOND) is not None
    assert enter(keeper, an_attempt(RIGHT, device="d-1"), NOW + 299 * SECOND) is not None
    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(RIGHT), NOW + 299 * SECOND)
    assert enter(keeper, an_attempt(RIGHT), NOW + 300 * SECOND) is not None


def test_the_tenth_failure_is_told_once_a_day_and_the_same_for_addresses_without_an_account() -> None:
    queue = FakeQueue()
    keeper, _ = a_keeper(known(), queue)
    for email in (EMAIL, "nobody@demo.example"):
        now = NOW
        for _ in range(60):
            try:
                enter(keeper, an_attempt(email=email, network=email), now)
            except TooManyTries as told:
                now = told.ready_at

    told_at = {(one["email"], one["asked_at"]) for one in queue.taken}
    assert len(told_at) == len(queue.taken) == 2
    assert {email for email, _ in told_at} == {EMAIL, "nobody@demo.example"}
    assert len({one["id"] for one in queue.taken}) == 2
    assert all(one.keys() == {"id", "kind", "email", "asked_at"} for one in queue.taken)


def test_an_attack_that_goes_on_is_told_again_the_next_day() -> None:
    threshold, queue = known(), FakeQueue()
    keeper, _ = a_keeper(threshold, queue)
    threshold.tallies[OWN] = Tally(OWN, (NOW - HOUR,) * 12, NOW - DAY + SECOND, "before")

    enter(keeper, an_attempt())
    assert queue.taken == []
    enter(keeper, an_attempt(), NOW + HOUR)
    assert len(queue.taken) == 1


def test_nothing_is_answered_when_its_owner_cannot_be_told() -> None:
    class Deaf(FakeQueue):
        def ask(self, asking: Mapping[str, str]) -> None:
            raise Unavailable("queue")

    threshold = known()
    fail(threshold, 9, NOW - HOUR)
    keeper, _ = a_keeper(threshold, Deaf())

    with pytest.raises(Unavailable):
        enter(keeper, an_attempt())


class Meddling(FakeThreshold):
    """A threshold at which somebody else fails first, so many times, before anything can be written."""

    others = 0

    def _meddle(self, tallies: Sequence[Tally]) -> None:
        if self.others:
            self.others -= 1
            now = self.read([tallies[0].subject])[0]
            mine = replace(now, tried_at=(*now.tried_at, NOW), mark=f"other {self.others}")
            self.tallies[mine.subject] = mine

    def refuse(self, changes: Sequence[Change]) -> bool:
        self._meddle([change.before for change in changes])
        return super().refuse(changes)

    def admit(self, admission: Admission) -> bool:
        self._meddle(admission.tallies)
        return super().admit(admission)


@pytest.mark.parametrize("password", ["wrong", RIGHT])
def test_what_was_compared_is_told_to_nobody_once_others_used_up_the_tries(password: str) -> None:
    threshold = Meddling({EMAIL: an_own_account()})
    threshold.others = 5
    keeper, hasher = a_keeper(threshold)

    with pytest.raises(TooManyTries):
        enter(keeper, an_attempt(password))
    assert len(hasher.worked) == 1, "compared once, however often it is read again"
    assert len(threshold.tallies[OWN].tried_at) == 5
    assert threshold.sessions == {}


@pytest.mark.parametrize("password", ["wrong", RIGHT])
def test_a_few_others_at_the_same_time_change_nothing(password: str) -> None:
    threshold = Meddling({EMAIL: an_own_account()})
    threshold.others = 3
    keeper, hasher = a_keeper(threshold)

    assert (enter(keeper, an_attempt(password)) is not None) == (password == RIGHT)
    assert len(hasher.worked) == 1
    assert [len(tally.tried_at) for tally in threshold.tallies.values()] == (
        [4, 1] if password == "wrong" else []
    )


def test_a_failure_whose_answer_was_lost_is_counted_once() -> None:
    class LosingTheFirst(FakeThreshold):
        lost = False

        def refuse(self, changes: Sequence[Change]) -> bool:
            done = super().refuse(changes)
            if self.lost:
                return done
            self.lost = True
            return False

    threshold = LosingTheFirst({EMAIL: an_own_account()})
    keeper, _ = a_keeper(threshold)

    assert enter(keeper, an_attempt()) is None
    assert len(threshold.tallies[OWN].tried_at) == 1


def test_who_is_always_too_late_gets_no_answer() -> None:
    class Busy(FakeThreshold):
        looks = 0

        def look(self, email: str, subjects: Sequence[Subject]) -> Found:
            self.looks += 1
            return super().look(email, subjects)

        def refuse(self, changes: Sequence[Change]) -> bool:
            return False

    threshold = Busy({EMAIL: an_own_account()})
    keeper, _ = a_keeper(threshold)

    with pytest.raises(Unavailable):
        enter(keeper, an_attempt())
    assert threshold.looks == ROUNDS


def changed(at: datetime) -> FakeThreshold:
    """Give a threshold whose account was given another password at a moment."""
    return known(replace(an_own_account(), password_changed_at=at))


def test_a_device_that_knew_a_former_password_is_a_stranger_s() -> None:
    threshold = changed(NOW + HOUR)
    fail(threshold, 100, NOW + HOUR)
    keeper, hasher = a_keeper(threshold)
    before, since = an_attempt(RIGHT, device="d-1"), KnownDevice("d-1", NOW + HOUR)

    with pytest.raises(TooManyTries):
        enter(keeper, before, NOW + 2 * HOUR)
    assert hasher.worked == []
    assert enter(keeper, replace(before, device=since), NOW + 2 * HOUR) is not None
    assert len(threshold.tallies[OWN].tried_at) == 100


def test_the_tries_of_a_device_that_knew_a_former_password_count_with_those_of_strangers() -> None:
    threshold = changed(NOW + SECOND)
    keeper, _ = a_keeper(threshold)

    for _ in range(3):
        enter(keeper, an_attempt(device="d-1"), NOW + HOUR)

    assert {subject: len(tally.tried_at) for subject, tally in threshold.tallies.items()} == {OWN: 3}


def test_a_device_that_an_account_of_before_knew_is_a_stranger_s() -> None:
    threshold = known(replace(an_own_account(), opened_at=NOW + SECOND))
    keeper, _ = a_keeper(threshold)

    enter(keeper, an_attempt(device="d-1"), NOW + HOUR)

    assert threshold.tallies.keys() == {OWN}


def test_a_failure_is_counted_once_though_the_password_changes_while_its_answer_is_lost() -> None:
    class ChangedMeanwhile(FakeThreshold):
        def refuse(self, changes: Sequence[Change]) -> bool:
            super().refuse(changes)
            self.accounts[EMAIL] = replace(self.accounts[EMAIL], password_changed_at=NOW + HOUR)
            return False

    threshold = ChangedMeanwhile({EMAIL: an_own_account()})
    keeper, _ = a_keeper(threshold)

    assert enter(keeper, an_attempt(device="d-1")) is None
    assert threshold.tallies.keys() == {OWN._replace(device="d-1")}
