"""Jobs leave at their hour on the portal's clock, once, however far it jumps (tâches planifiées)."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chalice.app import Chalice, CloudWatchEvent

from infra.local.clock import LocalClock, WrongMove
from infra.local.schedules import Schedules, UnknownJob, next_due

MONDAY = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at


class Office:
    """A small app with three jobs that note when they were fired."""

    def __init__(self, path: Path) -> None:
        self.hands, self.path = Hands(), path / "schedules.json"
        self.fired: list[str] = []
        self.app = Chalice(app_name="office")
        for name, expression in (
            ("sweep", "rate(15 minutes)"),
            ("remind", "cron(0 6 * * ? *)"),
            ("notices", "cron(0 4 1 * ? *)"),
        ):
            self.app.schedule(expression, name=name)(self.job(name))
        self.app.schedule("rate(7 days)", name="broken")(self.broken)

    def job(self, name: str) -> object:
        def work(event: CloudWatchEvent) -> None:
            self.fired.append(f"{name} {event.to_dict()['time']}")

        return work

    def broken(self, _: CloudWatchEvent) -> None:
        raise RuntimeError("a bug")

    def open(self) -> Schedules:
        return Schedules(self.app, self.hands, self.path)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("rate(15 minutes)", MONDAY, MONDAY + timedelta(minutes=15)),
        ("rate(1 hour)", MONDAY, MONDAY + timedelta(hours=1)),
        ("rate(2 days)", MONDAY, MONDAY + timedelta(days=2)),
        ("cron(0 6 * * ? *)", MONDAY, datetime(2026, 11, 24, 6, tzinfo=UTC)),
        ("cron(0/30 8 ? * MON-FRI *)", MONDAY, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("cron(0 4 1 * ? *)", MONDAY, datetime(2026, 12, 1, 4, tzinfo=UTC)),
        ("cron(0 4 L * ? *)", MONDAY, datetime(2026, 11, 30, 4, tzinfo=UTC)),
        ("cron(0 6 ? * 2 *)", MONDAY, datetime(2026, 11, 30, 6, tzinfo=UTC)),
        ("cron(0 6 ? * 2#1 *)", MONDAY, datetime(2026, 12, 7, 6, tzinfo=UTC)),
    ],
)
def test_an_expression_names_its_next_moment(expression: str, after: datetime, due: datetime) -> None:
    assert next_due(expression, after) == due


@pytest.mark.parametrize("expression", ["", "rate(five minutes)", "cron(0 6 * * *)", "every day"])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not an EventBridge expression"):
        next_due(expression, MONDAY)


def test_nothing_is_fired_before_its_time(office: Office) -> None:
    schedules = office.open()
    office.hands.at += timedelta(minutes=14, seconds=59)

    assert schedules.check() == []


def test_a_job_is_fired_once_when_its_time_has_come(office: Office) -> None:
    schedules = office.open()
    office.hands.at += timedelta(minutes=15)

    assert schedules.check() == ["sweep"]
    assert schedules.check() == []
    assert office.fired == ["sweep 2026-11-23T08:57:00Z"]


def test_a_month_at_once_fires_each_job_once_in_the_order_of_their_hours(office: Office) -> None:
    schedules = office.open()
    office.hands.at += timedelta(days=30)

    assert schedules.check() == ["sweep", "remind", "broken", "notices"]
    assert schedules.check() == []
    assert [line.split()[0] for line in office.fired] == ["sweep", "remind", "notices"]


def test_what_fell_due_while_nothing_ran_is_fired_at_the_next_start(office: Office) -> None:
    office.open().check()
    first = office.open()
    office.hands.at += timedelta(minutes=15)
    first.check()

    office.hands.at += timedelta(days=1)

    assert office.open().check() == ["sweep", "remind"]


def test_a_job_is_fired_at_the_start_when_it_is_asked_for_whatever_its_hour(office: Office) -> None:
    fired = threading.Event()
    office.app.schedule("rate(1 hour)", name="plan")(lambda _: fired.set())
    schedules = office.open()

    schedules.start("plan")

    assert fired.wait(10)
    schedules.stop()
    assert office.fired == [], "the others wait for their hour"


def test_a_job_that_fails_is_shown_and_stops_no_other(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    schedules = office.open()

    outcome = schedules.fire("broken")

    assert outcome.error == "RuntimeError: a bug"
    assert "broken" in caplog.text
    assert schedules.fire("sweep").error == ""
    assert {job.name: job.last.error for job in schedules.jobs() if job.last} == {
        "broken": "RuntimeError: a bug",
        "sweep": "",
    }


def test_an_unknown_job_is_said_to_be_unknown(office: Office) -> None:
    with pytest.raises(UnknownJob):
        office.open().fire("nobody's")


def test_the_clock_goes_forward_and_remembers_it(tmp_path: Path) -> None:
    followed: list[int] = []
    clock = LocalClock(tmp_path / "clock.json")
    clock.follow(followed.append)

    clock.advance(86_400)

    again = LocalClock(tmp_path / "clock.json")
    assert followed == [86_400]
    assert again.ahead_seconds == 86_400
    assert timedelta(hours=23, minutes=59) < again() - datetime.now(UTC) < timedelta(days=1, seconds=5)


@pytest.mark.parametrize("seconds", [0, -1, 3661 * 86_400])
def test_the_clock_goes_neither_back_nor_out_of_sight(tmp_path: Path, seconds: int) -> None:
    clock = LocalClock(tmp_path / "clock.json")

    with pytest.raises(WrongMove):
        clock.advance(seconds)

    assert clock.ahead_seconds == 0
