"""What rent papers say (« avis d'échéance », « quittance », « reçu », « décompte », « attestation »).

Each class holds the facts of one paper, all that is printed and nothing else: the same facts make the same
paper.  Which papers there are to be is decided in ``rent_notices``, ``receipts`` and ``charge_statements``.
"""

import hashlib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from chalicelib.domain import french
from chalicelib.domain.documents import Document
from chalicelib.domain.leases import CallLine, Lease, RentCall
from chalicelib.domain.ledger import LedgerEntry
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.tenants import Tenant


@dataclass(frozen=True)
class Stay:
    """The days of a month on which a lease runs, both included."""

    from_on: date
    until_on: date

    @property
    def text(self) -> str:
        """Write it as papers print it: « du 29 au 31 janvier 2026 »."""
        first = "1er" if self.from_on.day == 1 else str(self.from_on.day)
        return f"du {first} au {french.day(self.until_on)}"


def stay_of(lease: Lease, month_on: date) -> Stay | None:
    """Give the days of a month on which a lease runs; nothing if there is none."""
    last = month_on.replace(day=monthrange(month_on.year, month_on.month)[1])
    from_on = max(month_on.replace(day=1), lease.starts_on)
    until_on = last if lease.ends_on is None else min(last, lease.ends_on)
    return Stay(from_on, until_on) if from_on <= until_on else None


@dataclass(frozen=True)
class RentNotice:
    """An « avis d'échéance »: what is asked for a month, and what was owed before (negative: in favour)."""

    number: str
    lease: Lease
    holders: tuple[Tenant, ...]
    call: RentCall
    stay: Stay
    balance_before_cents: int
    issued_on: date

    @property
    def to_pay_cents(self) -> int:
        """Give what is to be paid, nothing when the account stays in the tenant's favour."""
        return max(self.call.cents + self.balance_before_cents, 0)


@dataclass(frozen=True)
class RentReceipt:
    """A « quittance »: a settled month; ``credited_cents`` was no money, but a credit of the landlord."""

    number: str
    lease: Lease
    holders: tuple[Tenant, ...]
    call: RentCall
    stay: Stay
    received_cents: int
    credited_cents: int
    settled_on: date
    issued_on: date
    code: str


@dataclass(frozen=True)
class Share:
    """What a part of a payment settles: « Loyer de janvier 2026, en partie », « Avance »."""

    label: str
    cents: int


@dataclass(frozen=True)
class PartialReceipt:
    """A « reçu »: the part of a payment that is in no quittance, and what it went to."""

    number: str
    lease: Lease
    holders: tuple[Tenant, ...]
    entry: LedgerEntry
    cents: int
    shares: tuple[Share, ...]
    issued_on: date
    code: str


@dataclass(frozen=True)
class ChargeLine:
    """One nature of charges: its cost for the building if that is said, the tenant’s part, what was asked."""

    label: str
    building_cents: int | None
    share_cents: int
    provision_cents: int


@dataclass(frozen=True)
class ChargeStatement:
    """A « décompte de régularisation »: a year's charges by nature; its balance is booked on a later day."""

    lease: str
    year: int
    booked_on: date
    lines: tuple[ChargeLine, ...]

    @property
    def balance_cents(self) -> int:
        """Give what the tenant still owes (positive) or gets back (negative)."""
        return sum(line.share_cents - line.provision_cents for line in self.lines)


@dataclass(frozen=True)
class ChargeStatementPaper:
    """The paper of a charge statement."""

    number: str
    lease: Lease
    holders: tuple[Tenant, ...]
    statement: ChargeStatement
    issued_on: date


@dataclass(frozen=True)
class RentCertificate:
    """An « attestation de loyer »: what a home costs each month, and whether the tenant is up to date."""

    number: str
    lease: Lease
    holders: tuple[Tenant, ...]
    month_on: date
    lines: tuple[CallLine, ...]
    balance_cents: int
    issued_on: date


@dataclass(frozen=True)
class SepaMandate:
    """A « mandat de prélèvement SEPA » as signed; the IBAN shows its last four characters only."""

    reference: str
    creditor_identifier: str
    lease: Lease
    debtor: str
    iban_last4: str
    bank: str
    bic: str
    day: int
    signed_at: datetime
    issued_on: date


def are_known(lease: Lease, holders: Sequence[Tenant]) -> bool:
    """Tell whether all who hold a lease are known: an import may have written it, and not all of them yet."""
    return {holder.id for holder in holders} >= set(lease.holders)


def paper_number(letter: str, when: str, lease: str, rank: int = 1) -> str:
    """Spell a number: letter, period, lease, and the rank of a paper that replaces a void one."""
    name = lease.zfill(6) if lease.isdigit() else lease
    return f"{letter}-{when}-{name}" + (f"-{rank}" if rank > 1 else "")


def paper_id(kind: str, day: date, number: str) -> str:
    """Give the document's id: the same number has the same one."""
    return f"{kind}-{day:%Y-%m-%d}-{hashlib.sha256(number.encode()).hexdigest()[:32]}"


# ---- What the stores give and take.  Each method is one whole fact: it happens or it does not. ----


@dataclass(frozen=True)
class NoticeCase:
    """All that making a notice needs, as last committed.

    ``booked_cents`` is the amount of the month's entry if the books have it already; ``balance_before_cents``
    leaves that entry out.  ``notice`` is the document that was made already, if any; ``moves`` counts the
    postings that were read.
    """

    call: RentCall
    lease: Lease
    holders: tuple[Tenant, ...]
    balance_before_cents: int
    booked_cents: int | None
    notice: str
    problem: str
    moves: int


class RentNotices(Protocol):
    """Where rent calls wait for their notice."""

    def waiting(self, month_on: date, part: int) -> Sequence[str]:
        """Give the leases of one part whose call of that month has no notice yet."""

    def has_waiting(self, month_on: date, part: int) -> bool:
        """Tell whether there is one."""

    def case(self, lease: str, month_on: date) -> NoticeCase | None:
        """Read what making the notice needs; nothing if there is no such call, or no such lease."""

    def issue(self, case: NoticeCase, paper: Document, mails: Sequence[QueuedMail]) -> bool:
        """Register the paper, queue the mails, book the entry (unless booked), end the waiting: all at once.

        ``False``, and nothing is written, if somebody else did it, or if the books have moved so that the
        case is not true any more (then the caller reads it again).
        """

    def tell_problem(self, lease: str, month_on: date, problem: str) -> bool:
        """Write why no notice can be made; ``True`` if that was not known yet.  The call stays waiting."""


@dataclass(frozen=True)
class ReceiptCase:
    """All that a look at a lease's receipts needs.  ``moves`` counts the postings that were read."""

    lease: Lease
    holders: tuple[Tenant, ...]
    entries: tuple[LedgerEntry, ...]
    calls: tuple[RentCall, ...]
    papers: tuple[Document, ...]
    consenting: frozenset[str]
    moves: int


class Receipts(Protocol):
    """Where the receipts of a lease are kept, in step with its books."""

    def waiting(self, part: int) -> Sequence[str]:
        """Give the leases of one part whose books moved since their receipts were looked at."""

    def has_waiting(self, part: int) -> bool:
        """Tell whether there is one."""

    def case(self, lease: str) -> ReceiptCase | None:
        """Read what a look needs, the count of moves first; nothing if there is no such lease."""

    def issue(self, case: ReceiptCase, paper: Document, period: str, mails: Sequence[QueuedMail]) -> bool:
        """Register a receipt and its code, queue its mails, freeze a quittance's call, all at once.

        ``False``, and nothing is written, if books or call have moved, or if a paper has that code already.
        """

    def void(self, case: ReceiptCase, paper: Document, reason: str, now: datetime) -> bool:
        """Write that a receipt holds no more, its code too; ``False`` if the books moved, or it is void."""

    def looked(self, case: ReceiptCase) -> bool:
        """Write that the receipts are in step with the books as they were read; ``False`` if these moved."""

    def forget(self, lease: str) -> None:
        """Have the account wait no more, if there is no such lease."""


class StatementCase(NamedTuple):
    """All that making a statement's paper needs; ``paper`` is the one that was made already, if any."""

    statement: ChargeStatement
    lease: Lease
    holders: tuple[Tenant, ...]
    paper: str
    problem: str


class ChargeStatements(Protocol):
    """Where charge statements wait for their paper."""

    def waiting(self, part: int) -> Sequence[tuple[str, int]]:
        """Give lease and year of those of one part."""

    def has_waiting(self, part: int) -> bool:
        """Tell whether there is one."""

    def case(self, lease: str, year: int) -> StatementCase | None:
        """Read what making the paper needs; nothing if there is no such statement, or no such lease."""

    def issue(self, statement: ChargeStatement, paper: Document, mails: Sequence[QueuedMail]) -> bool:
        """Register the paper, queue the mails, end the waiting; ``False`` if somebody else did it."""

    def tell_problem(self, lease: str, year: int, problem: str) -> bool:
        """Write why no paper can be made; ``True`` if that was not known yet."""

    def forget(self, lease: str, year: int) -> None:
        """Have the statement wait no more, if there is no such lease."""
