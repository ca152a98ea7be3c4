"""Received events in DynamoDB, kept longer than the provider sends them again (3 days) or lists them (30)."""

from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from chalicelib.domain.events import ProviderEvent
from chalicelib.storage.table import Item, Moment, Whole, condition_failed

KEPT = timedelta(days=90)


class EventItem(Item, discriminator="event"):
    """A received event as written in the table."""

    type = UnicodeAttribute()
    object_kind = UnicodeAttribute()
    object_id = UnicodeAttribute()
    received_at = Moment()
    expires_at_epoch = Whole()


class DynamoEventLog:
    """Implements ``chalicelib.domain.events.EventLog``."""

    def keep(self, event: ProviderEvent) -> bool:
        """Write an event unless it is there."""
        item = EventItem(
            f"EVENT#{event.id}",
            "EVENT",
            type=event.type,
            object_kind=event.object_kind,
            object_id=event.object_id,
            received_at=event.received_at,
            expires_at_epoch=int((event.received_at + KEPT).timestamp()),
        )
        try:
            item.save(condition=EventItem.pk.does_not_exist())
        except PutError as error:
            if not condition_failed(error):
                raise
            return False
        return True
