"""Every page of the portal that a browser can ask for, with what to put in its address (« pages »)."""

from secrets import token_hex

from chalice.app import Chalice

from benchmarks import household
from chalicelib.domain.askings import Asking
from chalicelib.domain.links import LinkKind, new_link
from chalicelib.portal import now
from chalicelib.storage.links import DynamoLinks

# Passkeys are not offered on the bare address of a measure; tests/handlers/test_trips.py counts their page.
NOT_PAGES = ("/static/{name}", "/sante", "/informations-personnelles/cles")
LINKS = {
    "/confirmation/{token}": LinkKind.REGISTRATION,
    "/mot-de-passe/{token}": LinkKind.RECOVERY,
    "/deverrouillage/{token}": LinkKind.UNLOCK,
}


def targets(app: Chalice, payments: list[str], document: str) -> list[str]:
    """List the addresses of all pages; a page with an address unknown here is a ``LookupError``."""
    lease, request = household.LEASE_NUMBERS[0], household.requests()[-1].number
    samples = {
        "/paiement/{id}": [f"/paiement/{id}" for id in payments],
        "/documents/{lease}/{id}": [f"/documents/{lease}/{document}"],
        "/demandes/{number}": [f"/demandes/{request}"],
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
    kind, tenant = LINKS[path], household.TENANT
    asking = Asking(kind.value, kind.value, f"{token_hex(4)}@demo.example", now())
    link, token = new_link(kind, asking, tenant.id, now())
    DynamoLinks().issue(link, asking, None)
    return path.replace("{token}", token)
