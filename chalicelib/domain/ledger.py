"""The tenant's account (« compte locataire »): double entry, in whole cents.

A posting moves money between accounts; its lines always sum to zero.  On a lease's account a positive
amount is owed by the tenant (« débit »), a negative one is in their favour (« crédit »).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.domain import french

STRIPE = "stripe"
SUSPENSE = "suspense"
LANDLORD = "landlord"
_LEASE = "lease:"
SMALLEST_PAYMENT_CENTS = 50  # what Stripe takes at least by card, in euros


class EntryKind(StrEnum):
    """What a line of an account is about."""

    RENT_CALL = "appel"
    PAYMENT = "paiement"
    CARD_PAYMENT = "carte"
    DIRECT_DEBIT = "prelevement"
    REJECTED_DEBIT = "rejet"
    CHARGE_STATEMENT = "regularisation"
    BENEFIT = "aide"
    REFUND = "remboursement"
    DISPUTE = "contestation"
    OTHER = "autre"


class Unbalanced(Exception):
    """A posting whose lines do not sum to zero: a bug, never written."""


def lease_account(lease: str) -> str:
    """Name the account of a lease."""
    return _LEASE + lease


def lease_of(account: str) -> str | None:
    """Give the lease whose account it is, or nothing for the landlord's own accounts."""
    return account.removeprefix(_LEASE) if account.startswith(_LEASE) else None


@dataclass(frozen=True)
class Line:
    """One side of a posting: ``cents`` are added to the account."""

    account: str
    cents: int


@dataclass(frozen=True)
class Posting:
    """One fact written in the books; ``id`` is that of the fact, so that it is written once."""

    id: str
    booked_on: date
    kind: EntryKind
    label: str
    lines: tuple[Line, ...]
    payment: str = ""

    def __post_init__(self) -> None:
        """Refuse what is not double entry."""
        accounts = {line.account for line in self.lines}
        if sum(line.cents for line in self.lines) != 0 or len(accounts) < 2:
            raise Unbalanced(self.id)


def call_entry(month_on: date) -> str:
    """Name the entry that asks for a month: whoever books it, it is in the books once."""
    return f"call:{month_on:%Y-%m}"


def posting_of_call(lease: str, month_on: date, cents: int) -> Posting:
    """Make the entry that asks for a month, booked on its first day."""
    return Posting(
        call_entry(month_on),
        month_on.replace(day=1),
        EntryKind.RENT_CALL,
        f"Avis d’échéance {french.of_month(month_on)}",
        (Line(lease_account(lease), cents), Line(f"{LANDLORD}:{lease}", -cents)),
    )


@dataclass(frozen=True)
class LedgerEntry:
    """One line of a lease's account, as the tenant reads it."""

    id: str
    booked_on: date
    kind: EntryKind
    label: str
    cents: int
    payment: str = ""


@dataclass(frozen=True)
class PendingPayment:
    """The payment that the lease's account waits for, if any."""

    payment: str
    cents: int
    started_at: datetime

    @property
    def path(self) -> str:
        """Give the page of the payment."""
        return f"/paiement/{self.payment}"


@dataclass(frozen=True)
class LeaseAccount:
    """What is owed on a lease, and the payment on its way."""

    lease: str
    balance_cents: int = 0
    pending: PendingPayment | None = None

    @property
    def lease_number(self) -> str:
        """Give the lease whose account it is."""
        return self.lease

    @property
    def owed_cents(self) -> int:
        """Give what can be paid: nothing when the account is in the tenant's favour."""
        return max(self.balance_cents, 0)

    @property
    def is_payable(self) -> bool:
        """Tell whether enough is owed to be paid by card."""
        return self.owed_cents >= SMALLEST_PAYMENT_CENTS

    @property
    def pending_path(self) -> str:
        """Give the page of the payment on its way."""
        return self.pending.path if self.pending else ""

    @property
    def in_progress_cents(self) -> int:
        """Give the amount of the payment on its way."""
        return self.pending.cents if self.pending else 0


@dataclass(frozen=True)
class StatementRow:
    """An entry with the balance after it."""

    entry: LedgerEntry
    running_cents: int

    @property
    def booked_on(self) -> date:
        """Give the day of the entry."""
        return self.entry.booked_on

    @property
    def label(self) -> str:
        """Give what the entry is about."""
        return self.entry.label

    @property
    def ticket_path(self) -> str | None:
        """Give the page of the payment that the entry came from, where its ticket is."""
        by_card = self.entry.kind is EntryKind.CARD_PAYMENT and self.entry.payment
        return f"/paiement/{self.entry.payment}" if by_card else None

    @property
    def debit_cents(self) -> int | None:
        """Give the amount when it is owed by the tenant."""
        return self.entry.cents if self.entry.cents > 0 else None

    @property
    def credit_cents(self) -> int | None:
        """Give the amount, without sign, when it is in the tenant's favour."""
        return -self.entry.cents if self.entry.cents < 0 else None


class Ledger(Protocol):
    """Where the books are kept.  Every method is one whole fact: it happens or it does not."""

    def account(self, lease: str) -> LeaseAccount:
        """Read a lease's balance and pending payment, as of the last committed posting."""

    def accounts(self, leases: Sequence[str]) -> list[LeaseAccount]:
        """Read the same for several leases in one request, in the order asked."""

    def statement(self, lease: str, since: date) -> tuple[LeaseAccount, list[LedgerEntry]]:
        """Read a lease's account and its entries booked since that day, newest first, in one request."""

    def post(self, posting: Posting) -> bool:
        """Write a posting and its balances in one transaction; ``False`` if it was already there."""


def with_running_balance(account: LeaseAccount, newest_first: Iterable[LedgerEntry]) -> list[StatementRow]:
    """Give each entry the balance after it, counting back from today's."""
    running, rows = account.balance_cents, []
    for entry in newest_first:
        rows.append(StatementRow(entry, running))
        running -= entry.cents
    return rows
