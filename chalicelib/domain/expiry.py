"""What is over (« échu »): sessions and links that have ended, taken out of the table by a schedule.

DynamoDB's own sweep takes its time; it is the net below this one, for what an outage of a week left behind.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

DAYS_BACK = 7


class Expiring(Protocol):
    """Where things lie that end by themselves, by the day (UTC) of their end."""

    def clear(self, day: date, now: datetime) -> int:
        """Take out what ended on that day before now; give how many things that was."""


def clear_expired(expiring: Expiring, now: datetime) -> int:
    """Take out what ended today or in the week before."""
    today = now.astimezone(UTC).date()
    return sum(expiring.clear(today - timedelta(days=back), now) for back in range(DAYS_BACK + 1))
