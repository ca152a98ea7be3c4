"""Alerts about insurance, from the day in the calendar to the mail: in memory and in DynamoDB alike."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.insurance import Period
from chalicelib.domain.insurance_alerts import (
    AlertState,
    Step,
    Unsent,
    file_alerts,
    plan_alerts,
)
from chalicelib.domain.insurance_calendar import Stage
from chalicelib.domain.mail import is_hour_of_mails
from chalicelib.domain.stints import Stint
from tests.insured import InTable, Letters, Place, endless, fire, noon, parts, somebody
from tests.insured_in_memory import InMemory

ON = date(2027, 3, 1)
LAST = ON + timedelta(days=30)
YEAR = Period(LAST - timedelta(days=364), LAST)
LONGER = Period(YEAR.from_on, LAST + timedelta(days=365))
HOUR = timedelta(hours=1)
EMAIL = "t9126@demo.example"


@pytest.fixture(params=["memory", "table"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    parts(monkeypatch, 1)
    if request.param == "memory":
        return InMemory()
    request.getfixturevalue("table")
    return InTable()


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def insured(place: Place) -> Place:
    """Have lease 9126 covered for a year that ends thirty days after ON."""
    place.insure("9126", YEAR, today=ON - timedelta(days=60))
    place.calendar.keep_seen(ON)
    return place


def states(place: Place, lease: str = "9126") -> list[tuple[Stage, str, AlertState, Unsent | None]]:
    return [(one.stage, one.tenant, one.state, one.reason) for one, _ in place.read_file(lease)]


def test_on_its_day_an_alert_is_put_on_file_and_mailed_the_next_hour(
    insured: Place, letters: Letters
) -> None:
    fire(insured, letters, noon(ON))
    assert letters.sent == []
    assert states(insured) == [(Stage.MONTH_BEFORE, "t9126", AlertState.WAITING, None)]

    fire(insured, letters, noon(ON) + HOUR)

    assert letters.named() == [(EMAIL, "9126", LAST)]
    ((alert, mail),) = insured.read_file("9126")
    assert (alert.state, alert.filed_at, alert.settled_at) == (
        AlertState.SENT,
        noon(ON),
        noon(ON) + HOUR,
    )
    assert mail is not None
    assert (mail.email, mail.sent_at, mail.id) == (EMAIL, noon(ON) + HOUR, letters.sent[0][2])


@pytest.mark.parametrize("times", [1, 2, 5])
def test_however_often_the_schedule_fires_one_mail_leaves(
    insured: Place, letters: Letters, times: int
) -> None:
    for hour in range(2 * times):
        fire(insured, letters, noon(ON) + hour * timedelta(minutes=30))

    assert letters.named() == [(EMAIL, "9126", LAST)]


def test_nothing_is_written_the_day_before(insured: Place, letters: Letters) -> None:
    fire(insured, letters, noon(ON - timedelta(days=1)))
    fire(insured, letters, noon(ON - timedelta(days=1)) + HOUR)

    assert (letters.sent, insured.read_file("9126")) == ([], [])


def test_after_three_days_without_a_run_the_mail_that_was_due_leaves_once(
    insured: Place, letters: Letters
) -> None:
    for hours in range(4):
        fire(insured, letters, noon(ON + timedelta(days=3)) + hours * HOUR)

    assert letters.named() == [(EMAIL, "9126", LAST)]
    assert letters.sent[0][1]["leases"][0]["days_left"] == 27


def test_after_a_month_without_a_run_only_the_latest_stage_is_told(insured: Place, letters: Letters) -> None:
    for hours in range(4):
        fire(insured, letters, noon(LAST - timedelta(days=2)) + hours * HOUR)

    assert letters.named() == [(EMAIL, "9126", LAST)]
    assert states(insured) == [(Stage.WEEK_BEFORE, "t9126", AlertState.SENT, None)]
    fire(insured, letters, noon(LAST))
    fire(insured, letters, noon(LAST) + HOUR)
    assert len(letters.sent) == 2


def test_a_clock_that_goes_back_sends_nothing(insured: Place, letters: Letters) -> None:
    fire(insured, letters, noon(ON))
    fire(insured, letters, noon(ON) + HOUR)
    insured.insure("2", YEAR, today=ON - timedelta(days=60), holders=[somebody("t9126")])
    fire(insured, letters, noon(ON) + 2 * HOUR)

    for back in (0, 1, 2, 30):
        fire(insured, letters, noon(ON - timedelta(days=back)) + 3 * HOUR)

    assert letters.named() == [(EMAIL, "9126", LAST)]
    fire(insured, letters, noon(ON + timedelta(days=1)))
    assert letters.named()[1:] == [(EMAIL, "2", LAST)], "the next day brings what waited"


def test_of_a_lease_that_is_over_nothing_is_filed(insured: Place, letters: Letters) -> None:
    insured.end("9126", ON - timedelta(days=1))

    for days in (0, 15, 23, 30, 45):
        fire(insured, letters, noon(ON + timedelta(days=days)))

    assert insured.read_file("9126") == []


def test_a_worker_without_time_leaves_the_rest_to_the_next(place: Place, letters: Letters) -> None:
    for number in range(4):
        place.insure(str(number), YEAR, today=YEAR.from_on)
    place.calendar.keep_seen(ON)
    clock = iter(range(1000))

    def short() -> Stint:
        return Stint(3, 1e9, clock=lambda: float(next(clock)), sleep=lambda _: None)

    fire(place, letters, noon(ON), short)
    assert 0 < len([number for number in range(4) if place.read_file(str(number))]) < 4
    for hours in range(1, 9):
        fire(place, letters, noon(ON) + hours * timedelta(minutes=30), short)

    assert sorted(letters.named()) == [(f"t{number}@demo.example", str(number), LAST) for number in range(4)]


def test_a_cover_that_was_changed_during_an_outage_still_has_its_alert(
    insured: Place, letters: Letters
) -> None:
    later = ON + timedelta(days=2)
    insured.cover("9126", YEAR, today=later, to_check=[LONGER])
    insured.cover("9126", YEAR, today=later)

    fire(insured, letters, noon(later))
    fire(insured, letters, noon(later) + HOUR)

    assert letters.named() == [(EMAIL, "9126", LAST)]


def test_a_cover_written_again_after_its_alert_is_not_alerted_again(insured: Place, letters: Letters) -> None:
    fire(insured, letters, noon(ON))
    fire(insured, letters, noon(ON) + HOUR)
    insured.cover("9126", YEAR, today=ON)

    for hours in (2, 3, 22, 23):
        fire(insured, letters, noon(ON) + hours * HOUR)

    assert len(letters.sent) == 1


def test_the_look_back_ends_where_nothing_was_left(place: Place, letters: Letters) -> None:
    place.insure("9126", YEAR, today=YEAR.from_on)
    fire(place, letters, noon(ON - timedelta(days=5)))
    assert place.calendar.seen_on() == ON - timedelta(days=5)

    tasks = plan_alerts(place.calendar, place.outbox, noon(ON + timedelta(days=3)))

    assert [(task.step, task.days) for task in tasks] == [(Step.FILE, (ON,))]
    assert place.calendar.seen_on() == ON
    file_alerts(place.calendar, tasks[0], noon(ON + timedelta(days=3)), endless())
    assert plan_alerts(place.calendar, place.outbox, datetime(2027, 3, 4, 2, tzinfo=UTC)) == []
    assert place.calendar.seen_on() == ON + timedelta(days=3)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2027, 1, 4, 6, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 4, 7, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 4, 18, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 4, 19, 0, tzinfo=UTC), False),
        (datetime(2027, 7, 5, 5, 59, tzinfo=UTC), False),
        (datetime(2027, 7, 5, 6, 0, tzinfo=UTC), True),
        (datetime(2027, 7, 5, 18, 0, tzinfo=UTC), False),
    ],
)
def test_mails_leave_from_eight_to_twenty_in_paris(at: datetime, expected: bool) -> None:
    assert is_hour_of_mails(at) is expected


@pytest.mark.parametrize(("head_start", "slept_for"), [(5.0, 10.0), (0.0, 15.0)])
def test_a_stint_lets_its_head_start_through_and_then_keeps_its_pace(
    head_start: float, slept_for: float
) -> None:
    slept: list[float] = []
    time = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time[0] += seconds

    stint = Stint(60, 2, head_start, clock=lambda: time[0], sleep=sleep)
    for _ in range(30):
        stint.take()

    assert sum(slept) == pytest.approx(slept_for)
    assert stint.has_time()
    time[0] = 60
    assert not stint.has_time()
