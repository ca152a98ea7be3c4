"""The calendar of insurance alerts: which day brings which alert."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.insurance import CertificateState, Cover, Period, cover_of
from chalicelib.domain.insurance_calendar import (
    Milestone,
    Stage,
    due_milestone,
    milestones,
    next_milestone,
)
from tests.mothers import a_certificate

YEAR = Cover("9126", (Period(date(2027, 3, 1), date(2028, 2, 29)),))


def test_a_year_of_cover_has_five_days_of_alerts() -> None:
    found = milestones(YEAR)

    assert [(one.on, one.stage) for one in found] == [
        (date(2028, 1, 30), Stage.MONTH_BEFORE),
        (date(2028, 2, 14), Stage.FORTNIGHT_BEFORE),
        (date(2028, 2, 22), Stage.WEEK_BEFORE),
        (date(2028, 2, 29), Stage.LAST_DAY),
        (date(2028, 3, 15), Stage.FORTNIGHT_AFTER),
    ]
    assert {one.until_on for one in found} == {date(2028, 2, 29)}


def test_a_renewal_moves_the_whole_calendar() -> None:
    renewed = Cover("9126", (Period(date(2027, 3, 1), date(2029, 2, 28)),))

    assert next_milestone(renewed, date(2028, 2, 1)) == Milestone(
        date(2029, 1, 29), Stage.MONTH_BEFORE, date(2029, 2, 28)
    )


def test_a_short_cover_is_not_alerted_before_it_began() -> None:
    ten_days = Cover("9126", (Period(date(2027, 3, 1), date(2027, 3, 10)),))

    assert [one.stage for one in milestones(ten_days)] == [
        Stage.WEEK_BEFORE,
        Stage.LAST_DAY,
        Stage.FORTNIGHT_AFTER,
    ]


def test_a_lease_covered_again_within_the_fortnight_is_not_told_that_it_is_not() -> None:
    again = Cover(
        "9126", (Period(date(2027, 1, 1), date(2027, 3, 10)), Period(date(2027, 3, 20), date(2028, 3, 19)))
    )

    assert date(2027, 3, 25) not in {one.on for one in milestones(again)}
    assert date(2027, 3, 10) in {one.on for one in milestones(again)}


def test_an_end_is_not_told_of_after_another_cover_began_and_ended_since() -> None:
    short = Cover(
        "9126", (Period(date(2027, 1, 1), date(2027, 1, 31)), Period(date(2027, 2, 3), date(2027, 2, 8)))
    )

    after = [one for one in milestones(short) if one.stage is Stage.FORTNIGHT_AFTER]
    assert after == [Milestone(date(2027, 2, 23), Stage.FORTNIGHT_AFTER, date(2027, 2, 8))]


def test_after_days_without_a_run_the_latest_alert_replaces_those_before() -> None:
    due = due_milestone(YEAR, date(2028, 2, 14), date(2028, 2, 23))

    assert due is not None
    assert due.stage is Stage.WEEK_BEFORE
    assert due_milestone(YEAR, date(2028, 2, 15), date(2028, 2, 21)) is None


def test_nothing_is_ever_due_for_a_lease_that_was_never_covered() -> None:
    assert next_milestone(Cover("9126", to_check=True), date(2027, 1, 1)) is None


days = st.dates(date(2026, 1, 1), date(2029, 12, 31))
spans = st.lists(st.tuples(days, st.integers(0, 400)), max_size=5)


@given(spans, days)
def test_an_alert_is_for_a_day_when_the_cover_ends_soon_or_has_ended(
    found: list[tuple[date, int]], day: date
) -> None:
    cover = cover_of(
        "9126",
        [
            a_certificate(from_on=on, until_on=on + timedelta(days=long), state=CertificateState.ACCEPTED)
            for on, long in found
        ],
    )
    covered_days = {on + timedelta(days=n) for on, long in found for n in range(long + 1)}

    for one in milestones(cover):
        assert one.on - one.until_on == timedelta(days=one.stage)
        assert one.until_on in covered_days
        assert one.until_on + timedelta(days=1) not in covered_days
        assert (one.on in covered_days) == (one.stage <= 0)
    coming = next_milestone(cover, day)
    assert coming == min((one for one in milestones(cover) if one.on >= day), default=None)
