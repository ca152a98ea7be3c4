"""Certificates of rent (« attestations de loyer »): made when a tenant asks, one for each lease and day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chalicelib.domain import french
from chalicelib.domain.documents import Document, DocumentKind, Documents
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.leases import RentCall
from chalicelib.domain.ledger import call_entry
from chalicelib.domain.paper_desk import Draft, PaperDesk, make_paper
from chalicelib.domain.paper_values import rent_certificate_values
from chalicelib.domain.rent_notices import trouble
from chalicelib.domain.rent_papers import ReceiptCase, Receipts, RentCertificate, paper_id, paper_number

NO_CALL = (
    "Nous n’avons pas encore d’appel de loyer pour ce contrat\u00a0: demandez l’attestation à votre agence."
)


class CertificateWork(Protocol):
    """Queue of certificates to be made soon, while somebody waits; made twice, each is there once."""

    def ask_certificate(self, lease: str, tenant: str, day: date) -> None:
        """Have a worker make a lease's certificate of a day."""


@dataclass(frozen=True)
class CertificateDesk(PaperDesk):
    """What making certificates needs; ``books`` are read, and nothing is written there."""

    books: Receipts
    documents: Documents


def certificate_id(lease: str, day: date) -> str:
    """Give the id of the certificate of a lease and a day, made already or not."""
    return paper_id(DocumentKind.CERTIFICATE.value, day, _number(lease, day))


@dataclass(frozen=True)
class CertificateCounter:
    """What asking for a certificate needs."""

    books: Receipts
    documents: Documents
    work: CertificateWork


def ask(counter: CertificateCounter, lease: str, tenant: str, now: datetime) -> Document | None:
    """Ask for a certificate of today: give it if it is there, else have it made.

    ``Absent`` if the tenant does not hold the lease, ``Refused`` once it is over, or while nothing is known
    of its rent.
    """
    today = french.today(now)
    case = counter.books.case(lease)
    if case is None or not _holds(case, tenant):
        raise Absent(lease)
    case.lease.check_running(today)
    if latest_call(case, today) is None:
        raise Refused(NO_CALL)
    if made := _found(counter.documents, lease, today):
        return made
    counter.work.ask_certificate(lease, tenant, today)
    return None


def issue_certificate(
    desk: CertificateDesk, lease: str, tenant: str, day: date, now: datetime
) -> Document | None:
    """Make and register the certificate of a day; one that is there is given as it is.

    Nothing, if it could not have been asked for.
    """
    if made := _found(desk.documents, lease, day):
        return made
    case = desk.books.case(lease)
    call = latest_call(case, day) if case else None
    if case is None or call is None or not _holds(case, tenant):
        return None
    desk.documents.add(_made(desk, case, call, day, now))
    return _found(desk.documents, lease, day)


def latest_call(case: ReceiptCase, day: date) -> RentCall | None:
    """Give the last call that says what the home costs: that of the month, or the latest one before."""
    right = [call for call in case.calls if call.month_on <= day and not trouble(call, case.lease)]
    return max(right, key=lambda call: call.month_on, default=None)


def _holds(case: ReceiptCase, tenant: str) -> bool:
    return any(holder.id == tenant for holder in case.holders)


def _found(documents: Documents, lease: str, day: date) -> Document | None:
    try:
        return documents.get(lease, certificate_id(lease, day))
    except Absent:
        return None


def _made(desk: CertificateDesk, case: ReceiptCase, call: RentCall, day: date, now: datetime) -> Document:
    paper = RentCertificate(
        number=_number(case.lease.number, day),
        lease=case.lease,
        holders=case.holders,
        month_on=call.month_on,
        lines=call.lines,
        balance_cents=_late_cents(case, day),
        issued_on=day,
    )
    draft = Draft(
        kind=DocumentKind.CERTIFICATE,
        number=paper.number,
        lease=case.lease.number,
        title=f"Attestation de loyer du {french.day(day)}",
        issued_on=day,
    )
    return make_paper(desk, draft, "rent_certificate", rent_certificate_values(desk.landlord, paper), now)


def _late_cents(case: ReceiptCase, day: date) -> int:
    """Give the balance of that day, without what is booked already and may be paid until then or later."""
    to_come = {call_entry(call.month_on) for call in case.calls if call.due_on >= day}
    return sum(entry.cents for entry in case.entries if entry.booked_on <= day and entry.id not in to_come)


def _number(lease: str, day: date) -> str:
    return paper_number("T", f"{day:%Y%m%d}", lease)
