"""Modifier mon mot de passe: another password for who is signed in."""

from chalicelib.domain.access import Notice, notify
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.errors import InvalidForm, Unavailable
from chalicelib.domain.passwords import RULE, check_password
from chalicelib.domain.signing_in import change_password
from chalicelib.handlers import proof
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
PATH = "/informations-personnelles/mot-de-passe"
NEW, AGAIN = "nouveau-mot-de-passe", "nouveau-mot-de-passe-encore"
DONE = "modifie"


@site.page(PATH)
def show_password_change(visit: Visit) -> Answer:
    """Ask for the new password, or say that it was changed."""
    return _page(visit, ask=not visit.proven, done=DONE in visit.query)


@site.form(PATH)
def receive_password_change(visit: Visit) -> Answer:
    """Change the password, show all other devices out, and tell the tenant by mail."""
    unproven = proof.prove(visit)
    if wrong := unproven | wrong_passwords(visit, about_visitor(visit)):
        return _page(visit, ask=bool(unproven), error=InvalidForm(wrong))
    session = visit.signed_in.session
    opened = change_password(portal().doorkeeper, session, visit.form[NEW], visit.now)
    try:
        notify(portal().entrance.access, Notice.PASSWORD_CHANGED, session.email, visit.now)
    except Unavailable:  # it is changed all the same, and must not look as if it were not
        raise_alarm(Alarm.NOTICE_LOST, kind=Notice.PASSWORD_CHANGED.value)
    entrance = portal().entrance
    known = jar.read_device(entrance, visit.cookies, session.email)
    cookies = (
        jar.session_cookie(entrance, opened.session, opened.secret),
        jar.device_cookie(entrance, session.email, known, opened.session.opened_at),
    )
    return SeeOther(f"{PATH}?{DONE}=1", cookies)


def about_visitor(visit: Visit) -> list[str]:
    """Give what a password may not be made of: what is known of its owner, and of the landlord."""
    visitor, landlord = visit.signed_in, portal().landlord
    names = [visitor.tenant.first_name, visitor.tenant.last_name, visitor.session.email, visitor.tenant.email]
    return [*names, *(hold.lease for hold in visitor.holds), landlord.name, landlord.portal_host]


def wrong_passwords(visit: Visit, about: list[str]) -> dict[str, str]:
    """Give what is wrong with a new password and its repetition, by field."""
    new, again = visit.form.get(NEW, ""), visit.form.get(AGAIN, "")
    if not new:
        return {NEW: "Indiquez votre nouveau mot de passe."}
    if reason := check_password(new, about=about):
        return {NEW: reason}
    return {} if again == new else {AGAIN: "Ce n’est pas le même mot de passe\u00a0: retapez le nouveau."}


def _page(visit: Visit, *, ask: bool, done: bool = False, error: InvalidForm | None = None) -> Page:
    values = {"ask": ask, "done": done, "error": error, "rule": RULE}
    return Page("accounts/password.html", values, 422 if error else 200)
