"""Insurance certificates in DynamoDB, and the cover that follows from them, in the lease's partition."""

from datetime import date, datetime
from typing import Any
from zlib import crc32

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.domain.insurance import CertificateState, Cover, InsuranceCertificate, Period, Sent
from chalicelib.domain.insurance_calendar import SHARDS, next_milestone
from chalicelib.storage.keys import lease_key
from chalicelib.storage.table import Day, Item, Moment, Texts, Whole, moment

TO_CHECK, TO_TELL = "CERTIFICATES#TO_CHECK", "CERTIFICATES#TO_TELL"
SENT = (
    "tenant", "name", "email", "file", "file_name", "media_type",
    "checked_by", "checked_at", "mailing_at", "told_at",
)  # fmt: skip


class CertificateItem(Item, discriminator="certificate"):
    """A certificate as written in the table."""

    reference = UnicodeAttribute()
    insurer = UnicodeAttribute()
    policy_number = UnicodeAttribute()
    from_on = Day()
    until_on = Day()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    # How it came, if a tenant sent it here.
    tenant = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    sent_at = Moment(null=True)
    file = UnicodeAttribute(null=True)
    file_name = UnicodeAttribute(null=True)
    media_type = UnicodeAttribute(null=True)
    checked_by = UnicodeAttribute(null=True)
    checked_at = Moment(null=True)
    mailing_at = Moment(null=True)
    told_at = Moment(null=True)

    def to_domain(self) -> InsuranceCertificate:
        """Give the certificate as the domain knows it."""
        return InsuranceCertificate(
            self.reference,
            self.pk.removeprefix(lease_key("")),
            self.insurer,
            self.policy_number,
            self.from_on,
            self.until_on,
            CertificateState(self.state),
            self.reason or "",
            self._sent(),
        )

    def _sent(self) -> Sent | None:
        if not self.tenant:
            return None
        return Sent(
            self.tenant,
            self.name or "",
            self.email or "",
            self.sent_at,
            self.file or "",
            self.file_name or "",
            self.media_type or "",
            self.checked_by or "",
            self.checked_at,
            self.mailing_at,
            self.told_at,
        )


class CoverItem(Item, discriminator="cover"):
    """When a lease is covered, small enough for the home page: « first day/last day », by period.

    It lies in the index ``due`` on the day of its next alert (``INSURANCE#<day>#<shard>``, by lease).
    """

    lease = UnicodeAttribute()
    periods = Texts(default=list)
    to_check = BooleanAttribute(null=True)
    version = Whole(default=0)
    # What earlier versions wrote instead of periods.
    until_on = Day(null=True)

    @property
    def due_on(self) -> date | None:
        """Give the day on which it lies in the index."""
        return date.fromisoformat(self.due_pk.split("#")[1]) if self.due_pk else None

    def to_domain(self) -> Cover:
        """Give the cover as the domain knows it."""
        if self.until_on:
            return Cover(self.lease, (Period(date.min, self.until_on),), bool(self.to_check))
        return Cover(self.lease, tuple(_read(period) for period in self.periods), bool(self.to_check))


def certificate_item(certificate: InsuranceCertificate) -> CertificateItem:
    """Spell a certificate for the table."""
    return CertificateItem(
        lease_key(certificate.lease),
        f"CERTIFICATE#{certificate.reference}",
        reference=certificate.reference,
        insurer=certificate.insurer,
        policy_number=certificate.policy_number,
        from_on=certificate.from_on,
        until_on=certificate.until_on,
        state=certificate.state.value,
        reason=certificate.reason or None,
        **_how_it_came(certificate),
    )


def _how_it_came(certificate: InsuranceCertificate) -> dict[str, Any]:
    """Spell how a certificate was sent, and where it waits: to be checked, or to be told of."""
    sent = certificate.sent
    if sent is None:
        return {}
    told = {name: getattr(sent, name) or None for name in SENT}
    said = {**told, "sent_at": sent.at}
    if certificate.state is CertificateState.TO_CHECK:
        return said | {"due_pk": TO_CHECK, "due_sk": _place(sent.at, certificate)}
    if sent.told_at is None and sent.checked_at is not None:
        return said | {"due_pk": TO_TELL, "due_sk": _place(sent.checked_at, certificate)}
    return said


def _place(at: datetime, certificate: InsuranceCertificate) -> str:
    return f"{moment(at)}#{certificate.lease}#{certificate.reference}"


def cover_item(cover: Cover, today: date, version: int = 0, due_on: date | None = None) -> CoverItem:
    """Spell a cover for the table, where the schedule finds it on the day of its next alert.

    ``version`` is one more than that of the item it replaces, ``due_on`` the day on which that one lies: if
    that is past, its alert is still to come.
    """
    milestone = next_milestone(cover, min(today, due_on or today))
    return CoverItem(
        lease_key(cover.lease),
        "COVER",
        lease=cover.lease,
        periods=[f"{one.from_on.isoformat()}/{one.until_on.isoformat()}" for one in cover.periods],
        to_check=cover.to_check or None,
        version=version,
        due_pk=alerts_key(milestone.on, shard_of(cover.lease)) if milestone else None,
        due_sk=cover.lease if milestone else None,
    )


def alerts_key(day: date, shard: int) -> str:
    """Where the covers lie of which the next alert is due on a day."""
    return f"INSURANCE#{day.isoformat()}#{shard:02}"


def shard_of(name: str) -> int:
    """Give the part of a day's work that a lease, or a tenant, belongs to: the same for ever."""
    return crc32(name.encode()) % SHARDS


def _read(period: str) -> Period:
    first, last = period.split("/")
    return Period(date.fromisoformat(first), date.fromisoformat(last))
