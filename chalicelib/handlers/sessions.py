"""Mes sessions: the devices that are signed in, each of which can be shown out."""

from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import InvalidForm
from chalicelib.domain.sessions import Session
from chalicelib.handlers.door import new_site
from chalicelib.handlers.proof import prove
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.audience import DOORS
from chalicelib.web.visit import Visit

site = new_site(__name__)
OTHERS = "autres"
_PAGES = {Role.TENANT: "/sessions", Role.AGENT: "/gestion/sessions"}


@site.staff_page("/gestion/sessions")
def show_staff_sessions(visit: Visit) -> Answer:
    """List the devices on which an agent is signed in."""
    return _list(visit)


@site.staff_form("/gestion/sessions/fermer")
def close_staff_session(visit: Visit) -> Answer:
    """End one session of an agent, or all but this one."""
    return _close(visit)


@site.page("/sessions")
def show_sessions(visit: Visit) -> Answer:
    """List the devices that are signed in."""
    return _list(visit)


@site.form("/sessions/fermer")
def close_session(visit: Visit) -> Answer:
    """End one session, or all but this one; nothing is chosen when only the password was typed."""
    return _close(visit)


def _close(visit: Visit) -> Answer:
    own, asked = visit.session, visit.text("session")
    sessions = portal().entrance.sessions
    if asked == own.family:
        sessions.close(own)
        cookie = jar.no_session_cookie(portal().entrance, own.role)
        return SeeOther(DOORS[own.role], (cookie,), clear=True)
    if wrong := prove(visit):
        return _list(visit, InvalidForm(wrong))
    if asked == OTHERS:
        sessions.close_others(own)
    elif chosen := [one for one in sessions.of(own.holder, own.role) if one.family == asked]:
        sessions.close(chosen[0])
    return SeeOther(_PAGES[own.role])


def _list(visit: Visit, error: InvalidForm | None = None) -> Page:
    own = visit.session
    open_ones = [
        one for one in portal().entrance.sessions.of(own.holder, own.role) if not one.is_over(visit.now)
    ]
    others = [one for one in open_ones if one.family != own.family]
    values = {"own": own, "others": sorted(others, key=_seen, reverse=True), "error": error}
    return Page("accounts/sessions.html", values, 422 if error else 200)


def _seen(session: Session) -> float:
    return session.seen_at.timestamp()
