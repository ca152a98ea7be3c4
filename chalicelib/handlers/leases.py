"""Contrat: a lease with what is rented, who lives there, where its papers go, and its insurance."""

from chalicelib.domain.insurance import cover_of, last_refused, latest_accepted
from chalicelib.domain.occupants import TOPIC
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)
CHANGED = "change"


@site.page("/contrat")
def show_lease(visit: Visit) -> Answer:
    """Show one of the tenant's leases; ``objet`` chooses among what is rented."""
    if not visit.holds:
        return Page("leases/none.html")
    number = visit.lease(visit.query.get("contrat", ""))
    lease, certificates = portal().leases.with_certificates(number)
    cover = cover_of(number, certificates)
    asked = visit.query.get("objet", "")
    chosen = [unit for unit in lease.units if unit.reference == asked] or list(lease.units)
    former = [hold.lease for hold in visit.holds if hold.is_former(visit.today)]
    return Page(
        "leases/show.html",
        {
            "lease": lease,
            "over": lease.is_over(visit.today),
            "leases": [hold.lease for hold in visit.holds if hold.lease not in former],
            "former": former,
            "unit": chosen[0] if chosen else None,
            "occupants": lease.occupants_on(visit.today),
            "moves": [
                one for one in visit.signed_in.open_requests if (one.lease, one.topic) == (number, TOPIC)
            ],
            "done": CHANGED in visit.query,
            "cover": cover,
            "covered_until": cover.until(visit.today),
            "latest": latest_accepted(certificates, visit.today),
            "refused": last_refused(certificates),
            "certificates": certificates,
        },
    )
