"""Leases that are insured, in memory: the same answers as DynamoDB's to the same questions, a million too."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from chalicelib.domain.insurance import Cover, Period
from chalicelib.domain.insurance_alerts import Alert, AlertState, InsuredLease, Unsent
from chalicelib.domain.insurance_calendar import Milestone, next_milestone
from chalicelib.domain.insurance_mailing import AlertMail, Case, Turn
from chalicelib.domain.mail import Told
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.insurance import shard_of
from chalicelib.storage.parts import part_of
from tests.insured import somebody

AlertKey = tuple[str, date, int, str]


@dataclass
class Known:
    cover: Cover
    due_on: date | None
    version: int
    ends_on: date | None
    holders: tuple[str, ...]


class InMemory:
    """In memory, a million leases if need be; ``around`` is told before and after each question."""

    def __init__(self) -> None:
        self.calendar = self.outbox = self
        self.around: Callable[[str, str], None] = lambda operation, when: None
        self.leases: dict[str, Known] = {}
        self.tenants: dict[str, Tenant] = {}
        self.left: dict[tuple[str, str], date] = {}
        self.unwritten: set[tuple[str, str]] = set()
        self.to_check: dict[str, tuple[Period, ...]] = {}
        self.days: dict[tuple[date, int], dict[str, None]] = {}
        self.alerts: dict[AlertKey, Alert] = {}
        self.files: dict[str, list[AlertKey]] = {}
        self.waits: dict[int, dict[tuple[str, AlertKey], None]] = {}
        self.turns: dict[str, Turn] = {}
        self.mails: dict[str, AlertMail] = {}
        self.seen: date | None = None

    @contextmanager
    def _asked(self, operation: str) -> Iterator[None]:
        self.around(operation, "before")
        yield
        self.around(operation, "after")

    def insure(self, lease: str, *periods: Period, today: date, holders: Sequence[Tenant] = ()) -> None:
        held_by = holders or [somebody(f"t{lease}")]
        self.tenants |= {one.id: one for one in held_by}
        self.leases[lease] = Known(Cover(lease), None, 0, None, tuple(sorted(one.id for one in held_by)))
        self._lay(lease, Cover(lease, periods), next_milestone(Cover(lease, periods), today))

    def cover(self, lease: str, *periods: Period, today: date, to_check: Sequence[Period] = ()) -> None:
        known, cover = self.leases[lease], Cover(lease, periods, bool(to_check))
        self.to_check[lease] = tuple(to_check)
        known.version += 1
        self._lay(lease, cover, next_milestone(cover, min(today, known.due_on or today)))

    def end(self, lease: str, on: date) -> None:
        self.leases[lease].ends_on = on

    def leave(self, lease: str, tenant: str, on: date) -> None:
        self.left[lease, tenant] = on

    def unwrite(self, lease: str, tenant: str, side: str) -> None:
        if side == "PROFILE":
            del self.tenants[tenant]
        else:
            self.unwritten.add((lease, tenant))

    def write(self, lease: str, tenant: str) -> None:
        self.tenants[tenant] = somebody(tenant)
        self.unwritten.discard((lease, tenant))

    def read_file(self, lease: str) -> list[tuple[Alert, AlertMail | None]]:
        found = [self.alerts[key] for key in sorted(self.files.get(lease, []))]
        return [(alert, self.mails.get(alert.mail)) for alert in found]

    def _lay(self, lease: str, cover: Cover, coming: Milestone | None) -> None:
        known, shard = self.leases[lease], shard_of(lease)
        if known.due_on:
            del self.days[known.due_on, shard][lease]
        known.cover, known.due_on = cover, coming.on if coming else None
        if known.due_on:
            self.days.setdefault((known.due_on, shard), {})[lease] = None

    # What the filing asks.

    def seen_on(self) -> date | None:
        with self._asked("seen_on"):
            return self.seen

    def keep_seen(self, day: date) -> None:
        with self._asked("keep_seen"):
            self.seen = day

    def has_due(self, day: date, shard: int) -> bool:
        return bool(self.days.get((day, shard)))

    def due(self, day: date, shard: int) -> Iterator[str]:
        with self._asked("due"):
            found = list(self.days.get((day, shard), ()))
        yield from found

    def insured(self, lease: str) -> InsuredLease | None:
        with self._asked("insured"):
            known = self.leases[lease]
            return InsuredLease(known.cover, known.due_on, known.version, True, known.ends_on, known.holders)

    def file(self, lease: InsuredLease, alerts: Sequence[Alert], coming: Milestone | None) -> bool:
        with self._asked("file"):
            known = self.leases[lease.cover.lease]
            if (known.due_on, known.version) != (lease.due_on, lease.version):
                return False
            for alert in alerts:
                key = key_of(alert)
                if key not in self.alerts:
                    self.alerts[key] = alert
                    self.files.setdefault(alert.lease, []).append(key)
                    self.waits.setdefault(part_of(alert.tenant), {})[alert.tenant, key] = None
            self._lay(lease.cover.lease, known.cover, coming)
            return True

    # What the mailing asks.

    def has_waiting(self, shard: int) -> bool:
        return bool(self.waits.get(shard))

    def waiting(self, shard: int) -> Iterator[tuple[str, list[Alert]]]:
        with self._asked("waiting"):
            found: dict[str, list[Alert]] = {}
            for tenant, key in sorted(self.waits.get(shard, ())):
                found.setdefault(tenant, []).append(self.alerts[key])
        yield from found.items()

    def turn(self, tenant: str) -> Turn | None:
        with self._asked("turn"):
            return self.turns.get(tenant)

    def mail(self, id: str) -> AlertMail:
        with self._asked("mail"):
            return self.mails[id]

    def cases(self, tenant: str, alerts: Sequence[Alert], today: date) -> tuple[Tenant | None, list[Case]]:
        with self._asked("cases"):
            stored = [self.alerts[key_of(alert)] for alert in alerts]
            waiting = [alert for alert in stored if alert.state is AlertState.WAITING]
            return self.tenants.get(tenant), [self._case(alert, today) for alert in waiting]

    def _case(self, alert: Alert, today: date) -> Case:
        known = self.leases[alert.lease]
        left_on = self.left.get((alert.lease, alert.tenant))
        bound = None if (alert.lease, alert.tenant) in self.unwritten else left_on is None or today <= left_on
        holds = bound if alert.tenant in known.holders else False
        return Case(alert, known.cover, known.ends_on, holds, self.to_check.get(alert.lease, ()))

    def drop(self, alert: Alert, reason: Unsent, now: datetime) -> None:
        with self._asked("drop"):
            if self.alerts[key_of(alert)].state is AlertState.WAITING:
                self._settle(alert, state=AlertState.NOT_SENT, reason=reason, settled_at=now)

    def claim(self, mail: AlertMail, before: Turn | None) -> bool:
        with self._asked("claim"):
            if self.turns.get(mail.tenant) != before:
                return False
            self.turns[mail.tenant] = Turn(
                mail.id, mail.on, mail.claimed_at, settled=False, refused=before.refused if before else 0
            )
            self.mails[mail.id] = mail
            return True

    def note(self, mail: str, told: Told, at: datetime) -> None:
        with self._asked("note"):
            known = self.mails.get(mail)
            if known and getattr(known, told.value) is None:
                self.mails[mail] = replace(known, **cast("Any", {told.value: at}))

    def settle(self, mail: AlertMail, now: datetime) -> None:
        for alert in mail.alerts:
            with self._asked("settle"):
                if self.alerts[key_of(alert)].state is not AlertState.SENT:
                    self._settle(alert, state=AlertState.SENT, mail=mail.id, reason=None, settled_at=now)
        self.release(mail)

    def release(self, mail: AlertMail, on: date | None = None, refused: int = 0) -> None:
        with self._asked("release"):
            turn = self.turns[mail.tenant]
            if turn.mail == mail.id:
                self.turns[mail.tenant] = replace(turn, settled=True, on=on or mail.on, refused=refused)

    def _settle(self, alert: Alert, **changes: Any) -> None:
        key = key_of(alert)
        self.alerts[key] = replace(self.alerts[key], **changes)
        self.waits[part_of(alert.tenant)].pop((alert.tenant, key), None)


def key_of(alert: Alert) -> AlertKey:
    return alert.lease, alert.until_on, alert.stage, alert.tenant
