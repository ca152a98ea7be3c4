"""Sessions: secrets that nobody guesses, and lives that end."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.sessions import (
    IDLE,
    LONGEST,
    MOST_SESSIONS,
    OVERLAP,
    PROVEN,
    REMEMBERED,
    Entry,
    Key,
    Session,
    Shown,
    Visitor,
    come_in,
    hash_of,
    new_session,
    renew,
)
from tests.mothers import NOW, a_tenant
from tests.thresholds import FakeQueue

SECOND = timedelta(seconds=1)


@dataclass
class OneSession:
    """A place that keeps one session."""

    kept: Session | None
    closed: list[Session] = field(default_factory=list)

    def visitor(self, holder: str, family: str, *, actions: int = 0) -> Visitor | None:
        asked = self.kept and (self.kept.holder, self.kept.family) == (holder, family)
        return Visitor(self.kept, a_tenant(), ()) if asked and self.kept else None

    def rotate(self, session: Session, shown_hash: str, new_hash: str, now: datetime) -> bool:
        if self.kept is None or self.kept.secret_hash != session.secret_hash:
            return False
        self.kept = replace(
            session, secret_hash=new_hash, previous_hash=shown_hash, rotated_at=now, taken_up=False
        )
        return True

    def take_up(self, session: Session) -> None:
        assert self.kept == session
        self.kept = replace(session, taken_up=True)

    def close(self, session: Session) -> None:
        self.closed.append(session)
        self.kept = None


@dataclass
class Device:
    """A device, what it holds, and where its session is kept."""

    remembered: bool
    queue: FakeQueue = field(default_factory=FakeQueue)

    def __post_init__(self) -> None:
        session, self.secret = new_session(
            "9126-1", "a@b.example", remembered=self.remembered, device="Firefox sur Mac", now=NOW
        )
        self.sessions: Any = OneSession(session)
        self.family = session.family

    def enter(self, now: datetime, secret: str = "", seen_at: datetime = NOW) -> Entry | None:
        key = Key("9126-1", self.family, secret or self.secret, seen_at)
        return come_in(self.sessions, self.queue, key, now)

    def shown(self, now: datetime, secret: str = "", seen_at: datetime = NOW) -> Shown | None:
        entry = self.enter(now, secret, seen_at)
        return entry.shown if entry else None

    def change_secret(self, now: datetime, shown: str = "") -> str:
        assert self.sessions.kept is not None
        return renew(self.sessions, self.sessions.kept, shown or self.secret, now)

    def take_up(self) -> None:
        assert self.sessions.kept is not None
        self.sessions.take_up(self.sessions.kept)


@pytest.mark.parametrize(
    ("remembered", "away", "shown"),
    [
        (False, IDLE - SECOND, Shown.PRESENT),
        (False, IDLE, None),
        (True, IDLE - SECOND, Shown.PRESENT),
        (True, IDLE, Shown.DUE),
        (True, REMEMBERED - SECOND, Shown.DUE),
        (True, REMEMBERED, None),
    ],
)
def test_half_an_hour_away_ends_a_session_or_changes_the_secret(
    remembered: bool, away: timedelta, shown: Shown | None
) -> None:
    assert Device(remembered).shown(NOW + away) is shown


def test_twelve_hours_end_a_session_however_busy() -> None:
    device = Device(remembered=False)
    last = NOW + LONGEST - SECOND

    assert device.shown(last, seen_at=last) is Shown.PRESENT
    assert device.shown(NOW + LONGEST, seen_at=last) is None
    assert device.queue.taken == []


def test_the_secret_of_before_is_good_for_a_minute_and_a_theft_from_then_on() -> None:
    device = Device(remembered=True)
    later = NOW + IDLE
    new = device.change_secret(later)

    assert device.shown(later + OVERLAP) is Shown.JUST_BEFORE
    assert device.shown(later + OVERLAP, new, later) is Shown.FIRST
    device.take_up()
    assert device.shown(later + OVERLAP, new, later) is Shown.PRESENT
    assert device.shown(later + OVERLAP) is Shown.JUST_BEFORE
    assert device.shown(later + OVERLAP + SECOND) is None
    assert [session.family for session in device.sessions.closed] == [device.family]
    (told,) = device.queue.taken
    assert told == {
        "id": f"session_replayed-{device.family}",
        "kind": "session_replayed",
        "email": "a@b.example",
        "asked_at": (later + OVERLAP + SECOND).isoformat(),
        "device": "Firefox sur Mac",
    }
    assert device.shown(later + OVERLAP + SECOND, new, later) is None
    assert len(device.queue.taken) == 1


def test_a_new_secret_that_was_lost_on_its_way_is_no_theft() -> None:
    device = Device(remembered=True)
    later = NOW + IDLE
    lost = device.change_secret(later)

    assert device.shown(later + OVERLAP + SECOND) is Shown.DUE
    assert device.shown(later + REMEMBERED - IDLE - SECOND) is Shown.DUE
    newer = device.change_secret(later + OVERLAP + SECOND)
    assert device.shown(later + OVERLAP + SECOND, newer, later + OVERLAP) is Shown.FIRST
    assert device.shown(later + OVERLAP + 2 * SECOND) is Shown.JUST_BEFORE
    assert device.queue.taken == []
    device.take_up()
    assert device.shown(later + OVERLAP + 3 * SECOND, lost, later) is None
    assert len(device.queue.taken) == 1


def test_a_thief_with_the_secret_of_before_is_found_out_by_the_one_who_was_given_the_next() -> None:
    device = Device(remembered=True)
    owners = device.change_secret(NOW + IDLE)
    device.change_secret(NOW + 2 * IDLE)

    assert device.shown(NOW + 2 * IDLE + SECOND, owners, NOW + 2 * IDLE) is None
    assert len(device.queue.taken) == 1


def test_a_secret_that_never_was_is_a_theft_at_once() -> None:
    device = Device(remembered=False)

    assert device.shown(NOW, "never") is None
    assert len(device.queue.taken) == 1


def test_a_theft_ends_the_session_even_if_its_owner_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(remembered=False)

    def away(_: object) -> None:
        raise Unavailable("access queue")

    monkeypatch.setattr(device.queue, "ask", away)

    with pytest.raises(Unavailable):
        device.shown(NOW, "never")
    assert [session.family for session in device.sessions.closed] == [device.family]


def test_a_session_that_is_over_is_not_replayed_but_gone() -> None:
    device = Device(remembered=True)

    assert device.shown(NOW + REMEMBERED, "never") is None
    assert device.queue.taken == []
    assert device.sessions.closed == []


def test_of_two_requests_that_change_the_secret_one_does() -> None:
    device = Device(remembered=True)
    before = device.sessions.kept
    assert before is not None

    first, second = (renew(device.sessions, before, device.secret, NOW + IDLE) for _ in range(2))

    assert len(first) >= 43
    assert second == ""
    assert device.shown(NOW + IDLE, first, NOW + IDLE) is Shown.FIRST


def test_secrets_are_long_and_never_the_same() -> None:
    made = [new_session("t-1", "a@b.example", remembered=False, device="", now=NOW) for _ in range(2_000)]
    secrets = {secret for _, secret in made}

    assert len(secrets) == 2_000
    assert min(map(len, secrets)) >= 43
    assert all(session.secret_hash == hash_of(secret) for session, secret in made)
    assert all(secret not in session.secret_hash for session, secret in made)


@pytest.mark.parametrize(("remembered", "life"), [(False, LONGEST), (True, REMEMBERED)])
def test_a_session_is_over_from_its_last_moment_on(remembered: bool, life: timedelta) -> None:
    session, _ = new_session("t-1", "a@b.example", remembered=remembered, device="", now=NOW)

    assert not session.is_over(NOW + life - timedelta(microseconds=1))
    assert session.is_over(NOW + life)


def test_the_lives_are_those_that_were_agreed_upon() -> None:
    assert (timedelta(hours=12), timedelta(days=30)) == (LONGEST, REMEMBERED)
    assert (timedelta(minutes=30), timedelta(minutes=15)) == (IDLE, PROVEN)
    assert (timedelta(seconds=60), 10) == (OVERLAP, MOST_SESSIONS)


def test_the_name_of_a_device_is_cut() -> None:
    session, _ = new_session("t-1", "a@b.example", remembered=False, device="x" * 5_000, now=NOW)

    assert len(session.device) == 80
