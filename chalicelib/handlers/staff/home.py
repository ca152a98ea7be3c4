"""The agents' home page (« Gestion »): who is signed in, and what is not open yet."""

from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.audience import STAFF
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.staff_page(STAFF)
def show_desk(visit: Visit) -> Answer:
    """Show whose desk it is."""
    return Page("staff/home.html", {"agent": visit.agent, "passkeys": portal().key_desk.reader.possible})
