"""Collecting a payment by card (« encaissement »): start it, follow it, book what came of it.

``sync`` is the one way in which the books learn of a payment: the webhook's worker, the page to which the
tenant comes back, and the sweep all call it.  It asks the provider what is true now, and writes only that.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.errors import Absent, Conflict, Refused, Unavailable
from chalicelib.domain.ledger import STRIPE, SUSPENSE, EntryKind, Ledger, Line, Posting
from chalicelib.domain.payments import (
    EUR,
    CardDesk,
    Fact,
    FactKind,
    Payment,
    Payments,
    PaymentStatus,
    RemotePayment,
    Trace,
    Work,
    check_amount,
    event_of,
    fits,
    new_payment,
    posting_of,
    read_remote,
)

TRIES = 6
OUR_OWN = "payment"
OPENED_WITHIN = timedelta(minutes=1)
SWEPT_AFTER = timedelta(minutes=15)
STUCK_AFTER = timedelta(days=1)


class AlreadyPaid(Refused):
    """The payment that the lease was waiting for has just been made; ``payment`` is the one."""

    def __init__(self, payment: Payment) -> None:
        super().__init__("Ce paiement est déjà fait.")
        self.payment = payment


class NothingDue(Refused):
    """There is nothing to pay on this lease."""

    def __init__(self) -> None:
        super().__init__("Vous n’avez rien à payer sur ce contrat.")


@dataclass(frozen=True)
class Order:
    """What a tenant asks to pay; ``cents`` is ``None`` for the whole balance."""

    lease: str
    tenant: str
    email: str
    cents: int | None
    largest_cents: int


@dataclass(frozen=True)
class Collection:
    """What collecting needs: the books, the provider, and the queues."""

    payments: Payments
    ledger: Ledger
    desk: CardDesk
    work: Work


def start(collection: Collection, order: Order, now: datetime) -> Payment:
    """Open the provider's page for an order, and give the payment with its address.

    A lease waits for one payment at a time: a second click gives the same page, another amount closes the
    first page before it opens its own.  ``AlreadyPaid`` and ``NothingDue`` tell why there is no page,
    ``Refused`` what is wrong with the amount, ``Unavailable`` that the provider does not answer.
    """
    for _ in range(TRIES):
        account = collection.ledger.account(order.lease)
        pending = account.pending.payment if account.pending else ""
        if pending:
            running = _resume(collection, pending, order, now)
            if running is not None:
                return running
            account = collection.ledger.account(order.lease)
        if not account.is_payable:
            raise NothingDue
        cents = min(account.owed_cents, order.largest_cents) if order.cents is None else order.cents
        check_amount(cents, account.owed_cents, order.largest_cents)
        payment = new_payment(order.lease, order.tenant, order.email, cents, now)
        try:
            collection.payments.add(payment, replacing=pending)
            return _open(collection, payment, now)
        except Conflict:
            continue
    raise Conflict(order.lease)


def renounce(collection: Collection, id: str, now: datetime) -> Payment:
    """Close the page of a payment that the tenant gives up; one made meanwhile stays made."""
    for _ in range(TRIES):
        payment = collection.payments.get(id)
        if payment.is_final:
            return payment
        try:
            payment = _open(collection, collection.payments.save(replace(payment, renounced=True)), now)
            if payment.session:
                collection.desk.close(payment.session)
            return sync(collection, id, now)
        except Conflict:
            continue
    raise Conflict(id)


def sync(collection: Collection, id: str, now: datetime, known: Payment | None = None) -> Payment:
    """Ask the provider what became of a payment, and write it in the books; ``Absent`` if it is not ours.

    ``known`` is the payment when it has just been read; if it changed since, it is read again.  Its ticket is
    asked for by whoever saw it change: of the bells of one payment, the first one.
    """
    before = known or collection.payments.get(id)
    payment = _look(collection, before, now)
    if payment.version != before.version:
        _ask_for_ticket(collection, payment)
    _ask_for_receipts(collection, before, payment)
    return payment


def sync_object(collection: Collection, kind: str, id: str, now: datetime) -> Payment | None:
    """Do what an event or the sweep asks for: find the payment behind an object, and sync it.

    Money behind which there is no payment of ours goes to suspense, with an alarm; an object that moves no
    money of ours is nothing.
    """
    if kind == OUR_OWN:
        return _sync_again(collection, id, now)
    traced = collection.desk.trace(kind, id)
    if traced is None:
        return None
    try:
        payment = collection.payments.get(traced.payment)
    except Absent:
        _suspend_all(collection, traced, "")
        return None
    if not payment.session and traced.session:
        payment = _attach(collection, payment, traced)
    if not traced.session or traced.session != payment.session:
        _suspend_all(collection, traced, payment.id)
        return None
    return sync(collection, payment.id, now)


def sweep(collection: Collection, now: datetime) -> int:
    """Queue a look at every payment that still waits for its outcome or its ticket; give how many there were.

    This is the net under lost events: it needs none.  Each look is a message of its own, so that one that
    fails keeps no other waiting.
    """
    waiting = collection.payments.unsettled(now - SWEPT_AFTER)
    for payment in waiting:
        collection.work.sync_payment(OUR_OWN, payment.id)
        if now - payment.started_at > STUCK_AFTER:
            raise_alarm(Alarm.PAYMENT_STUCK, payment=payment.id, status=payment.status.value)
    return len(waiting)


def _sync_again(collection: Collection, id: str, now: datetime) -> Payment:
    """Sync a payment for the sweep, and ask for its ticket again: who booked it may have been cut then."""
    before = collection.payments.get(id)
    payment = _look(collection, before, now)
    _ask_for_ticket(collection, payment)
    _ask_for_receipts(collection, before, payment)
    return payment


def _look(collection: Collection, payment: Payment, now: datetime) -> Payment:
    """Write down what the provider says of a payment, reading it again whenever it changes meanwhile."""
    for _ in range(TRIES):
        try:
            payment = _open(collection, payment, now)
            if not payment.session:
                return payment
            return _record(collection, payment, collection.desk.look(payment.session))
        except Conflict:
            payment = collection.payments.get(payment.id)
    raise Conflict(payment.id)


def _ask_for_ticket(collection: Collection, payment: Payment) -> None:
    if payment.status is PaymentStatus.PAID and payment.ticketed_at is None:
        collection.work.issue_ticket(payment.id)


def _ask_for_receipts(collection: Collection, before: Payment, payment: Payment) -> None:
    """Have receipts looked at soon if money moved; cut before, the account is marked, and they follow."""
    if payment.booked != before.booked:
        collection.work.look_at_receipts(payment.lease)


def _resume(collection: Collection, pending: str, order: Order, now: datetime) -> Payment | None:
    """Give the running payment when it is what is asked for; else see that nobody can pay it any more."""
    if collection.payments.get(pending).is_final:
        return None
    payment = sync(collection, pending, now)
    if payment.status in {PaymentStatus.PAID, PaymentStatus.PROCESSING}:
        raise AlreadyPaid(payment)
    if payment.is_final:
        return None
    if (
        payment.tenant == order.tenant
        and payment.cents == _asked(collection, order)
        and not payment.renounced
    ):
        return payment
    payment = renounce(collection, pending, now)
    if payment.status in {PaymentStatus.PAID, PaymentStatus.PROCESSING}:
        raise AlreadyPaid(payment)
    if not payment.is_final:
        raise Unavailable(
            pending
        )  # a card is being tried there at this moment: its page cannot be closed yet
    return None


def _asked(collection: Collection, order: Order) -> int:
    """Give the amount asked for, or nothing if it can no longer be paid."""
    owed_cents = collection.ledger.account(order.lease).owed_cents
    if order.cents is None:
        return min(owed_cents, order.largest_cents)
    return order.cents if order.cents <= owed_cents else 0


def _open(collection: Collection, payment: Payment, now: datetime) -> Payment:
    """Ask for the payment's page if its answer never came; the provider gives the same page again.

    After a minute it is given up for lost instead: nobody ever held its address, and asking again could
    be answered for a day with the same failure (Stripe keeps a 500 under its idempotency key).
    """
    if payment.session or payment.is_final:
        return payment
    lost = PaymentStatus.ABANDONED if payment.renounced else PaymentStatus.EXPIRED
    if now - payment.started_at > OPENED_WITHIN:
        return collection.payments.save(replace(payment, status=lost))
    page = collection.desk.open(payment)
    opened = replace(payment, session=page.id, address=page.address, status=PaymentStatus.OPEN)
    return collection.payments.save(opened)


def _record(collection: Collection, payment: Payment, remote: RemotePayment) -> Payment:
    """Book the facts that are not yet in the books, and keep the payment's new state."""
    seen = read_remote(payment, remote)
    charged = all(fits(payment, fact) for fact in remote.facts if fact.kind is FactKind.CHARGE)
    if not charged:
        seen = replace(seen, status=PaymentStatus.UNPLACED)
    for fact in remote.facts:
        if not charged or not fits(payment, fact):
            _suspend(collection, fact, payment.id)
        elif fact.id not in seen.booked:
            booked = replace(seen, booked=seen.booked | {fact.id})
            seen = collection.payments.settle(booked, posting_of(payment, fact), event_of(payment, fact))
    if replace(seen, version=payment.version) != payment and seen.version == payment.version:
        return collection.payments.save(seen)
    return seen


def _attach(collection: Collection, payment: Payment, traced: Trace) -> Payment:
    """Keep the page of a payment whose opening was never heard of, even when it was given up for lost."""
    return collection.payments.save(replace(payment, session=traced.session, address=traced.address))


def _suspend_all(collection: Collection, traced: Trace, payment: str) -> None:
    """Suspend the money behind an object that is not where we know of it; a page is looked at for it now."""
    facts = collection.desk.look(traced.session).facts if traced.session else traced.facts
    for fact in facts:
        _suspend(collection, fact, payment)


def _suspend(collection: Collection, fact: Fact, payment: str) -> None:
    """Post money that has no place to the suspense account, for an agent to assign.

    The alarm is raised each time it is met: were it raised with the posting only, a cut between the two
    would leave the money there with nobody told.
    """
    collection.ledger.post(_suspense_posting(fact, payment))
    raise_alarm(Alarm.MONEY_IN_SUSPENSE, fact=fact.id, cents=fact.cents, payment=payment)


def _suspense_posting(fact: Fact, payment: str) -> Posting:
    """Give the lines of money without a place; each currency has accounts of its own."""
    currency = "" if fact.currency == EUR else f":{fact.currency}"
    lines = (Line(SUSPENSE + currency, -fact.cents), Line(STRIPE + currency, fact.cents))
    label = f"À affecter, {fact.kind.value}"
    return Posting(fact.id, french.today(fact.happened_at), EntryKind.OTHER, label, lines, payment)
