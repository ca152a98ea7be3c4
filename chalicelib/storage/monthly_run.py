"""A month's run in DynamoDB: how much each part found, and how much of it still waits (index ``due``)."""

from collections.abc import Iterator
from datetime import date, datetime

from pynamodb.exceptions import UpdateError
from pynamodb.pagination import ResultIterator

from chalicelib.domain.monthly_run import Progress, Refusal
from chalicelib.domain.outbox import PARTS
from chalicelib.storage.keys import calls_key
from chalicelib.storage.leases import CallItem
from chalicelib.storage.table import Item, Moment, Whole, backwards, condition_failed


class PlannedItem(Item, discriminator="planned_part"):
    """How many calls a part had when it was first shared out, or later if they had become more."""

    planned = Whole()
    at = Moment()


class DynamoRuns:
    """Implements ``chalicelib.domain.monthly_run.Runs``."""

    def is_begun(self, month_on: date) -> bool:
        """Ask for one part."""
        return next(backwards(*_parts(month_on), 1), None) is not None

    def keep_planned(self, month_on: date, part: int, found: int, now: datetime) -> None:
        """Write the number unless as much is written already."""
        try:
            PlannedItem(_run_key(month_on), _part(part)).update(
                actions=[
                    PlannedItem.planned.set(found),
                    PlannedItem.at.set(now),
                    PlannedItem.kind.set(PlannedItem),
                ],
                condition=PlannedItem.planned.does_not_exist() | (PlannedItem.planned < found),
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise

    def progress(self, month_on: date) -> Progress:
        """Have the index count, part after part, and bring here only what has a problem."""
        planned = {item.sk: item.planned for item in backwards(*_parts(month_on))}
        whole = waiting = refused = 0
        for part in range(PARTS):
            found = _with_problem(month_on, part)
            refused += sum(1 for _ in found)
            left = found.page_iter.total_scanned_count
            waiting += left
            whole += max(planned.get(_part(part), 0), left)
        return Progress(whole, waiting, refused)

    def refusals(self, month_on: date) -> Iterator[Refusal]:
        """Read the index for calls with a problem."""
        for part in range(PARTS):
            for item in _with_problem(month_on, part):
                if isinstance(item, CallItem):
                    yield Refusal(str(item.due_sk), item.problem or "")


def _with_problem(month_on: date, part: int) -> ResultIterator[Item]:
    """Ask for what waits in a part and has a problem; the rest is counted where it lies."""
    return Item.due.query(calls_key(month_on, part), filter_condition=CallItem.problem.exists())


def _run_key(month_on: date) -> str:
    return f"RUN#{month_on:%Y-%m}"


def _part(part: int) -> str:
    return f"PART#{part:02}"


def _parts(month_on: date) -> tuple[str, str, str]:
    return _run_key(month_on), "PART#", "PART#99"
