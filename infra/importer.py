"""« make import DIR=… »: bring a directory of exchange files into the portal, and tell what became of it.

The files and their columns are told in docs/exchange.md.  Without settings of a deployed portal in the
environment, it is the one of « make run » on this machine.
"""

import os
import sys
from collections.abc import Collection, MutableMapping, Sequence
from datetime import date, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError

from chalicelib.domain import french
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.exchange.importing import import_files
from chalicelib.domain.exchange.layouts import BY_NAME
from chalicelib.domain.exchange.report import ImportReport, Progress, RowError
from chalicelib.storage.intake import DynamoIntake
from infra.reaching import NoPortal, reach_portal

NOTHING_READ = 1
_BAR = 40
_HEADINGS = ("lues", "créées", "modifiées", "inchangées", "refusées")


def main(arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ) -> int:
    """Bring a directory in; 0 if all rows were taken, 2 if some were refused, 1 if nothing could be read."""
    if len(arguments) != 1 or not arguments[0] or not Path(arguments[0]).is_dir():
        sys.stderr.write("Usage\u00a0: make import DIR=dossier-des-fichiers\n")
        return NOTHING_READ
    directory = Path(arguments[0])
    try:
        now = reach_portal(environment)
        report = load(directory, french.today(now), now, show_progress)
    except (NoPortal, BotoCoreError, Unavailable) as reason:
        sys.stderr.write(f"Le portail ne répond pas\u00a0: {reason}\n")
        return NOTHING_READ
    words = in_words(report) if report.files else f"Aucun fichier d’échange dans {directory}."
    sys.stdout.write(words + "\n")
    return report.exit_code


def load(
    directory: Path, today: date, now: datetime, progress: Progress, names: Collection[str] = BY_NAME.keys()
) -> ImportReport:
    """Bring the exchange files of a directory into the portal's table; other files are left alone."""
    files = [path for path in sorted(directory.iterdir()) if path.name in names]
    return import_files({path.name: path.read_bytes() for path in files}, DynamoIntake(now), today, progress)


def show_progress(done: int, total: int) -> None:
    """Draw a bar in the terminal; nothing where nobody looks."""
    if not sys.stderr.isatty() or not total:
        return
    filled = _BAR * done // total
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r[{'█' * filled}{'·' * (_BAR - filled)}] {done}/{total}{end}")
    sys.stderr.flush()


def in_words(report: ImportReport) -> str:
    """Write a report for the terminal: counts by file, then the refused rows, then those that follow them."""
    rows = [
        f"{one.file:<18}"
        + "".join(
            f"{count:>12}" for count in (one.read, one.created, one.changed, one.unchanged, one.refused)
        )
        for one in report.files
    ]
    heading = f"{'fichier':<18}" + "".join(f"{name:>12}" for name in _HEADINGS)
    refused = [one for one in report.errors if not one.follows]
    following = [one for one in report.errors if one.follows]
    parts = ["\n".join([heading, *rows])]
    if refused:
        parts.append(_listed("Lignes refusées", refused))
    if following:
        parts.append(_listed("Lignes qui dépendent d’une ligne refusée", following))
    return "\n\n".join(parts)


def _listed(title: str, errors: Sequence[RowError]) -> str:
    return "\n".join([f"{title} ({len(errors)})\u00a0:", *(f"  {error}" for error in errors)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
