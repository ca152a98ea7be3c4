"""Outgoing changes in DynamoDB, by the French day on which they were made."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain import french
from chalicelib.domain.changes import Change, ChangeKind
from chalicelib.storage.table import Facts, Item, Whole, moment

KEPT = timedelta(days=400)


class ChangeItem(Item, discriminator="change"):
    """A change as written in the table; when it was made and its id are said once, by its sort key."""

    tenant = UnicodeAttribute()
    lease = UnicodeAttribute(null=True)
    what = UnicodeAttribute()
    before = Facts(default=dict)
    after = Facts(default=dict)
    expires_at_epoch = Whole()

    def to_domain(self) -> Change:
        """Give the change as the domain knows it."""
        at, id = self.sk.split("#", 1)
        return Change(
            id,
            datetime.fromisoformat(at),
            self.tenant,
            self.lease or "",
            ChangeKind(self.what),
            self.before,
            self.after,
        )


class DynamoChanges:
    """Implements ``chalicelib.domain.changes.Changes``."""

    def made_on(self, day: date) -> Iterator[Change]:
        """Read the partition of a day, page after page, as last committed."""
        for item in ChangeItem.query(_day_key(day), consistent_read=True):
            yield item.to_domain()


def change_item(change: Change) -> ChangeItem:
    """Spell a change, for the transaction that makes it; the same change has the same key."""
    return ChangeItem(
        _day_key(french.today(change.at)),
        f"{moment(change.at)}#{change.id}",
        tenant=change.tenant,
        lease=change.lease or None,
        what=change.kind.value,
        before=dict(change.before),
        after=dict(change.after),
        expires_at_epoch=int((change.at + KEPT).timestamp()),
    )


def _day_key(day: date) -> str:
    return f"CHANGES#{day.isoformat()}"
