"""Alerts about insurance in DynamoDB: on file in the lease's partition, found by the day, never by a scan.

An alert is one item for each lease, end of cover, stage and holder, for good: its key is what makes it one.
While it waits it lies in the index ``due`` too (``ALERTS#<part>``, by tenant).
"""

from collections.abc import Iterator, Sequence
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.insurance_alerts import Alert, AlertState, InsuredLease, Unsent
from chalicelib.domain.insurance_calendar import Milestone, Stage
from chalicelib.storage.insurance import CoverItem, alerts_key, shard_of
from chalicelib.storage.keys import lease_key
from chalicelib.storage.leases import HolderItem, LeaseItem
from chalicelib.storage.ledger import commit
from chalicelib.storage.parts import lies_in, part_of
from chalicelib.storage.table import Day, Item, Moment, Whole, backwards, together

SEEN = ("INSURANCE", "SEEN")


class AlertItem(Item, discriminator="insurance_alert"):
    """An alert as written in the table; the stage is spelled in days from the last day of cover."""

    lease = UnicodeAttribute()
    until_on = Day()
    stage = Whole()
    tenant = UnicodeAttribute()
    filed_at = Moment()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    mail = UnicodeAttribute(null=True)
    settled_at = Moment(null=True)

    def to_domain(self) -> Alert:
        """Give the alert as the domain knows it."""
        return Alert(
            self.lease,
            self.until_on,
            Stage(self.stage),
            self.tenant,
            self.filed_at,
            AlertState(self.state),
            Unsent(self.reason) if self.reason else None,
            self.mail or "",
            self.settled_at,
        )


class SeenItem(Item, discriminator="insurance_seen"):
    """The day before which no cover was left due."""

    on = Day()


class DynamoAlertCalendar:
    """Implements ``chalicelib.domain.insurance_alerts.AlertCalendar``."""

    def seen_on(self) -> date | None:
        """Read the day."""
        try:
            return SeenItem.get(*SEEN, consistent_read=True).on
        except SeenItem.DoesNotExist:
            return None

    def keep_seen(self, day: date) -> None:
        """Write the day."""
        SeenItem(*SEEN, on=day).save()

    def has_due(self, day: date, shard: int) -> bool:
        """Ask the index for one of that day."""
        return lies_in(alerts_key(day, shard))

    def due(self, day: date, shard: int) -> Iterator[str]:
        """Read the index, page after page."""
        for item in Item.due.query(alerts_key(day, shard)):
            yield str(item.due_sk)

    def insured(self, lease: str) -> InsuredLease | None:
        """Read what lies between the cover and the lease itself, the holders among it: one query."""
        found = list(backwards(lease_key(lease), "COVER", "LEASE", consistent=True))
        covers = [item for item in found if isinstance(item, CoverItem)]
        if not covers:
            return None
        leases = [item for item in found if isinstance(item, LeaseItem)]
        return InsuredLease(
            covers[0].to_domain(),
            covers[0].due_on,
            covers[0].version,
            bool(leases),
            leases[0].ends_on if leases else None,
            tuple(item.tenant for item in reversed(found) if isinstance(item, HolderItem)),
        )

    def file(self, lease: InsuredLease, alerts: Sequence[Alert], coming: Milestone | None) -> bool:
        """Write the alerts and move the cover; those that are on file are left out of a second try."""
        codes = _file(lease, alerts, coming)
        if any(codes[:-1]):
            known = {item.sk for item in together([alert_key(alert) for alert in alerts])}
            codes = _file(lease, [one for one in alerts if alert_key(one)[1] not in known], coming)
        return not codes


def alert_key(alert: Alert) -> tuple[str, str]:
    """Give the key of an alert, which is what it is about and to whom."""
    until_on = alert.until_on.isoformat()
    return lease_key(alert.lease), f"ALERT#{until_on}#{alert.stage.value:+03}#{alert.tenant}"


def alert_item(alert: Alert) -> AlertItem:
    """Spell an alert; while it waits, where the step that sends mails finds it."""
    pk, sk = alert_key(alert)
    waits = alert.state is AlertState.WAITING
    return AlertItem(
        pk,
        sk,
        lease=alert.lease,
        until_on=alert.until_on,
        stage=alert.stage.value,
        tenant=alert.tenant,
        filed_at=alert.filed_at,
        state=alert.state.value,
        reason=alert.reason.value if alert.reason else None,
        mail=alert.mail or None,
        settled_at=alert.settled_at,
        due_pk=waiting_key(part_of(alert.tenant)) if waits else None,
        due_sk=f"{alert.tenant}#{alert.lease}#{sk}" if waits else None,
    )


def waiting_key(shard: int) -> str:
    """Where the alerts of some tenants wait for their mail."""
    return f"ALERTS#{shard:02}"


def _file(lease: InsuredLease, alerts: Sequence[Alert], coming: Milestone | None) -> list[str]:
    number = lease.cover.lease

    def write(transaction: TransactWrite) -> None:
        for alert in alerts:
            transaction.save(alert_item(alert), condition=AlertItem.pk.does_not_exist())
        transaction.update(
            CoverItem(lease_key(number), "COVER"),
            actions=[
                CoverItem.due_pk.set(alerts_key(coming.on, shard_of(number))),
                CoverItem.due_sk.set(number),
            ]
            if coming
            else [CoverItem.due_pk.remove(), CoverItem.due_sk.remove()],
            condition=_as_read(lease),
        )

    return commit(write)


def _as_read(lease: InsuredLease) -> Condition:
    """The cover is the one that was read, and nobody has moved it since."""
    number, due_on = lease.cover.lease, lease.due_on
    unmoved = CoverItem.due_pk == alerts_key(due_on, shard_of(number)) if due_on else CoverItem.pk.exists()
    version = CoverItem.version == lease.version
    same = version if lease.version else version | CoverItem.version.does_not_exist()
    condition: Condition = unmoved & same
    return condition
