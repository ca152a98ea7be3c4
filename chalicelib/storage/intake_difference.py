"""What the import has to write so that a partition says what the files say (« écart »)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.exchange.report import Outcome, RowError, Tally
from chalicelib.storage.intake_writes import (
    MARKS,
    MAY_EMPTY,
    Action,
    Raw,
    Shelf,
    change,
    keep,
    marks_text,
    print_of,
    put,
    raw,
    remove,
)
from chalicelib.storage.table import Item

LeaseEnd = Callable[[str], date | None]


@dataclass(frozen=True)
class Taken:
    """When a delivery is taken, and how to find until when a lease runs."""

    today: date
    now: datetime
    lease_end: LeaseEnd


class MarksItem(Item, discriminator="marks"):
    """Prints of the rows last brought in to a partition; read by the import only."""

    rows = UnicodeAttribute()


@dataclass
class Plan:
    """What to write, in order, what that means for the rows, and rows that cannot be taken."""

    actions: list[Action] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    errors: list[RowError] = field(default_factory=list)


class Difference:
    """Collects what has to be written so that a partition says what the rows say."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.plan = Plan()
        self._marks = dict(shelf.marks)

    def is_news(self, key: str, said: object) -> bool:
        """Tell whether the files say something else than last time, and remember it."""
        mark = print_of(said)
        known = self._marks.get(key) == mark
        self._marks[key] = mark
        return not known

    def forget(self, key: str) -> None:
        """Remember what the files said of a key before: what they say now was refused."""
        self._marks.pop(key, None)
        if key in self.shelf.marks:
            self._marks[key] = self.shelf.marks[key]

    def bring(self, item: Raw, file: str, *, rows: int = 1, stays: bool = True) -> Outcome:
        """Have an item say what ``rows`` rows of a file say, or have it gone when it does not stay."""
        news = self.is_news(item["sk"]["S"], (item, stays))
        outcome = self.write(item, stays=stays) if news else Outcome.UNCHANGED
        self.plan.tally[file, outcome] += rows
        return outcome

    def write(
        self,
        item: Raw,
        *,
        stays: bool = True,
        if_still: str = "",
        alone: bool = False,
        may_empty: Collection[str] = MAY_EMPTY,
    ) -> Outcome:
        """Write what differs from the item that is there, if any.

        With ``alone``, an item that was not there when it was looked for must not have come since.
        """
        stored = self.shelf.items.get(item["sk"]["S"])
        if not stays:
            if stored is None:
                return Outcome.UNCHANGED
            return self._do(remove(self.shelf.pk, item["sk"]["S"]), Outcome.CHANGED)
        if stored is None:
            return self._do(put(item, absent=alone), Outcome.CREATED)
        changed = change(stored, item, if_still, may_empty)
        return self._do(changed, Outcome.CHANGED) if changed else Outcome.UNCHANGED

    def _do(self, action: Action, outcome: Outcome) -> Outcome:
        self.plan.actions.append(action)
        return outcome

    def remember(self) -> None:
        """Write the prints, after what they are prints of."""
        text = marks_text(self._marks)
        if text != self.shelf.marks_text:
            self.plan.actions.append(keep(raw(MarksItem(self.shelf.pk, MARKS, rows=text))))
