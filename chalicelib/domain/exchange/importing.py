"""Bringing exchange files in (« import »): read, see what stands, have the portal take it, report."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from chalicelib.domain.exchange.enclosed import Enclosed
from chalicelib.domain.exchange.reading import Delivery, read_files
from chalicelib.domain.exchange.report import ImportReport, Progress, RowError, Tally, make_report
from chalicelib.domain.exchange.standing import Known, keep_what_stands


class Intake(Known, Protocol):
    """Where a landlord's files go."""

    def take(self, delivery: Delivery, today: date, progress: Progress) -> tuple[Tally, list[RowError]]:
        """Bring the portal to what the rows say, and count what each file's rows changed.

        Only differences are written, each entry with its counterpart in one transaction, each paper's file
        before the paper; cut anywhere and done again, the result is the same.  Rows that contradict what can
        no longer change are refused; others are taken, and named only as worth a look.
        """


def import_files(
    contents: Mapping[str, bytes],
    intake: Intake,
    today: date,
    progress: Progress,
    enclosed: Enclosed | None = None,
) -> ImportReport:
    """Bring in the exchange files among ``contents`` (by file name), and tell what became of each row."""
    delivery = read_files(contents, enclosed)
    keep_what_stands(delivery, intake)
    tally, errors = intake.take(delivery, today, progress)
    return make_report(delivery.read, tally, [*delivery.errors, *errors])
