"""Leases that are insured, in the table or in memory: the two give the same answers to the same questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

from chalicelib.domain.insurance import CertificateState, Cover, Period
from chalicelib.domain.insurance_alerts import (
    Alert,
    Step,
    file_alerts,
    plan_alerts,
)
from chalicelib.domain.insurance_mailing import AlertDesk, AlertMail, mail_alerts
from chalicelib.domain.mail import Attachment, NotSent, NotTaken, Refused, Undeliverable
from chalicelib.domain.stints import Stint
from chalicelib.domain.tenants import Tenant
from chalicelib.storage import insurance
from chalicelib.storage.insurance import CoverItem, certificate_item, cover_item
from chalicelib.storage.insurance_alerts import DynamoAlertCalendar
from chalicelib.storage.insurance_mails import DynamoAlertOutbox
from chalicelib.storage.keys import lease_key, tenant_key
from chalicelib.storage.leases import HolderItem, lease_items
from chalicelib.storage.table import Item
from chalicelib.storage.tenants import hold_item, profile_item
from tests.mothers import a_certificate, a_hold, a_lease, a_tenant, put

AlertKey = tuple[str, date, int, str]


class Killed(BaseException):
    """The process ends here: nothing catches it, as nothing catches SIGKILL."""


class Place(Protocol):
    """Leases, their holders and their cover, as the jobs find them."""

    calendar: Any
    outbox: Any

    def insure(self, lease: str, *periods: Period, today: date, holders: Sequence[Tenant] = ()) -> None:
        """Have a lease covered, and held by somebody."""

    def cover(self, lease: str, *periods: Period, today: date, to_check: Sequence[Period] = ()) -> None:
        """Have another cover in place of the one that is there, as the import and the agents do.

        ``to_check`` are the periods of the certificates that wait.
        """

    def end(self, lease: str, on: date) -> None:
        """Have a lease end."""

    def leave(self, lease: str, tenant: str, on: date) -> None:
        """Have a holder leave."""

    def unwrite(self, lease: str, tenant: str, side: str) -> None:
        """Have an import not have written a side of a holder yet: ``PROFILE``, or ``HOLD`` of the lease."""

    def write(self, lease: str, tenant: str) -> None:
        """Have the import write both."""

    def read_file(self, lease: str) -> list[tuple[Alert, AlertMail | None]]:
        """Give the landlord's file."""


@dataclass
class Letters:
    """Takes mails as SES does; ``bad`` addresses take none, ``stuck`` ones fail.

    ``busy`` is whether SES takes none now, ``refused`` are those whose mail it does not take.
    """

    sent: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    busy: bool = False
    around: Callable[[str], None] = lambda _: None

    def send(
        self,
        to: str,
        template: str,
        values: Any,
        attachments: Sequence[Attachment] = (),
        receipt: str = "",
    ) -> None:
        assert template == "insurance_alert"
        if to in self.bad:
            raise Undeliverable("mail to this address came back")
        if to in self.refused:
            raise Refused(receipt)
        if self.busy:
            raise NotTaken(receipt)
        if to in self.stuck:
            raise NotSent(receipt)
        self.around("before")
        self.sent.append((to, dict(values), receipt))
        self.around("after")

    def named(self) -> list[tuple[str, str, date]]:
        """Give to whom, of which lease and of which last day it was written, mail by mail."""
        return [
            (to, one["number"], one["until_on"]) for to, values, _ in self.sent for one in values["leases"]
        ]


def endless() -> Stint:
    return Stint(1e9, 1e9)


def fire(place: Place, letters: Letters, now: datetime, stint: Callable[[], Stint] = endless) -> None:
    """Do what the schedule and all its workers do at that moment."""
    for task in plan_alerts(place.calendar, place.outbox, now):
        if task.step is Step.FILE:
            file_alerts(place.calendar, task, now, stint())
        else:
            mail_alerts(AlertDesk(place.outbox, letters), task, lambda: now, stint())


def somebody(id: str, email: str | None = None) -> Tenant:
    return a_tenant(id, email=f"{id}@demo.example" if email is None else email)


class InTable:
    """In DynamoDB."""

    def __init__(self) -> None:
        self.calendar, self.outbox = DynamoAlertCalendar(), DynamoAlertOutbox()

    def insure(self, lease: str, *periods: Period, today: date, holders: Sequence[Tenant] = ()) -> None:
        held_by = holders or [somebody(f"t{lease}")]
        put(
            *lease_items(a_lease(lease, [one.id for one in held_by])),
            *(profile_item(one, 0) for one in held_by),
            *(hold_item(one.id, a_hold(lease)) for one in held_by),
            cover_item(Cover(lease, periods), today),
        )

    def cover(self, lease: str, *periods: Period, today: date, to_check: Sequence[Period] = ()) -> None:
        known = CoverItem.get(lease_key(lease), "COVER")
        for rank, one in enumerate(to_check):
            put(
                certificate_item(
                    a_certificate(
                        lease,
                        one.until_on,
                        CertificateState.TO_CHECK,
                        reference=f"w-{rank}",
                        from_on=one.from_on,
                    )
                )
            )
        put(cover_item(Cover(lease, periods, bool(to_check)), today, known.version + 1, known.due_on))

    def end(self, lease: str, on: date) -> None:
        put(lease_items(replace(a_lease(lease), ends_on=on))[0])

    def leave(self, lease: str, tenant: str, on: date) -> None:
        put(hold_item(tenant, a_hold(lease, on)))

    def unwrite(self, lease: str, tenant: str, side: str) -> None:
        Item(tenant_key(tenant), "PROFILE" if side == "PROFILE" else f"HOLD#{lease}").delete()

    def write(self, lease: str, tenant: str) -> None:
        put(profile_item(somebody(tenant), 0), hold_item(tenant, a_hold(lease)))

    def forget_holder(self, lease: str, tenant: str) -> None:
        HolderItem(lease_key(lease), f"HOLDER#{tenant}").delete()

    def read_file(self, lease: str) -> list[tuple[Alert, AlertMail | None]]:
        return self.outbox.of_lease(lease)


def noon(day: date) -> datetime:
    """Give a moment in the middle of a day."""
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def parts(monkeypatch: Any, shards: int) -> None:
    """Cut the work into fewer parts: each hour's look asks each of them."""
    monkeypatch.setattr("chalicelib.domain.insurance_alerts.SHARDS", shards)
    monkeypatch.setattr(insurance, "SHARDS", shards)
    monkeypatch.setattr("chalicelib.storage.parts.SHARDS", shards)
