"""Documents: the papers of a lease by kind and year, opened, asked for, and how receipts are handed over."""

from enum import StrEnum

from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.consents import Consent, decide
from chalicelib.domain.documents import ID_SHAPE, LINK_SECONDS, Document
from chalicelib.domain.folder import Asked, Tab, day_in_words, open_folder, type_in_words, void_word
from chalicelib.domain.rent_certificates import ask, certificate_id
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Leave, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
NOT_READABLE = 503
DECIDED = "fait"


class Answered(StrEnum):
    """What a tenant answers when asked for consent."""

    YES = "oui"
    NO = "non"


@site.page("/documents")
def list_documents(visit: Visit) -> Answer:
    """Show a lease's papers of one kind and year, newest first."""
    if not visit.holds:
        return Page("documents/none.html")
    lease = visit.lease(visit.query.get("contrat", ""))
    after = visit.query.get("apres", "")
    asked = Asked(
        visit.query.get("type", ""),
        visit.query.get("annee", ""),
        visit.query.get("page", ""),
        visit.of_shape(after, ID_SHAPE) if after else "",
    )
    decided = DECIDED in visit.query
    papers, consents = portal().documents.everything(lease, fresh=decided)
    sheet = open_folder(papers, asked)
    return Page(
        "documents/index.html",
        {
            "lease": lease,
            "leases": [hold.lease for hold in visit.holds],
            "over": _is_over(visit, lease),
            "sheet": sheet,
            "day_in_words": day_in_words,
            "type_in_words": type_in_words,
            "void_word": void_word,
            "consent": consents.get(visit.signed_in.tenant.id, Consent(lease, visit.signed_in.tenant.id)),
            "decided": decided,
            "certificate": _certificate_of_today(visit, lease, papers),
            "preparing": visit.query.get("demande", "") == visit.today.isoformat(),
        },
    )


@site.page("/documents/{lease}/{id}")
def open_document(visit: Visit, lease: str, id: str) -> Answer:
    """Send to an address of the file that lives a minute; ``voir`` has the browser show it.

    A file that is registered and cannot be read is our fault, and nobody else's: the page says what to do.
    """
    document = portal().documents.get(visit.lease(lease), visit.of_shape(id, ID_SHAPE))
    files = portal().files
    if not files.holds(document.key):
        raise_alarm(Alarm.FILE_MISSING, document=document.id, lease=document.lease)
        return Page("documents/missing.html", {"document": document}, NOT_READABLE)
    inline, name = "voir" in visit.query, document.file_name
    return Leave(files.link(document.key, name, LINK_SECONDS, document.media_type, inline=inline))


@site.form("/documents/accord")
def receive_consent(visit: Visit) -> Answer:
    """Write down whether receipts may go to the tenant in electronic form; each holder says so alone."""
    lease, answered = visit.lease(visit.text("contrat")), visit.choice("accord", Answered)
    agreed = answered is Answered.YES
    decide(portal().consents, lease, visit.signed_in.tenant.id, visit.now, agreed=agreed)
    return SeeOther(f"/documents?contrat={lease}&type={Tab.RECEIPTS}&{DECIDED}=1#accord")


@site.form("/documents/attestation")
def ask_certificate(visit: Visit) -> Answer:
    """Have the certificate of what the home costs made; a lease has one a day, however often it is asked."""
    lease = visit.lease(visit.text("contrat"))
    ask(portal().certificate_counter, lease, visit.signed_in.tenant.id, visit.now)
    return SeeOther(f"/documents?contrat={lease}&type={Tab.CERTIFICATES}&demande={visit.today}#attestation")


def _is_over(visit: Visit, lease: str) -> bool:
    return any(hold.lease == lease and hold.is_former(visit.today) for hold in visit.holds)


def _certificate_of_today(visit: Visit, lease: str, papers: list[Document]) -> Document | None:
    id = certificate_id(lease, visit.today)
    return next((one for one in papers if one.id == id), None)
