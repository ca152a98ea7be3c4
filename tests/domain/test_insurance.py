"""Home insurance: who is covered until when, and who sees the alert."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.insurance import CertificateState, Cover, alert_for, cover_of
from tests.mothers import TODAY, a_certificate

ACCEPTED, TO_CHECK, REFUSED = CertificateState.ACCEPTED, CertificateState.TO_CHECK, CertificateState.REFUSED


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
    alert = alert_for(Cover("9126", TODAY + timedelta(days=days_left)), TODAY)

    assert (alert is not None) == seen
    assert (alert.expired if alert else False) == expired


def test_a_lease_that_was_never_insured_is_alerted() -> None:
    alert = alert_for(Cover("9126", None, to_check=True), TODAY)

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

    assert cover == Cover("9126", date(until_on, 10, 31) if until_on else None, to_check)
