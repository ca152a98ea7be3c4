"""Which money settles what is owed (« imputation des paiements »): a pure function of a lease's entries.

What is owed is settled oldest first (code civil, art. 1342-10), by the oldest money first, and on one day in
the order of ids.  Money that was taken back (a rejected debit, a refund, a dispute) settles nothing.  What a
tenant is credited with otherwise (a statement in their favour) settles as well, but nobody received it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.domain.ledger import EntryKind, LedgerEntry

_MONEY = frozenset({EntryKind.PAYMENT, EntryKind.CARD_PAYMENT, EntryKind.DIRECT_DEBIT, EntryKind.BENEFIT})
_TAKING_BACK = frozenset({EntryKind.REJECTED_DEBIT, EntryKind.REFUND, EntryKind.DISPUTE})
# What a taking back is of, where no payment is named.
_OF = {
    EntryKind.REJECTED_DEBIT: EntryKind.DIRECT_DEBIT,
    EntryKind.DISPUTE: EntryKind.CARD_PAYMENT,
    EntryKind.PAYMENT: EntryKind.PAYMENT,
    EntryKind.CARD_PAYMENT: EntryKind.CARD_PAYMENT,
    EntryKind.DIRECT_DEBIT: EntryKind.DIRECT_DEBIT,
    EntryKind.BENEFIT: EntryKind.BENEFIT,
}


@dataclass(frozen=True)
class Part:
    """The part of a credit that went to what is owed; to nothing yet (``debt`` is none) if it is ahead."""

    credit: LedgerEntry
    debt: LedgerEntry | None
    cents: int


@dataclass(frozen=True)
class Taken:
    """The part of received money that was taken back, and by what."""

    receipt: LedgerEntry
    by: LedgerEntry
    cents: int


@dataclass(frozen=True)
class Settlement:
    """How an account stands: each credit's parts in the order of time, and what was taken back."""

    parts: tuple[Part, ...]
    taken: tuple[Taken, ...]

    def of_debt(self, entry: LedgerEntry) -> tuple[Part, ...]:
        """Give what settles an entry, the oldest first."""
        return tuple(part for part in self.parts if part.debt is not None and part.debt.id == entry.id)

    def of_credit(self, entry: LedgerEntry) -> tuple[Part, ...]:
        """Give what a credit went to, the oldest first, what is ahead last."""
        return tuple(part for part in self.parts if part.credit.id == entry.id)

    def settles(self, entry: LedgerEntry) -> bool:
        """Tell whether an entry is covered to the cent; what asks for nothing is settled by itself."""
        return sum(part.cents for part in self.of_debt(entry)) >= entry.cents


@dataclass
class _Left:
    entry: LedgerEntry
    cents: int


def is_received(entry: LedgerEntry) -> bool:
    """Tell whether an entry is money that came, or came back."""
    return entry.cents < 0 and (entry.kind in _MONEY or entry.kind in _TAKING_BACK)


def takes_back(entry: LedgerEntry) -> bool:
    """Tell whether an entry takes received money back."""
    return entry.cents > 0 and (entry.kind in _MONEY or entry.kind in _TAKING_BACK)


def settle(entries: Iterable[LedgerEntry]) -> Settlement:
    """Work out what settles what, whatever the order in which the entries are given."""
    in_order = sorted(entries, key=lambda entry: (entry.booked_on, entry.id))
    credits = [_Left(entry, -entry.cents) for entry in in_order if entry.cents < 0]
    debts, taken = [], []
    for entry in in_order:
        if takes_back(entry):
            took = _take_back(entry, credits)
            taken += took
            debts.append(_Left(entry, entry.cents - sum(one.cents for one in took)))
        elif entry.cents > 0:
            debts.append(_Left(entry, entry.cents))
    return Settlement(tuple(_allot(credits, debts)), tuple(taken))


def _take_back(entry: LedgerEntry, credits: Sequence[_Left]) -> list[Taken]:
    """Take an entry's amount out of the money it is most likely of; what nothing is left for is owed."""
    taken, missing = [], entry.cents
    latest_first = credits[::-1]
    for left in sorted(latest_first, key=lambda one: _unlikeliness(entry, one)):
        cents = min(missing, left.cents)
        if cents > 0 and _may_be_of(entry, left.entry):
            left.cents -= cents
            missing -= cents
            taken.append(Taken(left.entry, entry, cents))
    return taken


def _may_be_of(entry: LedgerEntry, receipt: LedgerEntry) -> bool:
    return is_received(receipt) and (_same_payment(entry, receipt) or receipt.booked_on <= entry.booked_on)


def _unlikeliness(entry: LedgerEntry, left: _Left) -> tuple[bool, bool, bool]:
    """Order money: its payment, then the same amount of its kind or of any, then its kind, then the rest."""
    of_kind = _OF.get(entry.kind, left.entry.kind) is left.entry.kind
    return not _same_payment(entry, left.entry), left.cents != entry.cents, not of_kind


def _same_payment(entry: LedgerEntry, receipt: LedgerEntry) -> bool:
    return bool(entry.payment) and entry.payment == receipt.payment


def _allot(credits: Sequence[_Left], debts: Sequence[_Left]) -> Iterable[Part]:
    waiting = iter([debt for debt in debts if debt.cents])
    debt = next(waiting, None)
    for credit in credits:
        while credit.cents and debt is not None:
            cents = min(credit.cents, debt.cents)
            credit.cents -= cents
            debt.cents -= cents
            yield Part(credit.entry, debt.entry, cents)
            if not debt.cents:
                debt = next(waiting, None)
        if credit.cents:
            yield Part(credit.entry, None, credit.cents)
