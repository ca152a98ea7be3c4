"""Demandes: the tenant's requests and their threads, to be read."""

from chalicelib.domain.once import new_mark
from chalicelib.domain.service_requests import NUMBER_SHAPE
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.page("/demandes")
def list_requests(visit: Visit) -> Answer:
    """List the open requests and the history, latest first."""
    after = visit.query.get("apres", "")
    after = visit.of_shape(after, NUMBER_SHAPE) if after else ""
    found, after = portal().requests.of_tenant(visit.signed_in.tenant.id, after)
    return Page(
        "requests/index.html",
        {
            "open_requests": [one for one in found if one.is_open],
            "past_requests": [one for one in found if not one.is_open],
            "request_count": visit.signed_in.request_count,
            "more_path": f"/demandes?apres={after}" if after else None,
        },
    )


@site.page("/demandes/{number}")
def show_request(visit: Visit, number: str) -> Answer:
    """Show one request and its thread."""
    found = portal().requests.get(visit.signed_in.tenant.id, visit.of_shape(number, NUMBER_SHAPE))
    return Page("requests/show.html", {"service_request": found, "mark": new_mark()})
