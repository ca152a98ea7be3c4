"""The clock of the operators' tools (« horloge »); the portal's own is in ``chalicelib.portal``."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)
