"""Addresses that take no mail, in DynamoDB: one item each, away from the account of the same address."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.storage.table import Item, Moment


class BadAddressItem(Item, discriminator="bad_address"):
    """An address in trouble as written in the table."""

    email = UnicodeAttribute()
    trouble = UnicodeAttribute()
    since_at = Moment()

    def to_domain(self) -> BadAddress:
        """Give the address as the domain knows it."""
        return BadAddress(self.email, Trouble(self.trouble), self.since_at)


class DynamoMailHealth:
    """Implements ``chalicelib.domain.mail_health.MailHealth``."""

    def find(self, email: str) -> BadAddress | None:
        """Read what is known of an address."""
        try:
            return BadAddressItem.get(_key(email), "MAIL").to_domain()
        except BadAddressItem.DoesNotExist:
            return None

    def record(self, bad: BadAddress) -> None:
        """Write an address."""
        BadAddressItem(
            _key(bad.email), "MAIL", email=bad.email, trouble=bad.trouble.value, since_at=bad.since_at
        ).save()


def _key(email: str) -> str:
    return f"MAIL#{email.casefold()}"
