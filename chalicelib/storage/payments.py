"""Payments in DynamoDB: each its own partition, and in the index ``due`` until nothing is left to do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.ledger import LeaseAccount, Posting, lease_account
from chalicelib.domain.mail_health import BadAddress
from chalicelib.domain.payments import Payment, PaymentStatus
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.keys import book_key
from chalicelib.storage.ledger import (
    EntryItem,
    PendingItem,
    account_keys,
    accounts_among,
    commit,
    entry_item,
    write_posting,
)
from chalicelib.storage.mail_health import bad_address_key, trouble_among
from chalicelib.storage.rewriting import rewriting
from chalicelib.storage.table import Item, Moment, Whole, moment, together
from chalicelib.storage.timeline import action_item

SHARDS = 8


class PaymentItem(Item, discriminator="payment"):
    """A payment as written in the table."""

    lease = UnicodeAttribute()
    tenant = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    cents = Whole()
    started_at = Moment()
    status = UnicodeAttribute()
    session = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)
    renounced = BooleanAttribute(null=True)
    charge = UnicodeAttribute(null=True)
    card_last4 = UnicodeAttribute(null=True)
    refusal_code = UnicodeAttribute(null=True)
    paid_at = Moment(null=True)
    booked = UnicodeSetAttribute(null=True)
    ticket = UnicodeAttribute(null=True)
    mailing_at = Moment(null=True)
    ticketed_at = Moment(null=True)
    released = BooleanAttribute(null=True)
    version = Whole()

    def to_domain(self) -> Payment:
        """Give the payment as the domain knows it."""
        return Payment(
            id=self.pk.removeprefix(_key("")),
            lease=self.lease,
            tenant=self.tenant,
            email=self.email or "",
            cents=self.cents,
            started_at=self.started_at,
            status=PaymentStatus(self.status),
            session=self.session or "",
            address=self.address or "",
            renounced=bool(self.renounced),
            charge=self.charge or "",
            card_last4=self.card_last4 or "",
            refusal_code=self.refusal_code or "",
            paid_at=self.paid_at,
            booked=frozenset(self.booked or ()),
            ticket=self.ticket or "",
            mailing_at=self.mailing_at,
            ticketed_at=self.ticketed_at,
            released=bool(self.released),
            version=self.version,
        )


class DynamoPayments:
    """Implements ``chalicelib.domain.payments.Payments``."""

    def add(self, payment: Payment, replacing: str) -> None:
        """Write a new payment, and that its lease waits for it."""
        pending = PendingItem(
            book_key(lease_account(payment.lease)),
            "PENDING",
            payment=payment.id,
            cents=payment.cents,
            started_at=payment.started_at,
        )
        free = PendingItem.payment == replacing if replacing else PendingItem.pk.does_not_exist()

        def write(transaction: TransactWrite) -> None:
            transaction.save(_item(payment), condition=PaymentItem.pk.does_not_exist())
            transaction.save(pending, condition=free | PendingItem.pk.does_not_exist())

        if commit(write):
            raise Conflict(payment.lease)

    def get(self, id: str) -> Payment:
        """Read a payment as last committed."""
        try:
            return PaymentItem.get(_key(id), "PAYMENT", consistent_read=True).to_domain()
        except PaymentItem.DoesNotExist as error:
            raise Absent(id) from error

    def of_leases(
        self, id: str, leases: Sequence[str], email: str = ""
    ) -> tuple[Payment, LeaseAccount, BadAddress | None]:
        """Read a payment with the accounts of all the leases it may be on: the request is the same one."""
        keys = [(_key(id), "PAYMENT"), *account_keys(leases)]
        if email:
            keys.append(bad_address_key(email))
        found = list(together(keys))
        payments = [item.to_domain() for item in found if isinstance(item, PaymentItem)]
        if not payments or payments[0].lease not in leases:
            raise Absent(id)
        return payments[0], accounts_among([payments[0].lease], found)[0], trouble_among(found)

    def save(self, payment: Payment) -> Payment:
        """Write a changed payment; its lease waits no more once it is final."""
        saved = _change(payment) if payment.is_final and not payment.released else _change_alone(payment)
        if saved is None:
            raise Conflict(payment.id)
        return saved

    def settle(self, payment: Payment, posting: Posting, event: TimelineEvent) -> Payment:
        """Write a fact and the payment it is about; a fact that is in the books elsewhere changes nothing."""

        def write(transaction: TransactWrite) -> None:
            write_posting(transaction, posting)
            transaction.save(action_item(payment.tenant, event))

        saved = _change(payment, write)
        if saved is not None:
            return saved
        if self.get(payment.id).version == payment.version and _in_the_books(posting):
            return payment
        raise Conflict(payment.id)

    def unsettled(self, before: datetime) -> list[Payment]:
        """List from the index, shard by shard, what was started before then."""
        found = [
            item
            for shard in range(SHARDS)
            for item in Item.due.query(_shard_key(shard), Item.due_sk < moment(before))
        ]
        waiting = [item.to_domain() for item in found if isinstance(item, PaymentItem)]
        return sorted(waiting, key=lambda payment: payment.started_at)


def _key(id: str) -> str:
    return f"PAYMENT#{id}"


def _shard_key(shard: int) -> str:
    return f"DUE#PAYMENT#{shard}"


def _in_the_books(posting: Posting) -> bool:
    line = entry_item(posting, posting.lines[-1])
    return EntryItem.count(line.pk, EntryItem.sk == line.sk, consistent_read=True) == 1


def _change(payment: Payment, write_more: Callable[[TransactWrite], None] | None = None) -> Payment | None:
    """Write a changed payment, its version one up; nothing if it changed since it was read.

    The first time it is final, its lease stops waiting for it.  Should the lease be waiting for another
    payment by then, that is left alone: it must never keep money out of the books.
    """
    saved = replace(payment, version=payment.version + 1, released=payment.is_final)
    for freeing in (True, False) if saved.released and not payment.released else (False,):

        def write(transaction: TransactWrite, freeing: bool = freeing) -> None:
            if write_more:
                write_more(transaction)
            transaction.update(
                PaymentItem(_key(saved.id), "PAYMENT"),
                actions=rewriting(_item(saved)),
                condition=PaymentItem.version == payment.version,
            )
            if freeing:
                pending = PendingItem(book_key(lease_account(payment.lease)), "PENDING")
                mine = (PendingItem.payment == payment.id) | PendingItem.pk.does_not_exist()
                transaction.delete(pending, condition=mine)

        if not commit(write):
            return saved
    return None


def _change_alone(payment: Payment) -> Payment | None:
    """Write a changed payment for which nothing else changes: by itself, it costs half of a transaction.

    Whatever stands in the way, a transaction tries again, and tells: it waits for others to have finished.
    """
    saved = replace(payment, version=payment.version + 1, released=payment.is_final)
    try:
        PaymentItem(_key(saved.id), "PAYMENT").update(
            rewriting(_item(saved)), condition=PaymentItem.version == payment.version
        )
    except (UpdateError, Unavailable):
        return _change(payment)
    return saved


def _item(payment: Payment) -> PaymentItem:
    shard = int(payment.id[:2], 16) % SHARDS
    return PaymentItem(
        _key(payment.id),
        "PAYMENT",
        due_pk=None if payment.is_settled else _shard_key(shard),
        due_sk=None if payment.is_settled else moment(payment.started_at),
        lease=payment.lease,
        tenant=payment.tenant,
        email=payment.email or None,
        cents=payment.cents,
        started_at=payment.started_at,
        status=payment.status.value,
        session=payment.session or None,
        address=payment.address or None,
        renounced=payment.renounced or None,
        charge=payment.charge or None,
        card_last4=payment.card_last4 or None,
        refusal_code=payment.refusal_code or None,
        paid_at=payment.paid_at,
        booked=set(payment.booked) or None,
        ticket=payment.ticket or None,
        mailing_at=payment.mailing_at,
        ticketed_at=payment.ticketed_at,
        released=payment.released or None,
        version=payment.version,
    )
