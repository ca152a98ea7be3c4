"""Informations personnelles: what the landlord's file says of the tenant, and whether mail reaches them."""

from chalicelib.domain.errors import Refused
from chalicelib.domain.mail_health import TOO_OFTEN, resume_mail
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
RESUMED = "reprise"
CHANGED = "modifie"
CHANGES = {
    "telephones": "Vos téléphones sont enregistrés",
    "profession": "Votre profession est enregistrée",
}


@site.page("/informations-personnelles")
def show_profile(visit: Visit) -> Answer:
    """Show the tenant's file."""
    return _profile(visit)


@site.form("/informations-personnelles/messages")
def take_mail_again(visit: Visit) -> Answer:
    """Let mail leave again for the address of who is signed in; no field names another."""
    visitor = visit.signed_in
    try:
        resume_mail(portal().mail_health, visitor.tenant.id, visitor.email, visit.now)
    except Refused:
        return _profile(visit, 422)
    return SeeOther(f"/informations-personnelles?{RESUMED}=1")


def _profile(visit: Visit, status: int = 200) -> Page:
    visitor = visit.signed_in
    known = portal().mail_health.find(visitor.email) if visitor.email else None
    return Page(
        "profile/show.html",
        {
            "tenant": visitor.tenant,
            "email": visitor.email,
            "passkeys": portal().key_desk.reader.possible,
            "mail": known,
            "resumed": RESUMED in visit.query,
            "changed": CHANGES.get(visit.query.get(CHANGED, "")),
            "too_often": None if known is None or known.may_be_lifted(visit.now) else TOO_OFTEN,
        },
        status,
    )
