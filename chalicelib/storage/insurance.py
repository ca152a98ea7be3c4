"""Insurance certificates in DynamoDB, and the cover that follows from them, in the lease's partition."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.domain.insurance import CertificateState, Cover, InsuranceCertificate
from chalicelib.storage.table import Day, Item, lease_key


class CertificateItem(Item, discriminator="certificate"):
    """A certificate as written in the table."""

    reference = UnicodeAttribute()
    insurer = UnicodeAttribute()
    policy_number = UnicodeAttribute()
    from_on = Day()
    until_on = Day()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)

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
        )


class CoverItem(Item, discriminator="cover"):
    """Until when a lease is covered, small enough for the home page."""

    lease = UnicodeAttribute()
    until_on = Day(null=True)
    to_check = BooleanAttribute(null=True)

    def to_domain(self) -> Cover:
        """Give the cover as the domain knows it."""
        return Cover(self.lease, self.until_on, bool(self.to_check))


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
    )


def cover_item(cover: Cover) -> CoverItem:
    """Spell a cover for the table."""
    return CoverItem(
        lease_key(cover.lease),
        "COVER",
        lease=cover.lease,
        until_on=cover.until_on,
        to_check=cover.to_check or None,
    )
