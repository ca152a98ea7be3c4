"""Limits of tries: over any stretch of time, with pauses that grow, and for nobody's neighbour."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.throttling import (
    CONTRACT,
    MAILS,
    NETWORK,
    PASSWORDS,
    REGISTRATIONS,
    ROUNDS,
    Change,
    Rule,
    Subject,
    SubjectKind,
    Tally,
    TooManyTries,
    network_of,
    take,
)
from tests.mothers import NOW
from tests.thresholds import FakeThreshold

SECOND = timedelta(seconds=1)
LEASE, NET = Subject(SubjectKind.LEASE, "9126"), Subject(SubjectKind.NETWORK, "192.0.2.7")


def test_the_limits_are_those_that_were_agreed_upon() -> None:
    day, minutes, hour = timedelta(hours=24), timedelta(minutes=5), timedelta(hours=1)

    assert (PASSWORDS.most, PASSWORDS.within, PASSWORDS.free) == (100, day, 4)
    assert (PASSWORDS.pause, PASSWORDS.longest) == (timedelta(seconds=30), timedelta(minutes=15))
    assert [(rule.most, rule.within) for rule in (NETWORK, CONTRACT, REGISTRATIONS, MAILS)] == [
        (30, minutes),
        (5, hour),
        (10, hour),
        (3, hour),
    ]


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (99, 900)],
)
def test_the_pause_after_each_failure_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    tried_at = [NOW] * failures
    ready_at = NOW + timedelta(seconds=seconds)

    assert PASSWORDS.ready_at(tried_at, NOW) == (ready_at if seconds else None)
    assert PASSWORDS.ready_at(tried_at, ready_at) is None
    if seconds:
        assert PASSWORDS.ready_at(tried_at, ready_at - SECOND) == ready_at


def test_a_hundred_failures_in_a_day_close_the_door_until_the_first_of_them_is_a_day_old() -> None:
    tried_at = [NOW + timedelta(minutes=rank) for rank in range(100)]
    later = NOW + timedelta(hours=23, minutes=59, seconds=59)

    assert PASSWORDS.ready_at(tried_at, later) == NOW + timedelta(hours=24)
    assert PASSWORDS.ready_at(tried_at, later + SECOND) is None


@given(st.lists(st.integers(0, 3_600), max_size=60), st.integers(1, 9), st.integers(1, 600))
def test_no_stretch_of_time_holds_more_tries_than_may_be(asked: list[int], most: int, within: int) -> None:
    rule = Rule(most, timedelta(seconds=within))
    taken: list[datetime] = []
    for second in sorted(asked):
        now = NOW + timedelta(seconds=second)
        if rule.ready_at(taken, now) is None:
            taken.append(now)

    for at in taken:
        assert sum(at <= other < at + rule.within for other in taken) <= most
    assert taken or not asked


def test_what_waits_is_told_when_to_come_back_and_is_not_counted() -> None:
    kept = FakeThreshold()
    first = [take(kept, {LEASE: CONTRACT}, NOW + timedelta(minutes=rank)) for rank in range(5)]
    before = kept.tallies[LEASE]

    waits = [take(kept, {LEASE: CONTRACT}, NOW + timedelta(minutes=9)) for _ in range(20)]

    assert first == [None] * 5
    assert set(waits) == {NOW + timedelta(hours=1)}
    assert kept.tallies[LEASE] == before
    assert take(kept, {LEASE: CONTRACT}, NOW + timedelta(hours=1)) is None


def test_a_try_is_counted_on_all_of_its_subjects_or_on_none() -> None:
    kept = FakeThreshold()
    for _ in range(5):
        take(kept, {LEASE: CONTRACT, NET: NETWORK}, NOW)

    assert take(kept, {NET: NETWORK, LEASE: CONTRACT}, NOW) == NOW + timedelta(hours=1)
    assert len(kept.tallies[NET].tried_at) == 5


def test_a_count_whose_answer_was_lost_is_known_again() -> None:
    class LosingTheFirst(FakeThreshold):
        def change(self, changes: object) -> bool:
            return super().change(changes) and len(self.tallies[NET].tried_at) > 1  # type: ignore[arg-type]

    kept = LosingTheFirst()

    assert take(kept, {NET: NETWORK}, NOW) is None
    assert len(kept.tallies[NET].tried_at) == 1


def test_who_never_gets_to_count_does_not_try() -> None:
    class Busy(FakeThreshold):
        rounds = 0

        def change(self, changes: object) -> bool:
            self.rounds += 1
            return False

    kept = Busy()

    with pytest.raises(Unavailable):
        take(kept, {NET: NETWORK}, NOW)
    assert kept.rounds == ROUNDS


def test_tallies_do_not_grow_beyond_what_counts() -> None:
    tally = Tally(NET)
    for rank in range(200):
        tally = Change(tally, tally.with_try(NETWORK, NOW + timedelta(seconds=rank), f"{rank}")).after

    assert len(tally.tried_at) == 30
    assert tally.with_try(NETWORK, NOW + timedelta(days=1), "x").tried_at == (NOW + timedelta(days=1),)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("192.0.2.7, 198.51.100.1", "unknown"),
        ("192.0.2.007", "unknown"),
        ("localhost", "unknown"),
    ],
)
def test_a_network_is_an_address_or_the_half_of_one_that_a_household_has(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "Réessayez dans une minute."),
        (60, "Réessayez dans une minute."),
        (61, "Réessayez dans 2 minutes, à partir de 9 h 44."),
        (480, "Réessayez dans 8 minutes, à partir de 9 h 50."),
        (900, "Réessayez dans 15 minutes, à partir de 9 h 57."),
        (3_600, "Réessayez dans 60 minutes, à partir de 10 h 42."),
        (3_601, "Réessayez à partir du 23 novembre 2026 à 10 h 43."),
        (86_400, "Réessayez à partir du 24 novembre 2026 à 9 h 42."),
    ],
)
def test_who_has_to_wait_reads_until_when(seconds: int, words: str) -> None:
    told = TooManyTries(NOW + timedelta(seconds=seconds), NOW).reason

    assert told.replace("\u00a0", " ") == f"Trop d’essais n’ont pas abouti. {words}"
