"""Timeline events in DynamoDB, in the partition of the tenant who acted."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.table import Item, Whole, moment


class ActionItem(Item, discriminator="action"):
    """A timeline event as written in the table; when, what and on what are said once, by its sort key."""

    detail = UnicodeAttribute(null=True)
    cents = Whole(null=True)

    def to_domain(self) -> TimelineEvent:
        """Give the event as the domain knows it."""
        _, at, action, subject = self.sk.split("#", 3)
        moment_of_it = datetime.fromisoformat(at)
        return TimelineEvent(moment_of_it, Action(action), subject, self.detail or "", self.cents or 0)


def action_item(tenant: str, event: TimelineEvent) -> ActionItem:
    """Spell an event for the table; the same event has the same key."""
    return ActionItem(
        tenant_key(tenant),
        f"ACTION#{moment(event.at)}#{event.action.value}#{event.subject}",
        detail=event.detail or None,
        cents=event.cents or None,
    )
