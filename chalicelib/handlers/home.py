"""The home page (« Accueil »)."""

from chalicelib.domain.timeline import by_day
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)
ACTIONS = 10


@site.page("/", actions=ACTIONS)
def show_home(visit: Visit) -> Answer:
    """Show what matters now: alerts, requests, accounts, latest actions; two requests to the table."""
    visitor = visit.signed_in
    former = {hold.lease for hold in visitor.holds if hold.is_former(visit.today)}
    known = portal().home.facts([hold.lease for hold in visitor.holds], visitor.email)
    facts = known.without_settled(former)
    return Page(
        "home/home.html",
        {
            "alerts": facts.alerts(visit.today),
            "mail_trouble": facts.mail_trouble,
            "accounts": facts.accounts,
            "open_requests": visitor.open_requests,
            "request_count": visitor.request_count,
            "days": by_day(visitor.actions, visit.today),
        },
    )
