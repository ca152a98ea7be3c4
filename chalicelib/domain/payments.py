"""Payments by card (« paiements »): recorded first, asked of the provider after, booked from what it says.

No payment is ever lost, counted twice or shown to the wrong tenant.  The rules, from docs/money.md:
record, then call; an event only rings the bell; facts are keyed by the provider's ids; one transaction
per fact; what cannot be placed goes to suspense; the status is a function of the remote state.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from chalicelib.domain import french
from chalicelib.domain.errors import Refused
from chalicelib.domain.ledger import (
    SMALLEST_PAYMENT_CENTS,
    STRIPE,
    EntryKind,
    LeaseAccount,
    Line,
    Posting,
    lease_account,
)
from chalicelib.domain.mail_health import BadAddress
from chalicelib.domain.refusals import REFUSALS
from chalicelib.domain.timeline import Action, TimelineEvent

SESSION_LIFE = timedelta(hours=1)
EUR = "eur"
ID_SHAPE = re.compile(r"[0-9a-f]{32}")


class PaymentStatus(StrEnum):
    """Where a payment stands; the last four never change again by themselves.

    ``UNPLACED``: money came, but not the amount that was asked; it lies in suspense for an agent to assign.
    """

    CREATED = "created"
    OPEN = "open"
    REFUSED = "refused"
    PROCESSING = "processing"
    PAID = "paid"
    ABANDONED = "abandoned"
    EXPIRED = "expired"
    UNPLACED = "unplaced"


_GIVEN_UP = {PaymentStatus.ABANDONED, PaymentStatus.EXPIRED}
FINAL = frozenset({PaymentStatus.PAID, PaymentStatus.UNPLACED, *_GIVEN_UP})


class FactKind(StrEnum):
    """What the provider can tell of money that moved."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"


@dataclass(frozen=True)
class Fact:
    """Money that moved at the provider: positive towards the landlord; ``id`` is the provider's own."""

    id: str
    kind: FactKind
    cents: int
    currency: str
    happened_at: datetime


@dataclass(frozen=True)
class Payment:
    """A tenant's payment on a lease.

    ``version`` counts its changes; ``released`` tells that its lease waits for it no more.
    """

    id: str
    lease: str
    tenant: str
    email: str
    cents: int
    started_at: datetime
    status: PaymentStatus = PaymentStatus.CREATED
    session: str = ""
    address: str = ""
    renounced: bool = False
    charge: str = ""
    card_last4: str = ""
    refusal_code: str = ""
    paid_at: datetime | None = None
    booked: frozenset[str] = frozenset()
    ticket: str = ""
    mailing_at: datetime | None = None
    ticketed_at: datetime | None = None
    released: bool = False
    version: int = 0

    @property
    def number(self) -> str:
        """Give the number printed on the ticket: « T-261123-4F9A2C01 »."""
        return f"T-{french.today(self.paid_at or self.started_at):%y%m%d}-{self.id[:8].upper()}"

    @property
    def lease_number(self) -> str:
        """Give the lease that is paid."""
        return self.lease

    @property
    def refusal(self) -> str | None:
        """Say in French why the card was refused, when the bank told."""
        return REFUSALS.get(self.refusal_code)

    @property
    def moved_back(self) -> bool:
        """Tell whether some of the money was refunded or disputed since."""
        return len(self.booked) > 1

    @property
    def is_final(self) -> bool:
        """Tell whether it can only change by a refund or a dispute."""
        return self.status in FINAL

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to do for it: no outcome to wait for, no ticket to send."""
        return self.is_final and (self.status is not PaymentStatus.PAID or self.ticketed_at is not None)


@dataclass(frozen=True)
class CheckoutSession:
    """A page opened at the provider for one payment."""

    id: str
    address: str


@dataclass(frozen=True)
class RemotePayment:
    """What the provider says now of one payment page or of one charge that has none."""

    session: str
    payment: str
    status: PaymentStatus
    facts: tuple[Fact, ...] = ()
    charge: str = ""
    card_last4: str = ""
    refusal_code: str = ""
    paid_at: datetime | None = None
    address: str = ""


@dataclass(frozen=True)
class Trace:
    """Where an object leads: to a page and its payment, or to money that no page of ours led to."""

    session: str
    payment: str
    address: str = ""
    facts: tuple[Fact, ...] = ()


class CardDesk(Protocol):
    """The provider that takes cards (Stripe Checkout).  ``Unavailable`` when it does not answer."""

    def open(self, payment: Payment) -> CheckoutSession:
        """Open the page of a payment, the same one however often asked."""

    def look(self, session: str) -> RemotePayment:
        """Fetch what became of a page."""

    def close(self, session: str) -> None:
        """Close a page so that nobody can pay there; one that is no longer open stays as it is."""

    def trace(self, kind: str, id: str) -> Trace | None:
        """Find the page that an object (session, payment intent, charge, refund, dispute) belongs to.

        What became of the page is for ``look``; the facts are there only when there is no page.  Nothing when
        the object moves no money of ours, ``Absent`` when the provider has no such object.
        """


class Payments(Protocol):
    """Where payments are kept.  Every method is one whole fact: it happens or it does not."""

    def add(self, payment: Payment, replacing: str) -> None:
        """Keep a new payment as the one its lease waits for.

        ``Conflict`` if the lease does not wait for ``replacing`` (nothing: for none) any more.
        """

    def get(self, id: str) -> Payment:
        """Read a payment as last committed; ``Absent`` if there is none."""

    def of_leases(
        self, id: str, leases: Sequence[str], email: str = ""
    ) -> tuple[Payment, LeaseAccount, BadAddress | None]:
        """Read a payment on one of these leases, that lease's account, and an address' trouble: one request.

        ``Absent`` if there is none, or if it was made on another lease.
        """

    def save(self, payment: Payment) -> Payment:
        """Write a changed payment, its version one up; ``Conflict`` if it changed since it was read."""

    def settle(self, payment: Payment, posting: Posting, event: TimelineEvent) -> Payment:
        """Write a fact's posting, the balance, the changed payment and the timeline in one transaction.

        ``Conflict`` if the payment changed since it was read, or if the fact is already in the books.
        """

    def unsettled(self, before: datetime) -> list[Payment]:
        """List payments started before then for which something is left to do, oldest first."""


class Work(Protocol):
    """Queues of things to do soon; each may be done twice, so each can be."""

    def sync_payment(self, kind: str, id: str) -> None:
        """Have a worker look at an object of the provider."""

    def issue_ticket(self, payment: str) -> None:
        """Have a worker make, keep and send the ticket of a payment."""

    def look_at_receipts(self, lease: str) -> None:
        """Have a worker bring a lease's receipts in step with its books."""


def new_payment(lease: str, tenant: str, email: str, cents: int, now: datetime) -> Payment:
    """Make a payment with an id nobody can guess (128 bits)."""
    return Payment(secrets.token_hex(16), lease, tenant, email, cents, now)


def check_amount(cents: int, owed_cents: int, largest_cents: int) -> None:
    """Refuse an amount that cannot be paid at once."""
    if cents < SMALLEST_PAYMENT_CENTS:
        least = french.euros(SMALLEST_PAYMENT_CENTS)
        raise Refused(f"Le plus petit montant que l’on peut payer par carte est {least}.")
    if cents > owed_cents:
        raise Refused(f"Ce montant dépasse ce que vous devez\u00a0: {french.euros(owed_cents)}.")
    if cents > largest_cents:
        most = french.euros(largest_cents)
        raise Refused(f"Le plus grand montant que l’on peut payer en une fois est {most}.")


def read_remote(payment: Payment, remote: RemotePayment) -> Payment:
    """Give the payment in the state that the provider tells, whatever was known before."""
    status = remote.status
    if status is PaymentStatus.EXPIRED and payment.renounced:
        status = PaymentStatus.ABANDONED
    return replace(
        payment,
        status=status,
        session=remote.session,
        address=remote.address,
        charge=remote.charge,
        card_last4=remote.card_last4,
        refusal_code=remote.refusal_code,
        paid_at=remote.paid_at,
    )


def fits(payment: Payment, fact: Fact) -> bool:
    """Tell whether a fact is about what the tenant was asked for: same currency, amount not above it."""
    exact = fact.kind is not FactKind.CHARGE or fact.cents == payment.cents
    return fact.currency == EUR and exact and abs(fact.cents) <= payment.cents


def posting_of(payment: Payment, fact: Fact) -> Posting:
    """Give the two lines of a fact: the lease's account against the provider's."""
    kind, label = _WORDS[fact.kind]
    lines = (Line(lease_account(payment.lease), -fact.cents), Line(STRIPE, fact.cents))
    return Posting(fact.id, french.today(fact.happened_at), kind, label, lines, payment.id)


def event_of(payment: Payment, fact: Fact) -> TimelineEvent:
    """Give what the payer's timeline will say of a fact."""
    return TimelineEvent(fact.happened_at, _ACTIONS[fact.kind], payment.id, cents=abs(fact.cents))


_WORDS = {
    FactKind.CHARGE: (EntryKind.CARD_PAYMENT, "Paiement par carte"),
    FactKind.REFUND: (EntryKind.REFUND, "Remboursement d’un paiement par carte"),
    FactKind.REFUND_FAILED: (EntryKind.REFUND, "Remboursement non abouti, remis sur le compte"),
    FactKind.DISPUTE: (EntryKind.DISPUTE, "Paiement par carte contesté auprès de la banque"),
    FactKind.DISPUTE_WON: (EntryKind.DISPUTE, "Contestation levée, paiement rétabli"),
}
_ACTIONS = {
    FactKind.CHARGE: Action.CARD_PAYMENT,
    FactKind.REFUND: Action.REFUND,
    FactKind.REFUND_FAILED: Action.REFUND_FAILED,
    FactKind.DISPUTE: Action.DISPUTE,
    FactKind.DISPUTE_WON: Action.DISPUTE_WON,
}
