"""Addresses that take no mail, in DynamoDB: one item each, away from the account of the same address."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import Conflict
from chalicelib.domain.mail_health import BadAddress, Trouble, in_force, mailbox
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.ledger import commit
from chalicelib.storage.table import CONDITION_FAILED, Item, Moment, Texts, condition_failed, moment
from chalicelib.storage.timeline import action_item


class BadAddressItem(Item, discriminator="bad_address"):
    """An address in trouble as written in the table; conditions look at ``lifted_at``, the last lift."""

    email = UnicodeAttribute()
    trouble = UnicodeAttribute()
    since_at = Moment()
    lifts = Texts(null=True)
    lifted_at = Moment(null=True)

    def to_domain(self) -> BadAddress:
        """Give the address as the domain knows it."""
        lifts = tuple(datetime.fromisoformat(at) for at in self.lifts or ())
        return BadAddress(self.email, Trouble(self.trouble), self.since_at, lifts)


class DynamoMailHealth:
    """Implements ``chalicelib.domain.mail_health.MailHealth``."""

    def find(self, email: str) -> BadAddress | None:
        """Read what is known of an address, as last committed."""
        try:
            return BadAddressItem.get(*bad_address_key(email), consistent_read=True).to_domain()
        except BadAddressItem.DoesNotExist:
            return None

    def record(self, bad: BadAddress) -> None:
        """Write a trouble on the condition that it is the newest; the lifts stay beside it.

        The discriminator is set too, since the item may be new.
        """
        newest = BadAddressItem.since_at.does_not_exist() | (BadAddressItem.since_at < bad.since_at)
        not_lifted = BadAddressItem.lifted_at.does_not_exist() | (BadAddressItem.lifted_at < bad.since_at)
        try:
            BadAddressItem(*bad_address_key(bad.email)).update(
                [
                    BadAddressItem.kind.set(BadAddressItem),
                    BadAddressItem.email.set(bad.email),
                    BadAddressItem.trouble.set(bad.trouble.value),
                    BadAddressItem.since_at.set(bad.since_at),
                ],
                newest & not_lifted,
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise

    def lift(self, lifted: BadAddress, tenant: str, event: TimelineEvent) -> bool:
        """Write the lift and the timeline in one transaction, if the trouble is the one that was read."""
        since_at = lifted.since_at
        unlifted = BadAddressItem.lifted_at.does_not_exist() | (BadAddressItem.lifted_at < since_at)

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                BadAddressItem(*bad_address_key(lifted.email)),
                [
                    BadAddressItem.lifts.set([moment(at) for at in lifted.lifts]),
                    BadAddressItem.lifted_at.set(lifted.lifts[-1]),
                ],
                condition=(BadAddressItem.since_at == since_at) & unlifted,
            )
            transaction.save(action_item(tenant, event))

        codes = commit(write)
        if codes and CONDITION_FAILED not in codes:
            raise Conflict(tenant)
        return not codes


def bad_address_key(email: str) -> tuple[str, str]:
    """Give the key of an address in trouble."""
    return f"MAIL#{mailbox(email)}", "MAIL"


def trouble_among(found: Iterable[Item]) -> BadAddress | None:
    """Find what is wrong with the address that was read among other items, while its mail is held back."""
    known = next((item.to_domain() for item in found if isinstance(item, BadAddressItem)), None)
    return in_force(known)
