"""Every page of the portal that a browser can ask for, with what to put in its address (« pages »)."""

from chalice.app import Chalice

from benchmarks import household

NOT_PAGES = ("/static/{name}", "/sante")


def targets(app: Chalice, payments: list[str], document: str) -> list[str]:
    """List the addresses of all pages; a page with an address unknown here is a ``LookupError``."""
    lease, request = household.LEASE_NUMBERS[0], household.requests()[-1].number
    samples = {
        "/paiement/{id}": [f"/paiement/{id}" for id in payments],
        "/documents/{lease}/{id}": [f"/documents/{lease}/{document}"],
        "/demandes/{number}": [f"/demandes/{request}"],
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
