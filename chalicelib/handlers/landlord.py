"""The landlord's own pages: Contacts, and those that the law asks for."""

from chalicelib.handlers.door import new_site
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.page("/contacts", public=True)
def show_contacts(visit: Visit) -> Answer:
    """Show how to reach the landlord."""
    return Page("contacts/show.html")


@site.page("/mentions-legales", public=True)
def show_legal_notice(visit: Visit) -> Answer:
    """Show who publishes and hosts the site (loi 2004-575, art. 6 III)."""
    return Page("legal/mentions.html")


@site.page("/donnees-personnelles", public=True)
def show_privacy(visit: Visit) -> Answer:
    """Show what is kept on tenants, why, and their rights (RGPD, art. 13)."""
    return Page("legal/privacy.html")


@site.page("/accessibilite", public=True)
def show_accessibility(visit: Visit) -> Answer:
    """Show the declaration of accessibility (loi 2005-102, art. 47)."""
    return Page("legal/accessibility.html")
