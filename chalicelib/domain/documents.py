"""Papers of a lease (« documents »): made once, kept for good, opened by those who hold the lease."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.consents import Consent
from chalicelib.domain.errors import Absent, Conflict
from chalicelib.domain.landlord import Landlord, letterhead
from chalicelib.domain.leases import Lease, Leases, UnitKind
from chalicelib.domain.ledger import Ledger
from chalicelib.domain.mail import Attachment, Mailer, Undeliverable
from chalicelib.domain.payments import Payment, Payments, PaymentStatus
from chalicelib.domain.tenants import Tenant

LINK_SECONDS = 60
MAILED_WITHIN = timedelta(minutes=10)
PDF = "application/pdf"
ID_SHAPE = re.compile(r"[a-z-]{1,20}-\d{4}-\d\d-\d\d-[0-9a-f]{32}")


class DocumentKind(StrEnum):
    """Which tab a paper lies under."""

    RENT_NOTICE = "avis"
    RENT_RECEIPT = "quittance"
    CHARGE_STATEMENT = "regularisation"
    LEASE = "bail"
    INVENTORY_REPORT = "etat-des-lieux"
    CERTIFICATE = "attestation"
    PAYMENT_TICKET = "ticket"
    PARTIAL_RECEIPT = "recu"
    MANDATE = "mandat"


@dataclass(frozen=True)
class Document:
    """A paper of a lease; ``key`` is where its file lies.

    ``number`` is printed on it, ``cents`` its amount, ``month`` (« 2026-12 ») what it is about, ``of`` the
    entry of the account that a receipt is of, ``code`` what it is checked by.  What is issued never changes:
    it can only be void from a moment on, for a reason that the tenant reads.
    """

    id: str
    lease: str
    kind: DocumentKind
    title: str
    issued_on: date
    key: str
    size_bytes: int
    file_name: str
    number: str = ""
    cents: int | None = None
    month: str = ""
    of: str = ""
    code: str = ""
    void_at: datetime | None = None
    void_reason: str = ""
    media_type: str = PDF

    @property
    def path(self) -> str:
        """Give the address of the page that opens it."""
        return f"/documents/{self.lease}/{self.id}"

    @property
    def is_void(self) -> bool:
        """Tell whether it holds no more."""
        return self.void_at is not None


class Documents(Protocol):
    """Where the register of papers is kept."""

    def add(self, document: Document) -> None:
        """Register a paper; one that is registered already stays as it is."""

    def get(self, lease: str, id: str) -> Document:
        """Read a paper of a lease; ``Absent`` if the lease has none of that id."""

    def of_lease(self, lease: str, after: str = "", limit: int = 50) -> tuple[list[Document], str]:
        """Read a lease's papers, newest first, and where the next page starts (nothing: no more)."""

    def everything(self, lease: str, *, fresh: bool = False) -> tuple[list[Document], dict[str, Consent]]:
        """Read all papers of a lease, newest first, and its consents by tenant, in one query.

        ``fresh``: as last committed, for who has just written there.
        """


class Files(Protocol):
    """Where files are kept, once each."""

    def put(self, key: str, content: bytes, media_type: str) -> bytes:
        """Keep a file under a key, unless one is there already; give the content that is now there."""

    def remove(self, key: str) -> None:
        """Take out a file that nothing ever pointed to, if one is there."""

    def holds(self, key: str) -> bool:
        """Tell whether there is a file under a key that can be read; ``Unavailable`` if nobody can tell."""

    def link(
        self, key: str, file_name: str, seconds: int, media_type: str = PDF, *, inline: bool = False
    ) -> str:
        """Sign an address that downloads the file under that name, or shows it, for so many seconds."""


class Press(Protocol):
    """The engine that prints papers."""

    def press(self, template: str, values: dict[str, Any], issued_at: datetime) -> bytes:
        """Print a template as PDF; the same values and moment give the same bytes."""


class Tenants(Protocol):
    """Where tenants are kept."""

    def get(self, id: str) -> Tenant:
        """Read a tenant; ``Absent`` if there is none."""


@dataclass(frozen=True)
class Registry:
    """What issuing a paper needs."""

    documents: Documents
    files: Files
    press: Press
    mail: Mailer
    payments: Payments
    leases: Leases
    ledger: Ledger
    tenants: Tenants
    landlord: Landlord


def issue_ticket(registry: Registry, payment_id: str, now: datetime) -> Payment:
    """Make, keep and send the ticket of a payment (« ticket de paiement »), once.

    Cut anywhere and asked again, it goes on from there: the first file kept is the file for good.  The ticket
    is there as soon as it is made, whether mail works or not; the worker that says so first sends the mail,
    and another may only send it again when that worker has not been heard of since.
    """
    payment = registry.payments.get(payment_id)
    if payment.status is not PaymentStatus.PAID or payment.paid_at is None:
        raise Absent(payment_id)
    if payment.ticketed_at is not None or _somebody_is_at_it(payment, now):
        return payment
    tenant = registry.tenants.get(payment.tenant)
    ticket = _ticket_document(payment, french.today(payment.paid_at))
    values = _ticket_values(registry, payment, tenant, french.today(now))
    content = registry.files.put(ticket.key, registry.press.press("payment_ticket", values, now), PDF)
    registry.documents.add(replace(ticket, size_bytes=len(content)))
    try:
        payment = registry.payments.save(replace(payment, ticket=ticket.id, mailing_at=now))
    except Conflict:
        return registry.payments.get(payment_id)
    _mail_ticket(registry, payment, values, Attachment(ticket.file_name, content, PDF))
    return registry.payments.save(replace(payment, ticketed_at=now))


def _somebody_is_at_it(payment: Payment, now: datetime) -> bool:
    """Tell whether a worker has taken the mail upon itself lately; after that the sweep has it sent again."""
    return payment.mailing_at is not None and now - payment.mailing_at < MAILED_WITHIN


def _mail_ticket(registry: Registry, payment: Payment, values: dict[str, Any], ticket: Attachment) -> None:
    """Send a ticket to who paid; an address that cannot exist only means that no mail leaves."""
    if not payment.email:
        return
    said = {name: value for name, value in values.items() if name != "landlord"} | {"payment_id": payment.id}
    try:
        registry.mail.send(payment.email, "payment_ticket", said, [ticket])
    except Undeliverable:
        raise_alarm(Alarm.MAIL_UNDELIVERABLE, payment=payment.id)


def _ticket_document(payment: Payment, paid_on: date) -> Document:
    return Document(
        id=f"ticket-{paid_on:%Y-%m-%d}-{payment.id}",
        lease=payment.lease,
        kind=DocumentKind.PAYMENT_TICKET,
        title=f"Ticket de paiement de {french.euros(payment.cents)}",
        issued_on=paid_on,
        key=f"tickets/{payment.lease}/{payment.id}.pdf",
        size_bytes=0,
        file_name=f"ticket-{payment.number}.pdf",
    )


def _ticket_values(registry: Registry, payment: Payment, tenant: Tenant, day: date) -> dict[str, Any]:
    lease = registry.leases.get(payment.lease)
    balance = registry.ledger.account(payment.lease).balance_cents
    paid_at = payment.paid_at or payment.started_at
    return {
        "landlord": letterhead(registry.landlord),
        "number": payment.number,
        "lease": lease.title,
        "tenant": {"name": tenant.display_name, "address": _below_the_name(lease, tenant)},
        "dwelling": _dwelling(lease),
        "amount": french.euros_in_documents(payment.cents),
        "amount_cents": payment.cents,
        "paid_on": french.day(french.today(paid_at)),
        "paid_hour": french.hour(paid_at),
        "means": _means(payment),
        "reference": payment.charge,
        "balance_after": french.euros_in_documents(abs(balance)),
        "balance_word": balance_word(balance),
        "issued_on": french.day(day),
        "issued_iso": [day.year, day.month, day.day],
    }


def _means(payment: Payment) -> str:
    """Name the means of payment; a wallet does not always tell the card's last figures."""
    return "Carte bancaire" + (f" se terminant par\u00a0{payment.card_last4}" if payment.card_last4 else "")


def _below_the_name(lease: Lease, tenant: Tenant) -> list[str]:
    """Give the lines under the payer's name: a billing address that starts with that name says it once."""
    lines = list(lease.billing_address)
    return lines[1:] if lines[:1] == [tenant.display_name] else lines


def balance_word(cents: int) -> str:
    """Give the word for which way a balance goes."""
    if cents == 0:
        return "à jour"
    return "débiteur" if cents > 0 else "créditeur"


def _dwelling(lease: Lease) -> str:
    units = [unit for unit in lease.units if unit.kind is UnitKind.DWELLING] or list(lease.units)
    return ", ".join((units[0].reference, *units[0].address)) if units else lease.residence
