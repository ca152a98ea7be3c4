"""Informations personnelles: what the landlord's file says of the tenant, to be read."""

from chalicelib.handlers.door import new_site
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.page("/informations-personnelles")
def show_profile(visit: Visit) -> Answer:
    """Show the tenant's file."""
    return Page("profile/show.html", {"tenant": visit.signed_in.tenant})
