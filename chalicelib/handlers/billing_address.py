"""Adresse de facturation: where the papers of a lease go, changed at once."""

from collections.abc import Mapping

from chalicelib.domain.billing_address import FIELDS, change_address, fields_of, read_address
from chalicelib.domain.errors import InvalidForm
from chalicelib.domain.leases import Lease
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
PATH = "/contrat/adresse-de-facturation"


@site.page(PATH)
def show_address(visit: Visit) -> Answer:
    """Ask for the address, the present one filled in."""
    lease = _running(visit, visit.query.get("contrat", ""))
    return _form(lease, fields_of(lease.billing_address, visit.signed_in.tenant.display_name))


@site.form(PATH)
def receive_address(visit: Visit) -> Answer:
    """Write the address; the one that is there already changes nothing."""
    lease = _running(visit, visit.text("contrat"))
    try:
        address = read_address({field: visit.text(field) for field in FIELDS})
    except InvalidForm as error:
        return _form(lease, visit.form, error)
    change_address(portal().leases, lease, visit.signed_in.tenant.id, address, visit.now)
    return SeeOther(f"/contrat?contrat={lease.number}&change=1#facturation")


def _running(visit: Visit, asked: str) -> Lease:
    lease = portal().leases.get(visit.lease(asked))
    lease.check_running(visit.today)
    return lease


def _form(lease: Lease, typed: Mapping[str, str], error: InvalidForm | None = None) -> Page:
    return Page(
        "leases/billing_address.html",
        {"lease": lease, "typed": typed, "error": error},
        422 if error else 200,
    )
