"""« make export DIR=… »: write what tenants changed into a file for the landlord's software.

The file and its columns are told in docs/exchange.md (« Files out »).  Without settings of a deployed portal
in the environment, the portal is the one of « make run » on this machine.
"""

import argparse
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain import french
from chalicelib.domain.changes import Change, Changes
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.exchange.outgoing import NAME, write_changes
from chalicelib.storage.changes import KEPT, DynamoChanges
from infra.reaching import NoPortal, reach_portal

NOTHING_WRITTEN = 1
USUAL_DAYS = 31


def main(arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ) -> int:
    """Write the changes of some days; 0 if the file is written, 1 if it is not, and then it is as it was."""
    asked = _parser().parse_args(arguments)
    try:
        first, last = _days(asked.first, asked.last, french.today(reach_portal(environment)))
        asked.directory.mkdir(parents=True, exist_ok=True)
        count = _write(asked.directory / NAME, _between(DynamoChanges(), first, last))
    except (NoPortal, BotoCoreError, PynamoDBException, Unavailable) as reason:
        sys.stderr.write(f"Le portail ne répond pas\u00a0: {reason}\n")
        return NOTHING_WRITTEN
    except (ValueError, OSError) as reason:
        sys.stderr.write(f"{reason}\n")
        return NOTHING_WRITTEN
    said = f"{count} modification{'s' if count > 1 else ''}, du {french.day(first)} au {french.day(last)}"
    sys.stdout.write(f"{said}\u00a0: {asked.directory / NAME}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make export", description=__doc__, allow_abbrev=False)
    parser.add_argument("directory", type=Path, help="DIR")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="FROM, aaaa-mm-jj")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, help="TO, aaaa-mm-jj")
    return parser


def _days(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Give the days asked for, or a month; ``ValueError`` says in French why they cannot be had."""
    last = last or today
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise ValueError("FROM ne peut pas venir après TO.")
    if first < today - KEPT:
        raise ValueError(f"Les modifications sont gardées {KEPT.days} jours\u00a0: FROM est plus ancien.")
    return first, last


def _between(changes: Changes, first: date, last: date) -> Iterator[Change]:
    for days in range((last - first).days + 1):
        yield from changes.made_on(first + timedelta(days=days))


def _write(path: Path, changes: Iterator[Change]) -> int:
    """Write the file beside its place, and put it there when it is whole; nothing is left lying about."""
    coming = path.with_suffix(".part")
    try:
        with coming.open("w", encoding="utf-8", newline="") as file:
            count = write_changes(file, changes)
    except BaseException:
        coming.unlink(missing_ok=True)
        raise
    coming.replace(path)
    return count


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
