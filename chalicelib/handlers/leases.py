"""Contrat: a lease with what is rented, who lives there, and its insurance, to be read."""

from chalicelib.domain.insurance import cover_of
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.page("/contrat")
def show_lease(visit: Visit) -> Answer:
    """Show one of the tenant's leases; ``objet`` chooses among what is rented."""
    if not visit.holds:
        return Page("leases/none.html")
    number = visit.lease(visit.query.get("contrat", ""))
    lease, certificates = portal().leases.with_certificates(number)
    asked = visit.query.get("objet", "")
    chosen = [unit for unit in lease.units if unit.reference == asked] or list(lease.units)
    return Page(
        "leases/show.html",
        {
            "lease": lease,
            "leases": [hold.lease for hold in visit.holds],
            "unit": chosen[0] if chosen else None,
            "cover": cover_of(number, certificates),
            "certificates": certificates,
        },
    )
