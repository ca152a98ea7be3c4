"""« make import DIR=… »: bring a directory of exchange files into the portal, and tell what became of it.

The files and their columns are told in docs/exchange.md.  Without settings of a deployed portal in the
environment, it is the one of « make run » on this machine.
"""

import os
import sys
import unicodedata
from collections.abc import Collection, MutableMapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain import french
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.exchange.enclosed import FOLDER
from chalicelib.domain.exchange.importing import import_files
from chalicelib.domain.exchange.layouts import BY_NAME, DOCUMENTS
from chalicelib.domain.exchange.report import ImportReport, Progress, RowError
from chalicelib.storage.files import S3Files
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
        bucket = environment.get("PORTAL_FILES_BUCKET", "")
        if not bucket and (directory / DOCUMENTS).exists():
            raise NoPortal(f"{DOCUMENTS} demande PORTAL_FILES_BUCKET, le nom de l’espace des documents.")
        intake = DynamoIntake(now, S3Files(bucket))
        report = load(directory, intake, french.today(now), show_progress)
    except (NoPortal, BotoCoreError, ClientError, Unavailable) as reason:
        sys.stderr.write(f"Le portail ne répond pas\u00a0: {reason}\n")
        return NOTHING_READ
    words = in_words(report) if report.files else f"Aucun fichier d’échange dans {directory}."
    sys.stdout.write(words + "\n")
    return report.exit_code


def load(
    directory: Path,
    intake: DynamoIntake,
    today: date,
    progress: Progress,
    names: Collection[str] = BY_NAME.keys(),
) -> ImportReport:
    """Bring the exchange files of a directory into the portal; other files are left alone."""
    files = [path for path in sorted(directory.iterdir()) if path.name in names]
    contents = {path.name: path.read_bytes() for path in files}
    return import_files(contents, intake, today, progress, EnclosedFolder(directory / FOLDER))


class EnclosedFolder:
    """Implements ``chalicelib.domain.exchange.enclosed.Enclosed``: the files of a folder, none beyond it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, most: int) -> bytes | None:
        """Read a file of the folder, by its name as the rows spell it."""
        try:
            with self._paths[name].open("rb") as file:
                return file.read(most)
        except (KeyError, OSError):
            return None

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """Find the files; some systems keep accents decomposed, rows have them composed (NFC)."""
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return {
            unicodedata.normalize("NFC", path.name): path
            for path in found
            if path.is_file() and not path.is_symlink()
        }


def show_progress(done: int, total: int) -> None:
    """Draw a bar in the terminal; nothing where nobody looks."""
    if not sys.stderr.isatty() or not total:
        return
    filled = _BAR * done // total
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r[{'█' * filled}{'·' * (_BAR - filled)}] {done}/{total}{end}")
    sys.stderr.flush()


def in_words(report: ImportReport) -> str:
    """Write a report for the terminal: counts by file, what to look at, what is refused, what follows it."""
    rows = [
        f"{one.file:<20}"
        + "".join(
            f"{count:>12}" for count in (one.read, one.created, one.changed, one.unchanged, one.refused)
        )
        for one in report.files
    ]
    heading = f"{'fichier':<20}" + "".join(f"{name:>12}" for name in _HEADINGS)
    refused = [one for one in report.errors if not one.follows]
    following = [one for one in report.errors if one.follows]
    parts = ["\n".join([heading, *rows])]
    if report.remarks:
        parts.append(_listed("Lignes prises, à vérifier", report.remarks))
    if refused:
        parts.append(_listed("Lignes refusées", refused))
    if following:
        parts.append(_listed("Lignes qui dépendent d’une ligne refusée", following))
    return "\n\n".join(parts)


def _listed(title: str, errors: Sequence[RowError]) -> str:
    return "\n".join([f"{title} ({len(errors)})\u00a0:", *(f"  {error}" for error in errors)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
