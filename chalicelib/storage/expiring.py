"""What ends by itself, in DynamoDB: in the index ``due`` by the day of its end, until it is taken out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pynamodb.exceptions import DeleteError

from chalicelib.storage.table import Item, condition_failed, moment

KEPT_AFTER_ITS_END = timedelta(days=1)


class DynamoExpiring:
    """Implements ``chalicelib.domain.expiry.Expiring``."""

    def clear(self, day: date, now: datetime) -> int:
        """Delete, one by one, what the index says has ended, unless it was given another end meanwhile.

        The index comes a moment after the table: what is gone already counts as taken out.
        """
        over = Item.due_sk < f"{moment(now)}$"  # « $ » is just after the « # » that follows the moment
        cleared = 0
        for item in Item.due.query(_bucket(day), over):
            try:
                item.delete(condition=(Item.due_pk == item.due_pk) & (Item.due_sk == item.due_sk))
            except DeleteError as error:
                if not condition_failed(error):
                    raise
            else:
                cleared += 1
        return cleared


def until(ends_at: datetime, id: str) -> dict[str, Any]:
    """Spell the end of an item: where the schedule finds it, and when DynamoDB sweeps it up by itself."""
    return {
        "due_pk": _bucket(ends_at.astimezone(UTC).date()),
        "due_sk": f"{moment(ends_at)}#{id}",
        "expires_at_epoch": int((ends_at + KEPT_AFTER_ITS_END).timestamp()),
    }


def _bucket(day: date) -> str:
    return f"EXPIRING#{day.isoformat()}"
