"""Documents: the papers of a lease, listed and opened."""

from chalicelib.domain.documents import ID_SHAPE, LINK_SECONDS
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Leave, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.page("/documents")
def list_documents(visit: Visit) -> Answer:
    """List a lease's papers, newest first."""
    if not visit.holds:
        return Page("documents/index.html", {"tickets": [], "leases": [], "lease": None, "more_path": None})
    lease = visit.lease(visit.query.get("contrat", ""))
    after = visit.query.get("apres", "")
    papers, after = portal().documents.of_lease(lease, visit.of_shape(after, ID_SHAPE) if after else "")
    return Page(
        "documents/index.html",
        {
            "tickets": papers,
            "leases": [hold.lease for hold in visit.holds],
            "lease": lease,
            "more_path": f"/documents?contrat={lease}&apres={after}" if after else None,
        },
    )


@site.page("/documents/{lease}/{id}")
def open_document(visit: Visit, lease: str, id: str) -> Answer:
    """Send to an address of the file that lives a minute."""
    document = portal().documents.get(visit.lease(lease), visit.of_shape(id, ID_SHAPE))
    return Leave(portal().files.link(document.key, document.file_name, LINK_SECONDS))
