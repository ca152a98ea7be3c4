"""Every page of the portal that a browser can ask for, with what to put in its address (« pages »)."""

from secrets import token_hex

from chalice.app import Chalice

from benchmarks import household
from chalicelib.domain.askings import Asking
from chalicelib.domain.links import LinkKind, new_link
from chalicelib.portal import now
from chalicelib.storage.links import DynamoLinks

NOT_PAGES = ("/static/{name}", "/sante")
STAFF_LINK = "/gestion/mot-de-passe/{token}"
LINKS = {
    "/confirmation/{token}": LinkKind.REGISTRATION,
    "/mot-de-passe/{token}": LinkKind.RECOVERY,
    "/deverrouillage/{token}": LinkKind.UNLOCK,
    STAFF_LINK: LinkKind.RECOVERY,
}


def targets(app: Chalice, payments: list[str], document: str) -> list[str]:
    """List the addresses of all pages; a page with an address unknown here is a ``LookupError``."""
    lease, request = household.LEASE_NUMBERS[0], household.requests()[-1].number
    certificate = f"{lease}/{household.CERTIFICATES[0].reference}"
    samples = {
        "/paiement/{id}": [f"/paiement/{id}" for id in payments],
        "/documents": ["/documents", f"/documents?contrat={lease}&type=quittances"],
        "/documents/{lease}/{id}": [f"/documents/{lease}/{document}"],
        "/demandes/{number}": [f"/demandes/{request}"],
        "/demandes/{number}/pieces/{id}": [f"/demandes/{request}/pieces/{household.UPLOADS[-1].id}"],
        "/envois/{id}": [one.path for one in household.UPLOADS],
        "/contrat/assurance/{lease}/{reference}": [f"/contrat/assurance/{certificate}"],
        "/gestion/attestations/{lease}/{reference}": [f"/gestion/attestations/{certificate}"],
        "/gestion/attestations/{lease}/{reference}/fichier": [f"/gestion/attestations/{certificate}/fichier"],
        **{path: [_linked(path)] for path in LINKS},
        "/paiement": ["/paiement", f"/paiement?contrat={lease}&annee=2026"],
        "/contrat": ["/contrat", f"/contrat?contrat={household.LEASE_NUMBERS[1]}"],
    }
    found: list[str] = []
    for path, methods in sorted(app.routes.items()):
        if "GET" not in methods or path in NOT_PAGES:
            continue
        if "{" in path and path not in samples:
            raise LookupError(f"benchmarks/pages.py does not know what to put into {path}")
        found += samples.get(path, [path])
    return found


def _linked(path: str) -> str:
    """Give the address of a link that was mailed, each to an address of its own, and not used."""
    kind, email = LINKS[path], f"{token_hex(4)}@demo.example"
    asking = Asking(kind.value, kind.value, email, now())
    link, token = new_link(kind, asking, email if path == STAFF_LINK else household.TENANT.id, now())
    DynamoLinks().issue(link, asking, None)
    return path.replace("{token}", token)
