"""Home insurance (« assurance habitation »): the certificate each lease must have (loi 89-462, art. 7 g)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

NOTICE = timedelta(days=30)
ONE_DAY = timedelta(days=1)
MOST_PERIODS = 4


class CertificateState(StrEnum):
    """Where the landlord's check of a certificate stands."""

    TO_CHECK = "a_verifier"
    ACCEPTED = "acceptee"
    REFUSED = "refusee"


@dataclass(frozen=True)
class Sent:
    """How a certificate came through the portal: from whom, when, where its file lies, and what came of it.

    ``name`` is that of who sent it, as the landlord writes it: an agent compares it with the file's.
    ``told_at`` is when its sender was written to of the check, ``mailing_at`` when a worker took it on.
    """

    tenant: str
    name: str
    email: str
    at: datetime
    file: str
    file_name: str
    media_type: str
    checked_by: str = ""
    checked_at: datetime | None = None
    mailing_at: datetime | None = None
    told_at: datetime | None = None


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
    sent: Sent | None = None


@dataclass(frozen=True, order=True)
class Period:
    """Days without a gap, the first and the last included."""

    from_on: date
    until_on: date

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True)
class Cover:
    """When accepted certificates cover a lease: periods in order, a day or more apart, the latest four."""

    lease: str
    periods: tuple[Period, ...] = ()
    to_check: bool = False

    def until(self, day: date) -> date | None:
        """Give the last day of the cover that runs on a day, else of the one before; ``None`` if none was."""
        begun = [period.until_on for period in self.periods if period.from_on <= day]
        return begun[-1] if begun else None

    def coming(self, day: date) -> Period | None:
        """Give the next period that begins after a day, if the lease is not covered until then."""
        later = [period for period in self.periods if period.from_on > day]
        return later[0] if later else None

    def runs_on(self, day: date) -> bool:
        """Tell whether the lease is covered on a day."""
        return any(period.holds(day) for period in self.periods)

    def began_again(self, until_on: date, day: date) -> bool:
        """Tell whether a period began after the end of another, up to a day: it has its own end since."""
        return any(until_on < period.from_on <= day for period in self.periods)


@dataclass(frozen=True)
class InsuranceAlert:
    """The red alert of the home page."""

    lease_number: str
    until_on: date | None
    expired: bool
    to_check: bool


def cover_of(lease: str, certificates: Iterable[InsuranceCertificate]) -> Cover:
    """Find when a lease is covered, and whether a certificate waits that would cover more of it."""
    known = list(certificates)
    accepted = [one for one in known if one.state is CertificateState.ACCEPTED]
    periods = _without_gaps(Period(one.from_on, one.until_on) for one in accepted)
    waiting = any(one.state is CertificateState.TO_CHECK and _adds(one, periods) for one in known)
    return Cover(lease, periods, waiting)


def alert_for(cover: Cover, day: date) -> InsuranceAlert | None:
    """Give the alert to show on that day, if any: none while more than 30 days are left.

    A certificate is still good on its last day; a gap between two of them is no cover.
    """
    until_on = cover.until(day)
    if until_on is not None and until_on > day + NOTICE:
        return None
    expired = until_on is None or until_on < day
    return InsuranceAlert(cover.lease, until_on, expired, cover.to_check)


def latest_accepted(certificates: Iterable[InsuranceCertificate], day: date) -> InsuranceCertificate | None:
    """Give the certificate that covers a day, else the last one accepted; the one that goes further first."""
    accepted = [one for one in certificates if one.state is CertificateState.ACCEPTED]
    return max(accepted, key=lambda one: (one.from_on <= day <= one.until_on, one.until_on), default=None)


def last_refused(certificates: Iterable[InsuranceCertificate]) -> InsuranceCertificate | None:
    """Give the certificate that came last if it was refused: its sender has to send another.

    Those of the landlord's file have no moment; they count before any that was sent here, by their last day.
    """
    last = max(certificates, key=_came, default=None)
    return last if last and last.state is CertificateState.REFUSED else None


def _came(certificate: InsuranceCertificate) -> tuple[bool, float, date]:
    sent = certificate.sent
    return sent is not None, sent.at.timestamp() if sent else 0, certificate.until_on


def _without_gaps(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Join periods that overlap, or follow each other without a day between them."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and period.from_on <= joined[-1].until_on + ONE_DAY:
            joined[-1] = Period(joined[-1].from_on, max(joined[-1].until_on, period.until_on))
        else:
            joined.append(period)
    return tuple(joined[-MOST_PERIODS:])


def _adds(certificate: InsuranceCertificate, periods: tuple[Period, ...]) -> bool:
    """Tell whether a certificate covers days that no period does, but those before the first."""
    if not periods:
        return True
    first, last = max(certificate.from_on, periods[0].from_on), certificate.until_on
    return first <= last and not any(period.holds(first) and period.holds(last) for period in periods)
