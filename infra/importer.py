"""« make import DIR=… »: bring a directory of exchange files into the portal, and tell what became of it.

The files and their columns are told in docs/exchange.md.  Without settings of a deployed portal in the
environment, it is the one of « make run » on this machine.
"""

import json
import os
import sys
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError

from chalicelib.domain import french
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.exchange.importing import import_files
from chalicelib.domain.exchange.layouts import BY_NAME
from chalicelib.domain.exchange.report import ImportReport, Progress, RowError
from chalicelib.storage.intake import DynamoIntake
from chalicelib.storage.table import use_table
from infra.local.clock import LocalClock
from infra.local.keys import LocalKeys
from infra.local.resources import REGION, TABLE
from infra.local.settings import read_settings

NOTHING_READ = 1
_BAR = 40
_HEADINGS = ("lues", "créées", "modifiées", "inchangées", "refusées")


class NoPortal(Exception):
    """There is no portal to bring files to; the words are French and meant for the terminal."""


def main(arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ) -> int:
    """Bring a directory in; 0 if all rows were taken, 2 if some were refused, 1 if nothing could be read."""
    if len(arguments) != 1 or not arguments[0] or not Path(arguments[0]).is_dir():
        sys.stderr.write("Usage\u00a0: make import DIR=dossier-des-fichiers\n")
        return NOTHING_READ
    directory = Path(arguments[0])
    try:
        today = _reach_portal(environment)
        report = load(directory, today, show_progress)
    except (NoPortal, BotoCoreError, Unavailable) as reason:
        sys.stderr.write(f"Le portail ne répond pas\u00a0: {reason}\n")
        return NOTHING_READ
    words = in_words(report) if report.files else f"Aucun fichier d’échange dans {directory}."
    sys.stdout.write(words + "\n")
    return report.exit_code


def load(
    directory: Path, today: date, progress: Progress, names: Collection[str] = BY_NAME.keys()
) -> ImportReport:
    """Bring the exchange files of a directory into the portal's table; other files are left alone."""
    files = [path for path in sorted(directory.iterdir()) if path.name in names]
    return import_files({path.name: path.read_bytes() for path in files}, DynamoIntake(), today, progress)


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


def _reach_portal(environment: MutableMapping[str, str]) -> date:
    """Choose the table of a deployed portal, or of the one on this machine; give the portal's day."""
    if "PORTAL_TABLE" in environment:
        environment.setdefault("AWS_DEFAULT_REGION", REGION)  # that of every stage
        use_table(environment["PORTAL_TABLE"])
        return french.today(datetime.now(UTC))
    state_dir = read_settings(environment).state_dir
    environment.update(_local_access(state_dir))
    use_table(TABLE)
    return french.today(LocalClock(state_dir / "clock.json")())


def _local_access(state_dir: Path) -> Mapping[str, str]:
    try:
        keys = LocalKeys(**json.loads((state_dir / "keys.json").read_text("utf-8")))
    except FileNotFoundError as error:
        raise NoPortal(f"rien dans {state_dir}\u202f; lancez d’abord «\u00a0make run\u00a0».") from error
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{keys.cloud_port}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.credentials.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
