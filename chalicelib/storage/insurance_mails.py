"""Mails of insurance alerts in DynamoDB: each one item, written before it leaves, and whose turn it was.

A tenant's turn is one item, of their latest mail: what is written on the condition that it is as it was read
makes one mail a day, whoever else works on the same alerts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.insurance import CertificateState, Cover, Period
from chalicelib.domain.insurance_alerts import Alert, AlertState, Unsent
from chalicelib.domain.insurance_mailing import AlertMail, Case, Turn
from chalicelib.domain.mail import Told
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.accounts import PersonAccountItem
from chalicelib.storage.insurance import CertificateItem, CoverItem
from chalicelib.storage.insurance_alerts import AlertItem, alert_key, waiting_key
from chalicelib.storage.keys import lease_key, tenant_key
from chalicelib.storage.leases import HolderItem, LeaseItem
from chalicelib.storage.ledger import commit
from chalicelib.storage.parts import lies_in
from chalicelib.storage.table import Day, Item, Moment, Texts, Whole, backwards, condition_failed, together
from chalicelib.storage.tenants import HoldItem, ProfileItem

Key = tuple[str, str]


class AlertMailItem(Item, discriminator="insurance_mail"):
    """A mail as written in the table; an alert is spelled « lease|sort key »."""

    tenant = UnicodeAttribute()
    email = UnicodeAttribute()
    on = Day()
    alerts = Texts()
    claimed_at = Moment()
    sent_at = Moment(null=True)
    delivered_at = Moment(null=True)
    bounced_at = Moment(null=True)


class TurnItem(Item, discriminator="insurance_turn"):
    """A tenant's latest mail; ``settled`` once all that follows from it is written.

    ``refused`` is how many of the latest SES refused.
    """

    mail = UnicodeAttribute()
    on = Day()
    claimed_at = Moment()
    settled = BooleanAttribute(null=True)
    refused = Whole(null=True)

    def to_domain(self) -> Turn:
        """Give the turn as the domain knows it."""
        return Turn(self.mail, self.on, self.claimed_at, bool(self.settled), self.refused or 0)


class DynamoAlertOutbox:
    """Implements ``chalicelib.domain.insurance_mailing.TenantsOutbox``."""

    def has_waiting(self, shard: int) -> bool:
        """Ask the index for one."""
        return lies_in(waiting_key(shard))

    def waiting(self, shard: int) -> Iterator[tuple[str, list[Alert]]]:
        """Read the index, page after page: a tenant's alerts follow each other."""
        items = (item for item in Item.due.query(waiting_key(shard)) if isinstance(item, AlertItem))
        for tenant, found in groupby(items, lambda item: item.tenant):
            yield str(tenant), [item.to_domain() for item in found]

    def turn(self, tenant: str) -> Turn | None:
        """Read a tenant's turn."""
        try:
            return TurnItem.get(*_turn_key(tenant), consistent_read=True).to_domain()
        except TurnItem.DoesNotExist:
            return None

    def mail(self, id: str) -> AlertMail:
        """Read a mail and the alerts that it named."""
        item = AlertMailItem.get(*_mail_key(id), consistent_read=True)
        keys = [(lease_key(lease), sk) for lease, _, sk in (one.partition("|") for one in item.alerts)]
        return _to_domain(item, [found.to_domain() for found in together(keys)])

    def cases(self, tenant: str, alerts: Sequence[Alert], today: date) -> tuple[Tenant | None, list[Case]]:
        """Read profile, alerts, their leases and whether the tenant still holds them, in one request.

        A tenant with an account is written to where they sign in, which they have confirmed.  One more
        request for each alert about a lease of which a certificate waits to be checked.
        """
        leases = dict.fromkeys(alert.lease for alert in alerts)
        keys: list[Key] = [(tenant_key(tenant), sk) for sk in ("PROFILE", "ACCOUNT")]
        keys += map(alert_key, alerts)
        for lease in leases:
            keys += [(lease_key(lease), sk) for sk in ("COVER", "LEASE", f"HOLDER#{tenant}")]
            keys.append((tenant_key(tenant), f"HOLD#{lease}"))
        found: dict[Key, Item] = {(item.pk, item.sk): item for item in together(keys)}
        profile = found.get((tenant_key(tenant), "PROFILE"))
        stored = [found.get(alert_key(alert)) for alert in alerts]
        waiting = [
            item.to_domain()
            for item in stored
            if isinstance(item, AlertItem) and item.state == AlertState.WAITING.value
        ]
        known = profile.to_domain() if isinstance(profile, ProfileItem) else None
        account = found.get((tenant_key(tenant), "ACCOUNT"))
        if known and isinstance(account, PersonAccountItem):
            known = replace(known, email=account.email)
        return known, [_case(alert, found, today) for alert in waiting]

    def drop(self, alert: Alert, reason: Unsent, now: datetime) -> None:
        """Write why, and take it out of the index."""
        still = AlertItem.state == AlertState.WAITING.value
        _change_alert(alert, AlertState.NOT_SENT, AlertItem.reason.set(reason.value), now, still)

    def claim(self, mail: AlertMail, before: Turn | None) -> bool:
        """Write the mail, and that it is its tenant's turn, in one transaction."""
        turn = TurnItem(*_turn_key(mail.tenant), mail=mail.id, on=mail.on, claimed_at=mail.claimed_at)
        turn.refused = (before.refused or None) if before else None
        free = TurnItem.mail == before.mail if before else TurnItem.pk.does_not_exist()
        unsettled = before and not before.settled

        def write(transaction: TransactWrite) -> None:
            transaction.save(turn, condition=free & TurnItem.settled.does_not_exist() if unsettled else free)
            transaction.save(_item(mail), condition=AlertMailItem.pk.does_not_exist())

        if not commit(write):
            return True
        now = self.turn(mail.tenant)  # it is ours all the same when only the answer was lost
        return now is not None and now.mail == mail.id

    def note(self, mail: str, told: Told, at: datetime) -> None:
        """Write a moment beside what is known of a mail."""
        field = getattr(AlertMailItem, told.value)
        try:
            AlertMailItem(*_mail_key(mail)).update(
                [field.set(at)], AlertMailItem.pk.exists() & field.does_not_exist()
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise

    def settle(self, mail: AlertMail, now: datetime) -> None:
        """Take the alerts out of the index one by one, whatever was written of them, then end the turn."""
        unsent = AlertItem.state != AlertState.SENT.value
        for alert in mail.alerts:
            _change_alert(alert, AlertState.SENT, AlertItem.mail.set(mail.id), now, unsent)
        self.release(mail)

    def release(self, mail: AlertMail, on: date | None = None, refused: int = 0) -> None:
        """End the turn, if it is still that mail's."""
        count = TurnItem.refused.set(refused) if refused else TurnItem.refused.remove()
        actions: list[Action] = [TurnItem.settled.set(True), TurnItem.on.set(on or mail.on), count]
        try:
            TurnItem(*_turn_key(mail.tenant)).update(actions, TurnItem.mail == mail.id)
        except UpdateError as error:
            if not condition_failed(error):
                raise

    def of_lease(self, lease: str) -> list[tuple[Alert, AlertMail | None]]:
        """Give the landlord's file of a lease, in order: what was asked, and what came of it."""
        found = list(backwards(lease_key(lease), "ALERT#", "ALERT#~"))
        alerts = [item.to_domain() for item in reversed(found) if isinstance(item, AlertItem)]
        ids = dict.fromkeys(alert.mail for alert in alerts if alert.mail)
        mails = {item.pk: _to_domain(item, []) for item in together([_mail_key(id) for id in ids])}
        alerts.sort(key=lambda alert: (alert.until_on, alert.stage, alert.tenant))
        return [(alert, mails.get(_mail_key(alert.mail)[0])) for alert in alerts]


def _case(alert: Alert, found: dict[Key, Item], today: date) -> Case:
    pk, own = lease_key(alert.lease), tenant_key(alert.tenant)
    cover, lease, hold = (
        found.get((pk, "COVER")),
        found.get((pk, "LEASE")),
        found.get((own, f"HOLD#{alert.lease}")),
    )
    signed = isinstance(found.get((pk, f"HOLDER#{alert.tenant}")), HolderItem)
    bound = hold.to_domain().runs_on(today) if isinstance(hold, HoldItem) else None
    known = cover.to_domain() if isinstance(cover, CoverItem) else Cover(alert.lease)
    return Case(
        alert,
        known,
        lease.ends_on if isinstance(lease, LeaseItem) else None,
        bound if signed else False,
        _to_check(alert.lease) if known.to_check else (),
    )


def _to_check(lease: str) -> tuple[Period, ...]:
    """Read when the certificates are valid that wait to be checked."""
    found = backwards(lease_key(lease), "CERTIFICATE#", "CERTIFICATE#~", consistent=True)
    return tuple(
        Period(item.from_on, item.until_on)
        for item in found
        if isinstance(item, CertificateItem) and item.state == CertificateState.TO_CHECK.value
    )


def _change_alert(alert: Alert, state: AlertState, why: Action, now: datetime, condition: Condition) -> None:
    """Write what became of an alert and take it out of the index, if the condition holds."""
    actions = [
        AlertItem.state.set(state.value),
        why,
        AlertItem.settled_at.set(now),
        AlertItem.due_pk.remove(),
        AlertItem.due_sk.remove(),
    ]
    if state is AlertState.SENT:
        actions.append(AlertItem.reason.remove())
    try:
        AlertItem(*alert_key(alert)).update(actions, AlertItem.pk.exists() & condition)
    except UpdateError as error:
        if not condition_failed(error):
            raise


def _item(mail: AlertMail) -> AlertMailItem:
    return AlertMailItem(
        *_mail_key(mail.id),
        tenant=mail.tenant,
        email=mail.email,
        on=mail.on,
        alerts=[f"{alert.lease}|{alert_key(alert)[1]}" for alert in mail.alerts],
        claimed_at=mail.claimed_at,
        sent_at=mail.sent_at,
        delivered_at=mail.delivered_at,
        bounced_at=mail.bounced_at,
    )


def _to_domain(item: AlertMailItem, alerts: Sequence[Alert]) -> AlertMail:
    return AlertMail(
        item.pk.removeprefix(_mail_key("")[0]),
        item.tenant,
        item.email,
        item.on,
        tuple(alerts),
        item.claimed_at,
        item.sent_at,
        item.delivered_at,
        item.bounced_at,
    )


def _mail_key(id: str) -> Key:
    return f"ALERT_MAIL#{id}", "MAIL"


def _turn_key(tenant: str) -> Key:
    return f"ALERTED#{tenant}", "ALERTED"
