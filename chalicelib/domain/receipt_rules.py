"""Which receipts an account calls for (« quittances », « reçus »): a pure function of its entries and calls.

A quittance is there for each settled month that is known line by line; a receipt for the part of each payment
that is on no quittance.  Together they are what was received, to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.domain import french
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.leases import RentCall
from chalicelib.domain.ledger import EntryKind, LedgerEntry, call_entry
from chalicelib.domain.rent_notices import asking, trouble
from chalicelib.domain.rent_papers import ReceiptCase, Share, Stay, stay_of
from chalicelib.domain.settlement import Part, is_received, settle, takes_back

LOOKED_BACK = 3  # how many of the latest takings back are tried for why a month is not settled any more
Identity = tuple[DocumentKind, str, str, int]
KINDS = frozenset({DocumentKind.RENT_RECEIPT, DocumentKind.PARTIAL_RECEIPT})
_TAKEN = {
    EntryKind.REJECTED_DEBIT: "Un paiement a été rejeté par la banque",
    EntryKind.DISPUTE: "Un paiement a été contesté auprès de la banque",
    EntryKind.REFUND: "Un paiement a été remboursé",
}
_CANCELLED = "Un paiement a été annulé"
_MONTH_SETTLED_OTHERWISE = "Ce mois a été réglé autrement\u00a0: une nouvelle quittance remplace celle-ci."
_CALL_CORRECTED = "L’appel de loyer de ce mois a été corrigé\u00a0: cette quittance n’est plus valable."
_ACCOUNT_CORRECTED = "Le compte a été corrigé\u00a0: ce mois n’est plus réglé."
_ON_A_RECEIPT = "Ce paiement figure maintenant sur une quittance."
_PART_CHANGED = (
    "La part de ce paiement qui figure sur une quittance a changé\u00a0: un nouveau reçu remplace celui-ci."
)


@dataclass(frozen=True)
class SettledMonth:
    """A month that is settled, by which credit last; by its own call, if nothing was to be paid."""

    call: RentCall
    asked_by: LedgerEntry
    stay: Stay
    received_cents: int
    credited_cents: int
    settled_by: LedgerEntry

    @property
    def month(self) -> str:
        """Spell the month."""
        return f"{self.call.month_on:%Y-%m}"

    @property
    def identity(self) -> Identity:
        """Give what makes its quittance another one."""
        return DocumentKind.RENT_RECEIPT, self.month, self.settled_by.id, self.received_cents


@dataclass(frozen=True)
class LoosePart:
    """The part of a payment that is on no quittance, and what it went to."""

    entry: LedgerEntry
    shares: tuple[Share, ...]

    @property
    def cents(self) -> int:
        """Sum the shares."""
        return sum(share.cents for share in self.shares)

    @property
    def month(self) -> str:
        """Spell the month in which the money came."""
        return f"{self.entry.booked_on:%Y-%m}"

    @property
    def identity(self) -> Identity:
        """Give what makes its receipt another one."""
        return DocumentKind.PARTIAL_RECEIPT, self.month, self.entry.id, self.cents


Wanted = SettledMonth | LoosePart


def as_of(case: ReceiptCase, today: date) -> ReceiptCase:
    """Leave out the money that comes, or is taken back, on a later day: receipts are for what was paid."""
    entries = tuple(
        entry
        for entry in case.entries
        if entry.booked_on <= today or not (is_received(entry) or takes_back(entry))
    )
    return replace(case, entries=entries)


def wanted(case: ReceiptCase, since_on: date, today: date) -> list[Wanted]:
    """Give the receipts there are to be of a lease today, from a month on: quittances first, by month."""
    case = as_of(case, today)
    settlement = settle(case.entries)
    by_debt, by_credit = defaultdict(list), defaultdict(list)
    for part in settlement.parts:
        by_credit[part.credit.id].append(part)
        if part.debt:
            by_debt[part.debt.id].append(part)
    months = list(_settled(case, since_on, by_debt))
    receipted = {month.asked_by.id for month in months}
    return [*months, *_loose(case, since_on, by_credit, receipted)]


def difference(papers: Iterable[Document], to_be: Sequence[Wanted]) -> tuple[list[Document], list[Wanted]]:
    """Give the papers that hold no more, and the receipts that are missing."""
    missing = {one.identity: one for one in to_be}
    valid = [paper for paper in papers if is_ours(paper) and not paper.is_void]
    void = [paper for paper in valid if missing.pop(identity_of(paper), None) is None]
    return void, list(missing.values())


def is_ours(paper: Document) -> bool:
    """Tell a receipt that was made here from one that came from the landlord's software."""
    return paper.kind in KINDS and bool(paper.code)


def identity_of(paper: Document) -> Identity:
    """Give what a receipt on register is of."""
    return paper.kind, paper.month, paper.of, paper.cents or 0


def why_void(paper: Document, case: ReceiptCase, to_be: Sequence[Wanted]) -> str:
    """Say in French, to the tenant, why a receipt holds no more."""
    if paper.kind is DocumentKind.PARTIAL_RECEIPT:
        return _why_part(paper, case, to_be)
    if any(isinstance(one, SettledMonth) and one.month == paper.month for one in to_be):
        return _MONTH_SETTLED_OTHERWISE
    called = next((entry for entry, call, _ in _known(case) if f"{call.month_on:%Y-%m}" == paper.month), None)
    if called is None:
        return _CALL_CORRECTED
    kind = _taken_from(case.entries, called)
    return _ACCOUNT_CORRECTED if kind is None else f"{_words(kind)}\u00a0: ce mois n’est plus réglé."


def _why_part(paper: Document, case: ReceiptCase, to_be: Sequence[Wanted]) -> str:
    taken = [one for one in settle(case.entries).taken if one.receipt.id == paper.of]
    if sum(one.cents for one in taken) >= max((-one.receipt.cents for one in taken), default=1):
        return _words(taken[-1].by.kind).replace("Un paiement", "Ce paiement") + "."
    if any(isinstance(one, LoosePart) and one.entry.id == paper.of for one in to_be):
        return _PART_CHANGED
    return _ON_A_RECEIPT


def _words(kind: EntryKind) -> str:
    return _TAKEN.get(kind, _CANCELLED)


def _taken_from(entries: Sequence[LedgerEntry], called: LedgerEntry) -> EntryKind | None:
    """Find what took money back without which a month would be settled; nothing if that is not the cause."""
    taking = sorted(filter(takes_back, entries), key=lambda entry: (entry.booked_on, entry.id), reverse=True)
    if not settle(entry for entry in entries if not takes_back(entry)).settles(called):
        return None
    for one in taking[:LOOKED_BACK]:
        if settle(entry for entry in entries if entry is not one).settles(called):
            return one.kind
    return taking[0].kind if taking else None


def _settled(
    case: ReceiptCase, since_on: date, by_debt: Mapping[str, Sequence[Part]]
) -> Iterable[SettledMonth]:
    for entry, call, stay in _known(case):
        parts = by_debt.get(entry.id, ())
        if call.month_on >= since_on and sum(part.cents for part in parts) >= entry.cents:
            received_cents = sum(part.cents for part in parts if is_received(part.credit))
            yield SettledMonth(
                call=call,
                asked_by=entry,
                stay=stay,
                received_cents=received_cents,
                credited_cents=max(entry.cents, 0) - received_cents,
                settled_by=parts[-1].credit if parts else entry,
            )


def _known(case: ReceiptCase) -> Iterable[tuple[LedgerEntry, RentCall, Stay]]:
    """Give the calls of which a right paper can be made, with their entry in the books and their days."""
    booked = [entry for entry in case.entries if entry.kind is EntryKind.RENT_CALL]
    for call in sorted(case.calls, key=lambda call: call.month_on):
        entry, stay = asking(call, booked), stay_of(case.lease, call.month_on)
        if entry and stay and entry.cents == call.cents and not trouble(call, case.lease):
            yield entry, call, stay


def _order(entry: LedgerEntry) -> tuple[date, str]:
    return entry.booked_on, entry.id


def _loose(
    case: ReceiptCase, since_on: date, by_credit: Mapping[str, Sequence[Part]], receipted: set[str]
) -> Iterable[LoosePart]:
    for entry in sorted(case.entries, key=_order):
        if is_received(entry) and entry.booked_on >= since_on:
            parts = [part for part in by_credit.get(entry.id, ()) if not _is_in(part, receipted)]
            if parts:
                yield LoosePart(entry, tuple(Share(_label(part), part.cents) for part in parts))


def _is_in(part: Part, receipted: set[str]) -> bool:
    return part.debt is not None and part.debt.id in receipted


def _label(part: Part) -> str:
    """Name what a part went to."""
    if part.debt is None:
        return "Avance sur les prochaines échéances"
    name = part.debt.label
    if part.debt.kind is EntryKind.RENT_CALL and part.debt.id == call_entry(part.debt.booked_on):
        name = f"Échéance {french.of_month(part.debt.booked_on)}"
    return name if part.cents >= part.debt.cents else f"{name}, en partie"
