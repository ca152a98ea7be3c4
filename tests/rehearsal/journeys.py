"""What people do in several journeys of the rehearsal, and what has to come of it."""

import re
import urllib.request
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Absent
from chalicelib.domain.payments import Payment
from chalicelib.portal import portal
from infra.local.mailbox import Mail
from tests.rehearsal.people import Debtor
from tests.rehearsal.stage import LiveStage
from tests.visitors import Visitor, own_path


@dataclass(frozen=True)
class Paying:
    """A tenant who is paying: their browser, the payment, and the provider's page."""

    tenant: Debtor
    visitor: Visitor
    payment: str
    page: str

    @property
    def path(self) -> str:
        return f"/paiement/{self.payment}"


def link(stage: LiveStage, to: str, subject: str) -> str:
    """Wait for a mail, and give the path of its link."""
    mail = stage.until(
        lambda: next((one for one in stage.mails(to) if one.subject == subject), None), f"« {subject} »"
    )
    own = re.escape(stage.deployed.outputs["PortalAddress"])
    (path,) = set(re.findall(rf"{own}((?:/[a-z-]+)+/[A-Za-z0-9_-]{{43}})\b", mail.text))
    return str(path)


def order(stage: LiveStage, tenant: Debtor) -> Paying:
    """Sign in and ask to pay all that is owed, up to where the browser is sent to the provider."""
    visitor = stage.visitor(tenant)
    sent = visitor.send(visitor.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account(tenant.lease).pending
    assert sent.location.startswith(stage.office.address)
    assert pending is not None
    return Paying(tenant, visitor, pending.payment, sent.location)


def pay(stage: LiveStage, tenant: Debtor) -> Paying:
    """Order, and pay on the provider's page."""
    paying = order(stage, tenant)
    back = stage.office.pay(paying.page)
    assert own_path(back) == paying.path
    return paying


def booked(paying: Paying) -> Payment | None:
    """Give the payment once it is in the books."""
    found = portal().payments.get(paying.payment)
    return found if found.booked else None


def ticket(paying: Paying) -> Document | None:
    """Give the payment's ticket once it was made and mailed."""
    payment = portal().payments.get(paying.payment)
    if payment.ticketed_at is None:
        return None
    try:
        return portal().documents.get(paying.tenant.lease, payment.ticket)
    except Absent:
        return None


def mailed(stage: LiveStage, tenant: Debtor) -> list[Mail]:
    """Give the mails that brought the tenant a ticket."""
    return [mail for mail in stage.mails(tenant.email) if mail.attachments]


def download(stage: LiveStage, paying: Paying, paper: Document) -> bytes:
    """Download a paper as the tenant does, by the signed address."""
    sent = paying.visitor.ask("GET", paper.path)
    assert sent.location.startswith(f"{stage.cloud.endpoint}/")
    with urllib.request.urlopen(sent.location) as answer:
        assert answer.headers["Content-Type"] == "application/pdf"
        content: bytes = answer.read()
    return content


def printed(content: bytes) -> str:
    """Read a paper; no-break spaces become spaces, as in a page's words."""
    return plain("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def plain(text: str) -> str:
    """Write every space as a plain one."""
    return " ".join(text.split())


def settled_once(stage: LiveStage, paying: Paying) -> None:
    """See that a payment came to its one end: booked once, one ticket, one mail, nothing owed."""
    tenant = paying.tenant
    paper = stage.until(lambda: ticket(paying), f"the ticket of {tenant.lease}")
    (charge,) = stage.office.charges(paying.payment)
    today = paper.issued_on.replace(day=1)
    account, entries = portal().ledger.statement(tenant.lease, today)

    assert charge.cents == tenant.owed_cents
    assert [entry.cents for entry in entries if entry.payment == paying.payment] == [-charge.cents]
    assert account.balance_cents == 0
    assert account.pending is None
    papers = portal().documents.of_lease(tenant.lease)[0]
    assert [one.id for one in papers if one.kind is DocumentKind.PAYMENT_TICKET] == [paper.id]
    assert len(mailed(stage, tenant)) == 1
