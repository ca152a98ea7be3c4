"""Home insurance (« assurance habitation »): the certificate each lease must have (loi 89-462, art. 7 g)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

NOTICE = timedelta(days=30)


class CertificateState(StrEnum):
    """Where the landlord's check of a certificate stands."""

    TO_CHECK = "a_verifier"
    ACCEPTED = "acceptee"
    REFUSED = "refusee"


@dataclass(frozen=True)
class InsuranceCertificate:
    """An insurer's certificate (« attestation ») for one lease, valid on both days and between."""

    reference: str
    lease: str
    insurer: str
    policy_number: str
    from_on: date
    until_on: date
    state: CertificateState
    reason: str = ""


@dataclass(frozen=True)
class Cover:
    """Until when a lease is covered by accepted certificates; ``None`` if it never was."""

    lease: str
    until_on: date | None
    to_check: bool = False


@dataclass(frozen=True)
class InsuranceAlert:
    """The red alert of the home page."""

    lease_number: str
    until_on: date | None
    expired: bool
    to_check: bool


def cover_of(lease: str, certificates: Iterable[InsuranceCertificate]) -> Cover:
    """Find until when a lease is covered, and whether a newer certificate waits for its check."""
    known = list(certificates)
    accepted = [one.until_on for one in known if one.state is CertificateState.ACCEPTED]
    until_on = max(accepted, default=None)
    waiting = any(
        one.state is CertificateState.TO_CHECK and (until_on is None or one.until_on > until_on)
        for one in known
    )
    return Cover(lease, until_on, waiting)


def alert_for(cover: Cover, day: date) -> InsuranceAlert | None:
    """Give the alert to show on that day, if any: none while more than 30 days are left.

    A certificate is still good on its last day.
    """
    if cover.until_on is not None and cover.until_on > day + NOTICE:
        return None
    expired = cover.until_on is None or cover.until_on < day
    return InsuranceAlert(cover.lease, cover.until_on, expired, cover.to_check)
