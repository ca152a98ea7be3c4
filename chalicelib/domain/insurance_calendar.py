"""The calendar of insurance alerts (« échéancier des relances »): on which days a tenant is written to.

Days are those of metropolitan France.  Nothing is written here: what was sent is kept by its stage, so that
a day that is looked at twice, or late, sends nothing twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from chalicelib.domain.insurance import Cover, Period

SHARDS = 64  # a day's covers, as many on New Year's Eve as in three months, in so many parts


class Stage(IntEnum):
    """A step of the alerts, in days from the last day of cover."""

    MONTH_BEFORE = -30
    FORTNIGHT_BEFORE = -15
    WEEK_BEFORE = -7
    LAST_DAY = 0
    FORTNIGHT_AFTER = 15


@dataclass(frozen=True, order=True)
class Milestone:
    """A day on which an alert is due: which one, and of the cover that ends when."""

    on: date
    stage: Stage
    until_on: date


def milestones(cover: Cover) -> list[Milestone]:
    """List the days on which alerts are due, in order, as long as nothing renews the cover.

    One before its cover has begun, or after another has, is not due.
    """
    return sorted(found for period in cover.periods for found in _of_period(cover, period))


def next_milestone(cover: Cover, day: date) -> Milestone | None:
    """Give the first that is due on a day or later."""
    return next((one for one in milestones(cover) if one.on >= day), None)


def due_milestone(cover: Cover, since_on: date, day: date) -> Milestone | None:
    """Give the latest that was due between two days, both included: it replaces those before it."""
    due = [one for one in milestones(cover) if since_on <= one.on <= day]
    return due[-1] if due else None


def _of_period(cover: Cover, period: Period) -> Iterator[Milestone]:
    for stage in Stage:
        on = period.until_on + timedelta(days=stage)
        begun, covered_again = on >= period.from_on, cover.began_again(period.until_on, on)
        if begun and not covered_again:
            yield Milestone(on, stage, period.until_on)
