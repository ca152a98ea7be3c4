"""Sending alerts about insurance (« envoi des relances »): one mail a day to a tenant, with all that is due.

A mail is written down before it leaves (« claimed »), and who sends it says so after.  Cut between the two,
nobody knows whether it left: SES tells of each mail it sent, so the next run asks what was told.  After an
hour without a word it never left, and what it named is free again.

What may become otherwise soon is left waiting: a certificate that waits to be checked, an import under way.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.insurance import ONE_DAY, Cover, Period
from chalicelib.domain.insurance_alerts import LAG, Alert, AlertOutbox, Task, Unsent
from chalicelib.domain.insurance_calendar import Stage
from chalicelib.domain.leases import PREFIX
from chalicelib.domain.mail import (
    MOST_FAILURES,
    MOST_REFUSALS,
    TOLD_WITHIN,
    Mailer,
    NotSent,
    NotTaken,
    Refused,
    Told,
    Undeliverable,
)
from chalicelib.domain.stints import Stint
from chalicelib.domain.tenants import Tenant

TEMPLATE = "insurance_alert"


@dataclass(frozen=True)
class AlertMail:
    """One mail to one tenant, and what is known of it: evidence for the landlord's file."""

    id: str
    tenant: str
    email: str
    on: date
    alerts: tuple[Alert, ...]
    claimed_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    bounced_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """The latest mail of a tenant: on which day, and whether all that follows from it is written.

    ``refused`` is how many of the latest, one after the other, SES refused.
    """

    mail: str
    on: date
    claimed_at: datetime
    settled: bool
    refused: int = 0


@dataclass(frozen=True)
class Case:
    """An alert, and how things stand now with what it is about.

    ``holds`` is unknown while an import has written the lease but not its holder's side yet.  ``to_check``
    are the periods of certificates that wait to be checked.
    """

    alert: Alert
    cover: Cover
    lease_ends_on: date | None
    holds: bool | None
    to_check: tuple[Period, ...] = ()


class TenantsOutbox(AlertOutbox, Protocol):
    """Where alerts wait for their mail.  Every method is one whole fact."""

    def waiting(self, shard: int) -> Iterable[tuple[str, Sequence[Alert]]]:
        """Give the tenants of one part with the alerts that wait for them; some may just have been sent."""

    def turn(self, tenant: str) -> Turn | None:
        """Read a tenant's latest mail, as last committed; nothing before the first."""

    def mail(self, id: str) -> AlertMail:
        """Read a mail, as last committed."""

    def cases(self, tenant: str, alerts: Sequence[Alert], today: date) -> tuple[Tenant | None, list[Case]]:
        """Read who the tenant is, and of these alerts those that wait, as last committed.

        The address is that of their account, or else the one the landlord knows.
        """

    def drop(self, alert: Alert, reason: Unsent, now: datetime) -> None:
        """Write that no mail leaves for an alert, unless it was settled meanwhile."""

    def claim(self, mail: AlertMail, before: Turn | None) -> bool:
        """Write a mail down before it leaves; ``False`` if the tenant's turn is not ``before`` any more."""

    def note(self, mail: str, told: Told, at: datetime) -> None:
        """Write when something became of a mail; what is known stays, an unknown mail is nothing."""

    def settle(self, mail: AlertMail, now: datetime) -> None:
        """Write that the alerts of a mail were sent, then that its tenant's turn is over."""

    def release(self, mail: AlertMail, on: date | None = None, refused: int = 0) -> None:
        """Write that its tenant's turn is over, as if it had been ``on`` that day, after so many refusals."""


@dataclass(frozen=True)
class AlertDesk:
    """What sending alerts needs."""

    outbox: TenantsOutbox
    mail: Mailer


def mail_alerts(desk: AlertDesk, task: Task, clock: Callable[[], datetime], stint: Stint) -> int:
    """Write to the tenants of one part for whom something waits; give to how many.

    The clock is asked for each tenant: a part takes minutes, and the moments are evidence.
    A mail that fails keeps no other waiting; ``NotSent`` at the end if one did, or at once if SES seems away.
    """
    written, failed = 0, list[NotSent]()
    for tenant, waiting in desk.outbox.waiting(task.shard):
        if not stint.has_time() or len(failed) == MOST_FAILURES:
            break
        try:
            written += _write_to(desk, tenant, waiting, clock, stint)
        except NotSent as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return written


def _write_to(
    desk: AlertDesk, tenant: str, waiting: Sequence[Alert], clock: Callable[[], datetime], stint: Stint
) -> bool:
    """Send a tenant the day's mail, if there is one to send and this is the moment."""
    now = clock()
    turn = desk.outbox.turn(tenant)
    if turn and not _is_free(desk, turn, now):
        return False
    known, cases = desk.outbox.cases(tenant, waiting, french.today(now))
    due = _still_due(desk, cases, now)
    if known is None or not known.email:
        _drop_without_address(desk, due if known else [one for one in due if _is_old(one, now)], now)
        return False
    if not due:
        return False
    stint.take()
    mail = AlertMail(secrets.token_hex(16), tenant, known.email, french.today(now), tuple(due), now)
    refused = turn.refused if turn else 0
    return desk.outbox.claim(mail, turn) and _send(desk, mail, known, refused)


def _drop_without_address(desk: AlertDesk, alerts: Sequence[Alert], now: datetime) -> None:
    for alert in alerts:
        desk.outbox.drop(alert, Unsent.NO_ADDRESS, now)


def _is_free(desk: AlertDesk, turn: Turn, now: datetime) -> bool:
    """Tell whether a tenant may be written to now, after having settled what was cut."""
    if not turn.settled:
        mail = desk.outbox.mail(turn.mail)
        if mail.sent_at is None:
            return now - turn.claimed_at >= TOLD_WITHIN and turn.on <= french.today(now)
        desk.outbox.settle(mail, mail.sent_at)
        return False  # what it named may still be in the index; the next run has a fresh look
    return turn.on < french.today(now)


def _still_due(desk: AlertDesk, cases: Sequence[Case], now: datetime) -> list[Alert]:
    """Keep the alerts that still say something true and new; others wait, or are dropped with the reason."""
    latest: dict[tuple[str, date], Stage] = {}
    for case in cases:
        alert, end = case.alert, (case.alert.lease, case.alert.until_on)
        latest[end] = max(alert.stage, latest.get(end, alert.stage))
    due = []
    for case in cases:
        alert = case.alert
        reason = _obstacle(case, now)
        if not reason and alert.stage < latest[alert.lease, alert.until_on]:
            reason = Unsent.REPLACED
        if reason:
            desk.outbox.drop(alert, reason, now)
        elif not _has_to_wait(case, french.today(now)):
            due.append(alert)
    return due


def _obstacle(case: Case, now: datetime) -> Unsent | None:
    """Find why an alert is not to be sent any more."""
    until_on, today = case.alert.until_on, french.today(now)
    ends_then = any(period.until_on == until_on for period in case.cover.periods)
    if case.holds is False or (case.holds is None and _is_old(case.alert, now)):
        return Unsent.LEFT
    if case.lease_ends_on is not None and case.lease_ends_on < today:
        return Unsent.LEASE_OVER
    if not ends_then or case.cover.began_again(until_on, today):
        return Unsent.COVER_CHANGED
    return None


def _has_to_wait(case: Case, today: date) -> bool:
    """Tell whether an import, or an agent's check of a certificate, is first to say if an alert is true.

    A certificate that ends no later than the cover does, or does not help after its end, keeps none back.
    """
    until_on = case.alert.until_on
    helps = [one.until_on > until_on if until_on >= today else one.holds(today) for one in case.to_check]
    return case.holds is None or any(helps)


def _is_old(alert: Alert, now: datetime) -> bool:
    """Tell whether an import that was under way when an alert was filed is over by now."""
    return now >= alert.filed_at + LAG


def _send(desk: AlertDesk, mail: AlertMail, tenant: Tenant, refused: int) -> bool:
    """Send a mail that is claimed; where nobody knows whether it left, it stays claimed."""
    now = mail.claimed_at
    try:
        desk.mail.send(mail.email, TEMPLATE, mail_values(mail, tenant), receipt=mail.id)
    except Undeliverable:
        _give_up(desk, mail, Unsent.REFUSED_ADDRESS)
        return False
    except Refused:
        if refused + 1 < MOST_REFUSALS:
            desk.outbox.release(mail, refused=refused + 1)
        else:
            _give_up(desk, mail, Unsent.REFUSED_MAIL)
            raise_alarm(Alarm.MAIL_UNDELIVERABLE, alert_mail=mail.id)
        return False
    except NotTaken:
        desk.outbox.release(mail, on=mail.on - ONE_DAY, refused=refused)
        raise
    desk.outbox.note(mail.id, Told.SENT, now)
    desk.outbox.settle(mail, now)
    return True


def _give_up(desk: AlertDesk, mail: AlertMail, reason: Unsent) -> None:
    for alert in mail.alerts:
        desk.outbox.drop(alert, reason, mail.claimed_at)
    desk.outbox.release(mail)


def mail_values(mail: AlertMail, tenant: Tenant) -> dict[str, Any]:
    """Give what the mail says: each lease with its own last day and how far off it is, the nearest first."""
    ends = sorted({(alert.until_on, alert.lease) for alert in mail.alerts})
    leases = [
        {"number": number, "until_on": until_on, "days_left": (until_on - mail.on).days}
        for until_on, number in ends
    ]
    rows = [
        (f"Contrat {PREFIX}{number}", french.day(until_on), f"({when((until_on - mail.on).days)})")
        for until_on, number in ends
    ]
    if len(ends) == 1:
        (_, number), (_, day, how_far) = ends[0], rows[0]
        rows = [("Dernier jour assuré", day, how_far), ("Contrat", PREFIX + number, "")]
    return {"name": tenant.display_name, "leases": leases, "rows": rows}


def when(days_left: int) -> str:
    """Say how far off a day is: « dans 15 jours », « aujourd’hui », « il y a 15 jours »."""
    near = {-1: "hier", 0: "aujourd’hui", 1: "demain"}
    if days_left in near:
        return near[days_left]
    count = f"{abs(days_left)}{french.NO_BREAK}jours"
    return f"dans {count}" if days_left > 0 else f"il y a {count}"
