"""Receipts in step with the books: what holds no more is made void, what is missing is issued.

What was issued is never changed, and its number never given again.  Each step is one fact, on the condition
that the books have not moved since they were read: cut anywhere, or done by two at once, it goes on from
there.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain import french
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Conflict
from chalicelib.domain.outbox import QueuedMail, queued_mail
from chalicelib.domain.paper_desk import Draft, PaperDesk, make_paper, named
from chalicelib.domain.paper_values import (
    partial_receipt_values,
    rent_receipt_values,
    verification_path,
)
from chalicelib.domain.receipt_rules import (
    LoosePart,
    SettledMonth,
    Wanted,
    as_of,
    difference,
    wanted,
    why_void,
)
from chalicelib.domain.rent_papers import (
    PartialReceipt,
    ReceiptCase,
    Receipts,
    RentReceipt,
    are_known,
    paper_number,
)

TRIES = 6
_LETTERS = {DocumentKind.RENT_RECEIPT: "Q", DocumentKind.PARTIAL_RECEIPT: "R"}


@dataclass(frozen=True)
class ReceiptDesk(PaperDesk):
    """What keeping receipts in step needs."""

    store: Receipts


def look_at(desk: ReceiptDesk, lease: str, now: datetime) -> None:
    """Bring a lease's receipts in step with its books; ``Conflict`` if these do not stand still.

    The account waits on while not all who hold the lease are known, and while money is to come.
    """
    for _ in range(TRIES):
        case = desk.store.case(lease)
        if case is None:
            desk.store.forget(lease)
            return
        if not case.holders or not are_known(case.lease, case.holders):
            return
        if _bring_in_step(desk, case, now) and (_comes_later(case, now) or desk.store.looked(case)):
            return
    raise Conflict(lease)


def _comes_later(case: ReceiptCase, now: datetime) -> bool:
    return as_of(case, french.today(now)) != case


def _bring_in_step(desk: ReceiptDesk, case: ReceiptCase, now: datetime) -> bool:
    """Make void what holds no more, then issue what is missing; ``False`` as soon as the books have moved."""
    today = french.today(now)
    to_be = wanted(case, desk.landlord.receipts_from, today)
    void, missing = difference(case.papers, to_be)
    for paper in void:
        if not desk.store.void(case, paper, why_void(paper, as_of(case, today), to_be), now):
            return False
    seen = case
    for one in missing:
        paper = _made(desk, seen, one, now)
        if not desk.store.issue(case, paper, _period(one), _mails(case, one, paper, now)):
            return False
        seen = replace(seen, papers=(*seen.papers, paper))
    return True


def _made(desk: ReceiptDesk, case: ReceiptCase, one: Wanted, now: datetime) -> Document:
    kind, month, of, cents = one.identity
    number = _next_number(case, kind, month)
    code = desk.codes.code(named(case.lease.number, number))
    draft = Draft(
        kind=kind,
        number=number,
        lease=case.lease.number,
        title=_title(one),
        issued_on=french.today(now),
        cents=cents,
        month=month,
        of=of,
        code=code,
    )
    template, values = _values(desk, case, one, draft)
    return make_paper(desk, draft, template, values, now)


def _next_number(case: ReceiptCase, kind: DocumentKind, month: str) -> str:
    """Give the number after those that were given, to void papers too."""
    first = paper_number(_LETTERS[kind], month, case.lease.number)
    given = [paper for paper in case.papers if paper.number == first or paper.number.startswith(f"{first}-")]
    return paper_number(_LETTERS[kind], month, case.lease.number, len(given) + 1)


def _values(desk: ReceiptDesk, case: ReceiptCase, one: Wanted, draft: Draft) -> tuple[str, dict[str, Any]]:
    qr = desk.qr.link(desk.address + verification_path(draft.code))
    if isinstance(one, SettledMonth):
        return "rent_receipt", rent_receipt_values(desk.landlord, _quittance(case, one, draft), qr)
    return "partial_receipt", partial_receipt_values(desk.landlord, _receipt(case, one, draft), qr)


def _quittance(case: ReceiptCase, month: SettledMonth, draft: Draft) -> RentReceipt:
    return RentReceipt(
        number=draft.number,
        lease=case.lease,
        holders=case.holders,
        call=month.call,
        stay=month.stay,
        received_cents=month.received_cents,
        credited_cents=month.credited_cents,
        settled_on=month.settled_by.booked_on,
        issued_on=draft.issued_on,
        code=draft.code,
    )


def _receipt(case: ReceiptCase, part: LoosePart, draft: Draft) -> PartialReceipt:
    return PartialReceipt(
        number=draft.number,
        lease=case.lease,
        holders=case.holders,
        entry=part.entry,
        cents=part.cents,
        shares=part.shares,
        issued_on=draft.issued_on,
        code=draft.code,
    )


def _title(one: Wanted) -> str:
    if isinstance(one, SettledMonth):
        return f"Quittance de loyer {french.of_month(one.call.month_on)}"
    return f"Reçu de {french.euros(one.cents)}"


def _period(one: Wanted) -> str:
    """Say what time a receipt is about, as its check and its mail do."""
    if isinstance(one, SettledMonth):
        return one.stay.text
    return f"paiement du {french.day(one.entry.booked_on)}"


def _mails(case: ReceiptCase, one: Wanted, paper: Document, now: datetime) -> list[QueuedMail]:
    """Write to those holders who agreed to electronic receipts, and to nobody else."""
    said = {
        "title": paper.title,
        "period": _period(one),
        "amount": french.euros(paper.cents or 0),
        "lease": case.lease.title,
        "path": paper.path,
    }
    return [
        queued_mail(named(case.lease.number, paper.number), holder.id, "receipt", said, now)
        for holder in case.holders
        if holder.id in case.consenting
    ]
