"""What forms led to, in DynamoDB: an item for each mark of a form, written with what the form did."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.once import KEPT, Sending
from chalicelib.storage.expiring import until
from chalicelib.storage.table import Item, Whole


class OnceItem(Item, discriminator="once"):
    """That a form was sent, and the page that it led to."""

    path = UnicodeAttribute()
    expires_at_epoch = Whole()


class DynamoSendings:
    """Implements ``chalicelib.domain.once.Sendings``."""

    def led_to(self, tenant: str, mark: str) -> str:
        """Read a mark, as last committed."""
        try:
            return str(OnceItem.get(_key(tenant, mark), "ONCE", consistent_read=True).path)
        except OnceItem.DoesNotExist:
            return ""


def send_once(transaction: TransactWrite, sending: Sending, now: datetime) -> None:
    """Add to a transaction that a form is sent, which it must not have been before."""
    item = OnceItem(
        _key(sending.tenant, sending.mark),
        "ONCE",
        path=sending.path,
        **until(now + KEPT, sending.mark),
    )
    transaction.save(item, condition=OnceItem.pk.does_not_exist())


def _key(tenant: str, mark: str) -> str:
    return f"ONCE#{tenant}#{mark}"
