"""The outbox in DynamoDB: a mail is one item, for good; while it waits it lies in the index ``due`` too.

What queues a mail puts its item into its own transaction, on the condition that there is none of its key: one
that is there was queued before.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.mail import Told
from chalicelib.domain.outbox import MailState, QueuedMail, Unsent
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.accounts import PersonAccountItem
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.parts import lies_in, part_of
from chalicelib.storage.table import Facts, Item, Moment, Whole, condition_failed, moment, together
from chalicelib.storage.tenants import ProfileItem

Key = tuple[str, str]


class QueuedMailItem(Item, discriminator="queued_mail"):
    """A mail as written in the table; ``claim`` is a name that each claim has for itself."""

    tenant = UnicodeAttribute()
    template = UnicodeAttribute()
    values = Facts()
    queued_at = Moment()
    state = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    refused = Whole(null=True)
    refused_at = Moment(null=True)
    claim = UnicodeAttribute(null=True)
    claimed_at = Moment(null=True)
    sent_at = Moment(null=True)
    delivered_at = Moment(null=True)
    bounced_at = Moment(null=True)
    settled_at = Moment(null=True)
    unanswered = Whole(null=True)

    def to_domain(self) -> QueuedMail:
        """Give the mail as the domain knows it."""
        return QueuedMail(
            self.pk.removeprefix(_key("")[0]),
            self.tenant,
            self.template,
            self.values,
            self.queued_at,
            MailState(self.state),
            self.reason or "",
            self.refused or 0,
            self.refused_at,
            self.claimed_at,
            self.sent_at,
            self.delivered_at,
            self.bounced_at,
            self.unanswered or 0,
        )


class DynamoOutbox:
    """Implements ``chalicelib.domain.outbox.Outbox``."""

    def has_waiting(self, part: int) -> bool:
        """Ask the index for one."""
        return lies_in(waiting_key(part))

    def waiting(self, part: int) -> Iterator[QueuedMail]:
        """Read the index, page after page: it is in the order in which they were queued."""
        for item in Item.due.query(waiting_key(part)):
            if isinstance(item, QueuedMailItem):
                yield item.to_domain()

    def reader(self, mail: QueuedMail) -> tuple[Tenant | None, QueuedMail]:
        """Read mail, profile and account in one request.

        A tenant with an account is written to where they sign in, which they have confirmed.
        """
        own = tenant_key(mail.tenant)
        found = {type(item): item for item in together([_key(mail.id), (own, "PROFILE"), (own, "ACCOUNT")])}
        stored, profile, account = map(found.get, (QueuedMailItem, ProfileItem, PersonAccountItem))
        known = profile.to_domain() if profile else None
        if known and account:
            known = replace(known, email=account.email)
        return known, stored.to_domain() if stored else mail

    def claim(self, mail: QueuedMail, now: datetime) -> bool:
        """Write a name of our own: it is ours all the same when only the answer was lost."""
        name, key = secrets.token_hex(8), _key(mail.id)
        actions = [QueuedMailItem.claim.set(name), QueuedMailItem.claimed_at.set(now)]
        if mail.unanswered:
            actions.append(QueuedMailItem.unanswered.set(mail.unanswered))
        if _change(mail.id, actions, _as_read(mail)):
            return True
        return any(getattr(item, "claim", None) == name for item in together([key]))

    def settle(self, mail: QueuedMail, now: datetime) -> None:
        """Write the moment, unless SES told it before us."""
        _settle_sent(mail.id, now)

    def drop(self, mail: QueuedMail, reason: Unsent, now: datetime) -> None:
        """Write why, and take it out of the index."""
        actions = [QueuedMailItem.reason.set(reason.value), *_refusals(mail)]
        _change(mail.id, [*actions, *_ended(MailState.NOT_SENT, now)], _still_waits())

    def release(self, mail: QueuedMail) -> None:
        """Take the claim off, if it is still that one, and write the refusals."""
        actions = [QueuedMailItem.claim.remove(), QueuedMailItem.claimed_at.remove(), *_refusals(mail)]
        _change(mail.id, actions, _still_waits() & (QueuedMailItem.claimed_at == mail.claimed_at))

    def note(self, id: str, told: Told, at: datetime) -> None:
        """Write a moment beside what is known of a mail; when it was sent settles it."""
        if told is Told.SENT:
            _settle_sent(id, at)
        else:
            field = getattr(QueuedMailItem, told.value)
            _change(id, [field.set(at)], QueuedMailItem.pk.exists() & field.does_not_exist())


def mail_item(mail: QueuedMail) -> QueuedMailItem:
    """Spell a mail; while it waits, where who sends it finds it.

    To be put on the condition that there is none of its key: then it waits, or has long been sent.
    """
    waits = mail.state is MailState.WAITING
    return QueuedMailItem(
        *_key(mail.id),
        tenant=mail.tenant,
        template=mail.template,
        values=dict(mail.values),
        queued_at=mail.queued_at,
        state=mail.state.value,
        reason=mail.reason or None,
        refused=mail.refused or None,
        refused_at=mail.refused_at,
        claimed_at=mail.claimed_at,
        sent_at=mail.sent_at,
        delivered_at=mail.delivered_at,
        bounced_at=mail.bounced_at,
        unanswered=mail.unanswered or None,
        due_pk=waiting_key(part_of(mail.tenant)) if waits else None,
        due_sk=f"{moment(mail.queued_at)}#{mail.id}" if waits else None,
    )


def waiting_key(part: int) -> str:
    """Where the mails to some tenants wait."""
    return f"OUTBOX#{part:02}"


def _settle_sent(id: str, sent_at: datetime) -> None:
    """Write that a mail was sent; the first who says when is right, we or SES."""
    actions = [QueuedMailItem.sent_at.set(sent_at), QueuedMailItem.reason.remove()]
    unsaid = QueuedMailItem.pk.exists() & (QueuedMailItem.state != MailState.SENT.value)
    _change(id, [*actions, *_ended(MailState.SENT, sent_at)], unsaid)


def _ended(state: MailState, now: datetime) -> Sequence[Action]:
    return (
        QueuedMailItem.state.set(state.value),
        QueuedMailItem.settled_at.set(now),
        QueuedMailItem.due_pk.remove(),
        QueuedMailItem.due_sk.remove(),
    )


def _refusals(mail: QueuedMail) -> Sequence[Action]:
    if mail.refused_at is None:
        return ()
    return QueuedMailItem.refused.set(mail.refused), QueuedMailItem.refused_at.set(mail.refused_at)


def _still_waits() -> Condition:
    waits: Condition = QueuedMailItem.state == MailState.WAITING.value
    return waits


def _as_read(mail: QueuedMail) -> Condition:
    """The mail still waits, and nobody claimed it since it was read, nor tried it."""
    condition = _still_waits()
    for field, read in (
        (QueuedMailItem.claimed_at, mail.claimed_at),
        (QueuedMailItem.refused_at, mail.refused_at),
    ):
        condition &= (field == read) if read else field.does_not_exist()
    return condition


def _change(id: str, actions: Sequence[Action], condition: Condition) -> bool:
    """Change a mail if the condition holds; tell whether it did."""
    try:
        QueuedMailItem(*_key(id)).update(list(actions), condition)
    except UpdateError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def _key(id: str) -> Key:
    return f"OUTBOX#{id}", "MAIL"
