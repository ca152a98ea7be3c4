"""Work in parts (« parts »): what waits in the index ``due`` is cut by name, so that workers share it."""

from hashlib import sha256

from chalicelib.domain.insurance_calendar import SHARDS
from chalicelib.storage.table import Item


def part_of(name: str) -> int:
    """Give the part that a tenant or a lease belongs to.

    Not by CRC-32: names of tenants are made of those of leases, and it keeps such likeness.  One worker would
    file all of its work under one key.
    """
    return sha256(name.encode()).digest()[0] % SHARDS


def lies_in(due_pk: str) -> bool:
    """Tell whether the index has anything under a key."""
    return next(iter(Item.due.query(due_pk, limit=1)), None) is not None
