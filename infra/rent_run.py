"""« make notices MONTH=2026-12 »: start a month's rent notices, or go on with them, and watch.

The work is the portal's own, by its queues: cut this command off, and it goes on.  Without settings of a
deployed portal in the environment, the portal is the one of « make run » on this machine.
"""

import os
import sys
import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.cloud import client
from chalicelib.config import ROOT
from chalicelib.domain import french
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.landlord import read_landlord
from chalicelib.domain.monthly_run import Progress, RunDesk, month_after, month_before, plan_month, spelled
from chalicelib.gateways.queue import SqsPapers
from chalicelib.storage.charge_statements import DynamoChargeStatements
from chalicelib.storage.monthly_run import DynamoRuns
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from infra.importer import show_progress
from infra.reaching import NoPortal, reach_portal

ALL_MADE, NOT_DONE, SOME_REFUSED = 0, 1, 2
LOOK_SECONDS, QUIET_SECONDS = 1.0, 60.0
_WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class NotAsked(Exception):
    """The command cannot do what it was asked; the words are French and meant for the terminal."""


@dataclass(frozen=True)
class Run:
    """A month's run, as the command sees it."""

    desk: RunDesk
    queue: str
    month_on: date

    def start(self) -> None:
        """Send workers to what waits, as the schedule does each hour."""
        parts = [spelled(part) for part in plan_month(self.desk, self.month_on)]
        SqsPapers(self.queue, "", "").share_out(parts)

    def progress(self) -> Progress:
        """Count what is made and what waits."""
        return self.desk.runs.progress(self.month_on)

    def is_idle(self) -> bool:
        """Tell whether no message waits or is being worked on."""
        asked = {"QueueUrl": self.queue, "AttributeNames": list(_WAITING)}
        found = client("sqs").get_queue_attributes(**asked)["Attributes"]
        return not any(int(found[name]) for name in _WAITING)


def main(arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ) -> int:
    """Run a month; 0 if all its notices are made, 2 if some cannot be, 1 if they are not all done."""
    try:
        run = _reach(arguments[0] if arguments else "", environment)
        run.start()
        progress = watch(run)
    except (NoPortal, NotAsked) as reason:
        sys.stderr.write(f"{reason}\n")
        return NOT_DONE
    except (BotoCoreError, ClientError, PynamoDBException, Unavailable) as reason:
        sys.stderr.write(f"Le portail ne répond pas\u00a0: {reason}\n")
        return NOT_DONE
    sys.stdout.write(in_words(run, progress) + "\n")
    if progress.waiting > progress.refused:
        return NOT_DONE
    return SOME_REFUSED if progress.refused else ALL_MADE


def watch(
    run: Run, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
) -> Progress:
    """Draw the bar until all is made, or nothing has happened for a minute; give the last count."""
    progress, since = run.progress(), clock()
    while not (progress.waiting == progress.refused and run.is_idle()) and clock() - since < QUIET_SECONDS:
        show_progress(progress.made, progress.planned)
        sleep(LOOK_SECONDS)
        before, progress = progress, run.progress()
        if progress != before or not run.is_idle():
            since = clock()
    show_progress(progress.made, progress.planned)
    return progress


def in_words(run: Run, progress: Progress) -> str:
    """Write for the terminal what became of a month, with the homes whose notice cannot be made."""
    month = french.month(run.month_on)
    if not progress.planned:
        return f"Aucun appel de loyer de {month}."
    said = [f"Avis d’échéance de {month}\u00a0: {progress.made} faits sur {progress.planned}."]
    if progress.refused:
        said.append(f"Impossibles à faire ({progress.refused})\u00a0:")
        said += [f"  contrat {one.lease}\u00a0: {one.reason}" for one in run.desk.runs.refusals(run.month_on)]
    if left := progress.waiting - progress.refused:
        said.append(f"{left} attendent encore\u00a0: le portail réessaie chaque heure (docs/running.md).")
    return "\n".join(said)


def _reach(asked: str, environment: MutableMapping[str, str]) -> Run:
    now = reach_portal(environment)
    file = Path(environment.get("PORTAL_LANDLORD_FILE") or ROOT / "landlord" / "landlord.toml")
    if not (day := read_landlord(file).notices_day):
        raise NotAsked("notices_day vaut 0 dans landlord.toml\u00a0: le bailleur fait lui-même ses avis.")
    if "PORTAL_PAPERS_QUEUE" not in environment:
        raise NotAsked("PORTAL_PAPERS_QUEUE manque\u00a0: l’adresse de la file des documents.")
    month_on = _month(asked, french.today(now))
    stores = DynamoRentNotices(), DynamoReceipts(), DynamoChargeStatements(), DynamoRuns()
    return Run(RunDesk(*stores, day), environment["PORTAL_PAPERS_QUEUE"], month_on)


def _month(asked: str, today: date) -> date:
    """Read a month that the portal would go on with by itself: this one, the one before, the one after."""
    this = today.replace(day=1)
    if not asked:
        return this
    near = {f"{month:%Y-%m}": month for month in (month_before(this), this, month_after(this))}
    if asked not in near:
        raise NotAsked(f"MONTH est l’un de {', '.join(near)}.")
    return near[asked]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
