"""The file out (« modifications.csv »): what tenants changed in the portal; docs/exchange.md explains it."""

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from chalicelib.domain import french
from chalicelib.domain.changes import Change

NAME = "modifications.csv"
HEADINGS = ("id", "date", "heure", "locataire", "contrat", "nature", "champ", "avant", "apres")
# What a spreadsheet would work out, and the mark itself, so that one mark in front is always ours.
_QUOTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def write_changes(file: TextIO, changes: Iterable[Change]) -> int:
    """Write changes into a file that was opened with ``newline=""``; give how many there were."""
    written, count = csv.writer(file, delimiter=";"), 0
    written.writerow(HEADINGS)
    for change in changes:
        written.writerows(_rows(change))
        count += 1
    return count


def _rows(change: Change) -> Iterator[list[str]]:
    """Give one row per field, by name; a change of which no field is known has one row all the same."""
    at = french.paris(change.at)
    told = [change.id, f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}", change.tenant, change.lease, change.kind.value]
    for field in sorted({*change.before, *change.after}) or [""]:
        cells = [*told, field, change.before.get(field, ""), change.after.get(field, "")]
        yield [f"'{cell}" if cell.startswith(_QUOTED) else cell for cell in cells]
