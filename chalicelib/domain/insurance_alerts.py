"""Alerts about insurance (« relances »), put on file: of which lease, which stage, to whom, what came of it.

Filing comes first, and sends nothing: of each cover whose day has come, an alert for each holder is put on
file, once, and the cover moves on to the day of its next alert.  ``insurance_mailing`` sends what is on file.
What was cut anywhere is found again by the next run; what is done twice, late or by two at once is done once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from chalicelib.domain import french
from chalicelib.domain.insurance import ONE_DAY, Cover
from chalicelib.domain.insurance_calendar import SHARDS, Milestone, Stage, due_milestone, next_milestone
from chalicelib.domain.mail import is_hour_of_mails
from chalicelib.domain.stints import Stint

# What came late into a day that was done with is found: the index trails the table, an import takes long.
LAG = timedelta(days=2)
# How far back the very first run looks; there is nothing before the portal was there.
FIRST_LOOK_BACK = timedelta(days=45)


class AlertState(StrEnum):
    """Where an alert stands; the last two never change again."""

    WAITING = "a_envoyer"
    SENT = "envoyee"
    NOT_SENT = "non_envoyee"


class Unsent(StrEnum):
    """Why no mail left for an alert."""

    NO_ADDRESS = "sans_adresse"
    REFUSED_ADDRESS = "adresse_en_erreur"
    REFUSED_MAIL = "courriel_refuse"
    COVER_CHANGED = "assurance_changee"
    LEASE_OVER = "contrat_termine"
    LEFT = "n_est_plus_titulaire"
    REPLACED = "remplacee"


@dataclass(frozen=True)
class Alert:
    """An alert to one holder of a lease about one end of its cover; ``mail`` is the mail that named it."""

    lease: str
    until_on: date
    stage: Stage
    tenant: str
    filed_at: datetime
    state: AlertState = AlertState.WAITING
    reason: Unsent | None = None
    mail: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True)
class InsuredLease:
    """What filing reads of a lease; ``due_on`` is the day on which its cover lies, ``version`` the cover's.

    ``there`` is false while an import has not written the lease itself yet.
    """

    cover: Cover
    due_on: date | None
    version: int
    there: bool
    ends_on: date | None
    holders: tuple[str, ...]


class Step(StrEnum):
    """What a worker is sent to do with its part."""

    FILE = "file"
    MAIL = "mail"


@dataclass(frozen=True)
class Task:
    """One part of the work: the covers of some days, or the alerts of some tenants."""

    step: Step
    shard: int
    days: tuple[date, ...] = ()


class AlertCalendar(Protocol):
    """Where covers lie by the day of their next alert, in ``SHARDS`` parts, and alerts are put on file."""

    def seen_on(self) -> date | None:
        """Give the day before which no cover was left when last looked; nothing before the first look."""

    def keep_seen(self, day: date) -> None:
        """Remember that day."""

    def has_due(self, day: date, shard: int) -> bool:
        """Tell whether a cover lies on a day, in one part."""

    def due(self, day: date, shard: int) -> Iterable[str]:
        """Give the leases whose covers lie there, page after page; some may just have moved on."""

    def insured(self, lease: str) -> InsuredLease | None:
        """Read what filing needs, as last committed; nothing if the lease has no cover."""

    def file(self, lease: InsuredLease, alerts: Sequence[Alert], coming: Milestone | None) -> bool:
        """Put alerts on file and have the cover lie on the day of what is coming, all together.

        An alert that is on file already stays as it is.  ``False``, and nothing is written, if the cover
        changed or moved since it was read.
        """


class AlertOutbox(Protocol):
    """Where alerts wait for their mail, by tenant, in ``SHARDS`` parts."""

    def has_waiting(self, shard: int) -> bool:
        """Tell whether an alert waits in one part."""


def plan_alerts(calendar: AlertCalendar, outbox: AlertOutbox, now: datetime) -> list[Task]:
    """Find the parts in which something is due; mails leave from 8 to 20 h in metropolitan France.

    Days are looked at from two before the last one known to be done with: after an outage, all that were
    missed.
    """
    today = french.today(now)
    seen_on = calendar.seen_on()
    first = (min(seen_on, today) - LAG) if seen_on else today - FIRST_LOOK_BACK
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    found = [(day, shard) for day in days for shard in range(SHARDS) if calendar.has_due(day, shard)]
    oldest = min((day for day, _ in found), default=today)
    if oldest != seen_on:
        calendar.keep_seen(oldest)
    tasks = [
        Task(Step.FILE, shard, tuple(day for day, one in found if one == shard))
        for shard in sorted({shard for _, shard in found})
    ]
    if is_hour_of_mails(now):
        tasks += [Task(Step.MAIL, shard) for shard in range(SHARDS) if outbox.has_waiting(shard)]
    return tasks


def file_alerts(calendar: AlertCalendar, task: Task, now: datetime, stint: Stint) -> int:
    """Put on file what is due in one part, oldest day first; give how many covers were dealt with."""
    done = 0
    for day in task.days:
        for lease in calendar.due(day, task.shard):
            if not stint.has_time():
                return done
            stint.take()
            done += _file(calendar, lease, now)
    return done


def _file(calendar: AlertCalendar, number: str, now: datetime) -> bool:
    """Put the latest alert that is due on file: it replaces those that were missed before it."""
    today = french.today(now)
    lease = calendar.insured(number)
    if lease is None or lease.due_on is None or lease.due_on > today:
        return False
    if not lease.there and today - lease.due_on <= LAG:
        return False  # an import is on its way: the next run finds its holders
    milestone = due_milestone(lease.cover, lease.due_on, today)
    over = lease.ends_on is not None and lease.ends_on < today
    alerts = (
        [Alert(number, milestone.until_on, milestone.stage, tenant, now) for tenant in lease.holders]
        if milestone and not over
        else []
    )
    return calendar.file(lease, alerts, next_milestone(lease.cover, today + ONE_DAY))
