"""The monthly run (« traitement mensuel »): which papers wait to be made, in parts, and who is sent to them.

Every hour each part in which something waits is shared out; a part is then cut into batches of homes, small
enough for one worker.  What waits is all there is to know: a run that was cut anywhere goes on with the next
hour, and one that is started twice finds nothing more to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from chalicelib.domain import french
from chalicelib.domain.outbox import PARTS
from chalicelib.domain.rent_papers import ChargeStatements, Receipts, RentNotices

HOMES_AT_ONCE = 20
MONTH = "%Y-%m"


class Pile(StrEnum):
    """What waits: rent calls, accounts that moved, charge statements."""

    NOTICES = "notices"
    RECEIPTS = "receipts"
    STATEMENTS = "statements"


@dataclass(frozen=True)
class Part:
    """One part of a pile; that of notices is one month's."""

    pile: Pile
    number: int
    month_on: date | None = None


@dataclass(frozen=True)
class Home:
    """What a worker is sent to: a lease, and the year of its charge statement."""

    lease: str
    year: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far a month's run is: notices to make in all, those that wait, those that cannot be made."""

    planned: int
    waiting: int
    refused: int

    @property
    def made(self) -> int:
        """Give how many notices are made."""
        return max(self.planned - self.waiting, 0)


@dataclass(frozen=True)
class Refusal:
    """A home whose notice cannot be made, and why, in words for an agent."""

    lease: str
    reason: str


class Runs(Protocol):
    """Where it is written how much a month's run found."""

    def is_begun(self, month_on: date) -> bool:
        """Tell whether a part of that month has been shared out."""

    def keep_planned(self, month_on: date, part: int, found: int, now: datetime) -> None:
        """Write how many calls were found in a part; a smaller number changes nothing."""

    def progress(self, month_on: date) -> Progress:
        """Count what was found, what waits and what is refused."""

    def refusals(self, month_on: date) -> Iterator[Refusal]:
        """Give the homes whose notice cannot be made, part after part."""


@dataclass(frozen=True)
class RunDesk:
    """What sharing out needs; ``notices_day`` is the day from which a month's notices are made, 0: never."""

    notices: RentNotices
    receipts: Receipts
    statements: ChargeStatements
    runs: Runs
    notices_day: int


def month_before(month_on: date) -> date:
    """Give the first day of the month before."""
    return (month_on.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(month_on: date) -> date:
    """Give the first day of the month after."""
    return (month_on.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_due(desk: RunDesk, today: date) -> list[date]:
    """Give the months whose notices are to be made: this one from its day on, and any near one that is begun.

    So a run that somebody started early, or that an outage held up past the month's end, goes on by itself.
    """
    this = today.replace(day=1)
    due = 0 < desk.notices_day <= today.day
    return [
        month
        for month in (month_before(this), this, month_after(this))
        if (due and month == this) or desk.runs.is_begun(month)
    ]


def plan_papers(desk: RunDesk, now: datetime) -> list[Part]:
    """Find the parts in which papers wait to be made."""
    found = [part for month in months_due(desk, french.today(now)) for part in plan_month(desk, month)]
    for number in range(PARTS):
        if desk.receipts.has_waiting(number):
            found.append(Part(Pile.RECEIPTS, number))
        if desk.statements.has_waiting(number):
            found.append(Part(Pile.STATEMENTS, number))
    return found


def plan_month(desk: RunDesk, month_on: date) -> list[Part]:
    """Find the parts in which notices of a month wait."""
    return [
        Part(Pile.NOTICES, number, month_on)
        for number in range(PARTS)
        if desk.notices.has_waiting(month_on, number)
    ]


def share_out(desk: RunDesk, part: Part, now: datetime) -> list[list[Home]]:
    """Cut what waits in a part into batches; of a month's run, write down how much it is."""
    homes = _waiting(desk, part)
    if part.month_on and homes:
        desk.runs.keep_planned(part.month_on, part.number, len(homes), now)
    return [homes[place : place + HOMES_AT_ONCE] for place in range(0, len(homes), HOMES_AT_ONCE)]


def month_of(said: str) -> date:
    """Read a month as messages spell it, by its first day."""
    return date.fromisoformat(f"{said}-01")


def spelled(part: Part) -> dict[str, Any]:
    """Spell the message that has a part shared out."""
    said: dict[str, Any] = {"share": part.pile.value, "part": part.number}
    return said | _of_month(part)


def batch(part: Part, homes: Sequence[Home]) -> dict[str, Any]:
    """Spell the message that has the papers of some homes made."""
    named = [home.lease if home.year is None else [home.lease, home.year] for home in homes]
    return {part.pile.value: named} | _of_month(part)


def _of_month(part: Part) -> dict[str, str]:
    return {"month": part.month_on.strftime(MONTH)} if part.month_on else {}


def _waiting(desk: RunDesk, part: Part) -> list[Home]:
    if part.pile is Pile.STATEMENTS:
        return [Home(lease, year) for lease, year in desk.statements.waiting(part.number)]
    if part.month_on:
        return [Home(lease) for lease in desk.notices.waiting(part.month_on, part.number)]
    return [Home(lease) for lease in desk.receipts.waiting(part.number)]
