"""What schedules and queues do.  Each job can be done twice, late, or be cut, with the same result."""

import json
from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.domain.collection import sweep, sync_object
from chalicelib.domain.expiry import clear_expired as clear
from chalicelib.handlers.batches import each_message
from chalicelib.portal import now, portal


def sync_payments(event: SQSEvent) -> dict[str, Any]:
    """Look at the objects of the provider that events named; give back the messages to send again."""

    def look(record: Any) -> None:
        asked = json.loads(record.body)
        sync_object(portal().collection, asked["kind"], asked["id"], now())

    return each_message(event, look)


def sweep_payments(event: CloudWatchEvent) -> int:
    """Every quarter of an hour, look at the payments whose outcome or ticket nobody told of."""
    return sweep(portal().collection, now())


def clear_expired(event: CloudWatchEvent) -> int:
    """Every hour, take out the sessions and links that have ended; give how many."""
    return clear(portal().expiring, now())
