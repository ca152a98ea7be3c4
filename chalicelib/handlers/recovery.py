"""Mot de passe oublié, of tenants and agents, and the link that forgets failed tries (« déverrouillage »).

Both forms take whatever address is typed; the link of the mail opens at the door of whose account it is.
"""

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Absent, InvalidForm, Refused, Unavailable
from chalicelib.domain.links import Link, LinkKind
from chalicelib.domain.passwords import RULE
from chalicelib.domain.recovery import ask_for_new_password, set_new_password
from chalicelib.domain.throttling import TooManyTries
from chalicelib.handlers.door import new_site
from chalicelib.handlers.mailed_links import done, find, living, spent
from chalicelib.handlers.registration import AWAY, NOT_NOW, TOO_MANY
from chalicelib.handlers.typed import wrong_address, wrong_passwords
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)


@site.page("/mot-de-passe", public=True)
def show_forgotten_password(visit: Visit) -> Answer:
    """Ask for the address of the account."""
    return _form(visit)


@site.form("/mot-de-passe", public=True)
def receive_forgotten_password(visit: Visit) -> Answer:
    """Take the wish; whether there is such an account, the page does not know."""
    return _take_wish(visit)


@site.page("/mot-de-passe/{token}", public=True)
def show_new_password(visit: Visit, token: str) -> Answer:
    """Ask for the new password."""
    return _ask_for_password(visit, token)


@site.form("/mot-de-passe/{token}", public=True)
def receive_new_password(visit: Visit, token: str) -> Answer:
    """Set the new password; every session ends, this device's too."""
    return _set_password(visit, token)


@site.staff_page("/gestion/mot-de-passe", public=True)
def show_staff_forgotten_password(visit: Visit) -> Answer:
    """Ask for the address of the agent's account."""
    return _form(visit)


@site.staff_form("/gestion/mot-de-passe", public=True)
def receive_staff_forgotten_password(visit: Visit) -> Answer:
    """Take the wish, as from anybody."""
    return _take_wish(visit)


@site.staff_page("/gestion/mot-de-passe/{token}", public=True)
def show_staff_new_password(visit: Visit, token: str) -> Answer:
    """Ask for the agent's new password."""
    return _ask_for_password(visit, token)


@site.staff_form("/gestion/mot-de-passe/{token}", public=True)
def receive_staff_new_password(visit: Visit, token: str) -> Answer:
    """Set the agent's new password; the telephone's codes are asked for as before."""
    return _set_password(visit, token)


@site.page("/deverrouillage/{token}", public=True)
def show_unlocking(visit: Visit, token: str) -> Answer:
    """Ask whether the failed tries were one's own."""
    found = _find(visit, token, LinkKind.UNLOCK)
    if living(found, visit.now) is None:
        return spent(found, token, visit.now)
    return Page("accounts/unlock.html", {"token": token})


@site.form("/deverrouillage/{token}", public=True)
def receive_unlocking(visit: Visit, token: str) -> Answer:
    """Forget the failed tries of a tenant's account."""
    found = _find(visit, token, LinkKind.UNLOCK)
    link = living(found, visit.now)
    if link and portal().account_changes.unlock(link, visit.now) is Outcome.DONE:
        return done(link)
    return spent(_find(visit, token, LinkKind.UNLOCK), token, visit.now)


def _take_wish(visit: Visit) -> Answer:
    email = visit.text("identifiant")
    if reason := wrong_address(email):
        return _form(visit, InvalidForm({"identifiant": reason}))
    try:
        ask_for_new_password(portal().front, email, visit.client, visit.now)
    except TooManyTries as error:
        return _form(visit, error, TOO_MANY)
    except Unavailable:
        return _form(visit, Refused(AWAY), NOT_NOW)
    return Page("accounts/mail_sent.html", {"what": "recovery", "email": email})


def _ask_for_password(visit: Visit, token: str) -> Answer:
    found = _find(visit, token)
    link = living(found, visit.now)
    return _new_password(link, token) if link else spent(found, token, visit.now)


def _set_password(visit: Visit, token: str) -> Answer:
    found = _find(visit, token)
    link = living(found, visit.now)
    if link is None:
        return spent(found, token, visit.now)
    if wrong := wrong_passwords(visit.form, "nouveau-mot-de-passe", "confirmer", _about(link)):
        return _new_password(link, token, InvalidForm(wrong))
    here, password = portal(), visit.form["nouveau-mot-de-passe"]
    outcome = set_new_password(
        here.account_changes, here.accounts, here.passwords, here.entrance.access, link, password, visit.now
    )
    if outcome is Outcome.DONE:
        return done(link, _device(visit, link))
    return spent(_find(visit, token), token, visit.now)


def _device(visit: Visit, link: Link) -> tuple[str, ...]:
    """Give what a tenant's browser shall hold on which another password was set: it is still a known one.

    Else whoever knocks at the account would make its owner wait.  An agent shows a code first.
    """
    if link.role is Role.AGENT:
        return ()
    entrance = portal().entrance
    known = jar.read_device(entrance, visit.cookies, link.email)
    return (jar.device_cookie(entrance, link.email, known, max(visit.now, link.asked_at)),)


def _find(visit: Visit, token: str, kind: LinkKind = LinkKind.RECOVERY) -> Link | None:
    """Find the link that a token opens here: a tenant's is nothing on the agents' pages, nor theirs here."""
    found = find(token, kind)
    return found if found and found.role is visit.role else None


def _about(link: Link) -> list[str]:
    """Give what a password may not be made of."""
    landlord = portal().landlord
    known = [link.email, landlord.name, landlord.portal_host]
    if link.role is Role.AGENT:
        agent = portal().second_lock.steps.look(link.email, []).agent
        return [*known, agent.name, agent.agency] if agent else known
    try:
        tenant, holds = portal().reception.tenants.with_holds(link.person)
    except Absent:
        return known
    return [*known, tenant.first_name, tenant.last_name, tenant.email, *(hold.lease for hold in holds)]


def _form(visit: Visit, error: Refused | None = None, status: int = 422) -> Page:
    typed = visit.form.get("identifiant", "")
    return Page("accounts/forgotten.html", {"typed": typed, "error": error}, status if error else 200)


def _new_password(link: Link, token: str, error: InvalidForm | None = None) -> Page:
    values = {"email": link.email, "token": token, "error": error, "rule": RULE}
    return Page("accounts/new_password.html", values, 422 if error else 200)
