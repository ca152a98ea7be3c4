"""Loading the demonstration landlord (« mise en place ») through the importer that all files take."""

import tempfile
from datetime import date
from pathlib import Path

from chalicelib.domain import french
from chalicelib.domain.exchange.layouts import AGENTS, BY_NAME
from chalicelib.portal import now, portal
from chalicelib.storage.intake import DynamoIntake
from infra.demo.generate import generate
from infra.demo.telephone import enrol_agent, is_enrolled
from infra.importer import in_words, load, show_progress

COMPLETE = "complet"


class BadDemonstration(Exception):
    """The demonstration's own files were refused: a bug of the generator, told in the importer's words."""


def ensure(homes: int, directory: Path | None = None, today: date | None = None) -> None:
    """Generate a landlord of so many homes and load it, unless one is there.

    The agent's account and telephone come last: while they are missing, the load was cut and is done again,
    from the files of ``directory`` if they are there whole (the same files twice change nothing), else from
    new ones.
    """
    if is_enrolled():
        return
    day = today or french.today(now())
    if directory is not None:
        _load(homes, directory, day)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            _load(homes, Path(temporary), day)
    if portal().alert_calendar.seen_on() is None:
        # Covers lie on the day of their load or later: the first look need not go back for weeks.
        portal().alert_calendar.keep_seen(day)
    enrol_agent()


def _load(homes: int, directory: Path, today: date) -> None:
    if not (directory / COMPLETE).exists():
        generate(directory, homes, today)
        (directory / COMPLETE).touch()
    intake = DynamoIntake(now(), portal().files)
    for chosen in (BY_NAME.keys() - {AGENTS}, {AGENTS}):
        report = load(directory, intake, today, show_progress, chosen)
        if report.exit_code:
            raise BadDemonstration(in_words(report))
