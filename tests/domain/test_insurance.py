"""Home insurance: who is covered until when, and who sees the alert."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.insurance import CertificateState, Cover, Period, alert_for, cover_of, latest_accepted
from tests.mothers import TODAY, a_certificate

ACCEPTED, TO_CHECK, REFUSED = CertificateState.ACCEPTED, CertificateState.TO_CHECK, CertificateState.REFUSED


def covered(until_on: date, *, days: int = 364) -> Cover:
    return Cover("9126", (Period(until_on - timedelta(days=days), until_on),))


@pytest.mark.parametrize(
    ("days_left", "seen", "expired"),
    [
        (31, False, False),
        (30, True, False),
        (1, True, False),
        (0, True, False),
        (-1, True, True),
        (-900, True, True),
    ],
)
def test_the_alert_comes_thirty_days_before_and_turns_after_the_last_day(
    days_left: int, seen: bool, expired: bool
) -> None:
    alert = alert_for(covered(TODAY + timedelta(days=days_left)), TODAY)

    assert (alert is not None) == seen
    assert (alert.expired if alert else False) == expired


def test_a_lease_that_was_never_insured_is_alerted() -> None:
    alert = alert_for(Cover("9126", to_check=True), TODAY)

    assert alert is not None
    assert (alert.expired, alert.until_on, alert.to_check, alert.lease_number) == (True, None, True, "9126")


@pytest.mark.parametrize(
    ("certificates", "until_on", "to_check"),
    [
        ([], None, False),
        ([(2026, ACCEPTED)], 2026, False),
        ([(2026, ACCEPTED), (2025, ACCEPTED)], 2026, False),
        ([(2025, ACCEPTED), (2026, TO_CHECK)], 2025, True),
        ([(2026, ACCEPTED), (2025, TO_CHECK)], 2026, False),
        ([(2026, ACCEPTED), (2026, TO_CHECK)], 2026, False),
        ([(2025, ACCEPTED), (2026, REFUSED)], 2025, False),
        ([(2026, REFUSED)], None, False),
        ([(2026, TO_CHECK)], None, True),
    ],
)
def test_only_accepted_certificates_cover_and_newer_ones_wait(
    certificates: list[tuple[int, CertificateState]], until_on: int | None, to_check: bool
) -> None:
    known = [a_certificate(until_on=date(year, 10, 31), state=state) for year, state in certificates]

    cover = cover_of("9126", known)

    assert cover.until(date(2026, 10, 31)) == (date(until_on, 10, 31) if until_on else None)
    assert cover.to_check == to_check


def test_certificates_that_follow_each_other_day_after_day_are_one_cover() -> None:
    first = a_certificate(until_on=date(2026, 3, 31), from_on=date(2025, 4, 1))
    second = a_certificate(until_on=date(2027, 3, 31), from_on=date(2026, 4, 1))

    cover = cover_of("9126", [second, first])

    assert cover.periods == (Period(date(2025, 4, 1), date(2027, 3, 31)),)
    assert alert_for(cover, date(2026, 3, 20)) is None


def test_a_gap_of_one_day_between_two_certificates_is_told_before_and_on_that_day() -> None:
    first = a_certificate(until_on=date(2026, 3, 31), from_on=date(2025, 4, 1))
    second = a_certificate(until_on=date(2027, 4, 1), from_on=date(2026, 4, 2))
    cover = cover_of("9126", [first, second])

    before, in_the_gap, after = (alert_for(cover, date(2026, *day)) for day in ((3, 20), (4, 1), (4, 2)))

    assert before is not None
    assert (before.expired, before.until_on) == (False, date(2026, 3, 31))
    assert in_the_gap is not None
    assert in_the_gap.expired
    assert after is None


def test_a_certificate_that_waits_and_covers_no_other_day_is_not_told() -> None:
    known = [
        a_certificate(until_on=date(2026, 12, 31), from_on=date(2026, 1, 1)),
        a_certificate(until_on=date(2026, 12, 15), from_on=date(2025, 12, 1), state=TO_CHECK),
    ]

    assert not cover_of("9126", known).to_check


def test_the_latest_four_periods_are_kept() -> None:
    known = [
        a_certificate(until_on=date(year, 6, 30), from_on=date(year, 1, 1)) for year in range(2020, 2027)
    ]

    assert [one.from_on.year for one in cover_of("9126", known).periods] == [2023, 2024, 2025, 2026]


def test_a_cover_that_begins_later_is_announced() -> None:
    coming = Cover("9126", (Period(date(2026, 12, 1), date(2027, 11, 30)),))

    assert coming.until(date(2026, 11, 23)) is None
    assert coming.coming(date(2026, 11, 23)) == Period(date(2026, 12, 1), date(2027, 11, 30))
    assert coming.coming(date(2026, 12, 1)) is None


def test_the_certificate_shown_is_the_one_that_covers_else_the_last_accepted() -> None:
    now = a_certificate(until_on=date(2026, 12, 31), from_on=date(2026, 1, 1), reference="now")
    later = a_certificate(until_on=date(2027, 12, 31), from_on=date(2027, 2, 1), reference="later")
    refused = a_certificate(until_on=date(2029, 1, 1), reference="refused", state=REFUSED)

    assert latest_accepted([later, refused, now], date(2026, 6, 1)) == now
    assert latest_accepted([later, refused, now], date(2027, 1, 15)) == later
    assert latest_accepted([refused], date(2026, 6, 1)) is None


def test_a_certificate_that_waits_and_would_fill_a_gap_is_told() -> None:
    known = [
        a_certificate(until_on=date(2026, 3, 31), from_on=date(2025, 4, 1)),
        a_certificate(until_on=date(2027, 4, 30), from_on=date(2026, 5, 1)),
        a_certificate(until_on=date(2026, 4, 30), from_on=date(2026, 4, 1), state=TO_CHECK),
    ]

    assert cover_of("9126", known).to_check
