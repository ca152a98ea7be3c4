"""The agents' door (« gestion, connexion »): the password, then a code of the telephone."""

from chalicelib.domain.accounts import Role, same_address
from chalicelib.domain.devices import device_in_words
from chalicelib.domain.errors import InvalidForm, Refused
from chalicelib.domain.second_factor import HalfOpen
from chalicelib.domain.second_step import DoorClosed, half_open, is_enrolled, pass_code
from chalicelib.domain.signing_in import Attempt, Opened
from chalicelib.domain.throttling import TooManyTries
from chalicelib.handlers.accounts import TOO_MANY, WRONG, change_text_size, missing_fields
from chalicelib.handlers.door import new_site
from chalicelib.handlers.passkeys import asking_for_a_key
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.audience import DOORS, HOMES, audience_of
from chalicelib.web.paths import own_page
from chalicelib.web.visit import Visit

site = new_site(__name__)
DOOR, HOME = DOORS[Role.AGENT], HOMES[Role.AGENT]
CODE, ENROLMENT, CODES = "/gestion/code", "/gestion/double-authentification", "/gestion/codes-de-secours"
WRONG_CODE = "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant."
WRONG_RECOVERY = "Ce code de secours n’est pas le bon, ou il a déjà servi."
MISSING_CODE = "Indiquez le code."
LONGEST_CODE = 40


@site.staff_page(DOOR, public=True)
def show_staff_sign_in(visit: Visit) -> Answer:
    """Show the first step; an agent who is signed in is already there."""
    if visit.staff:
        return SeeOther(HOME)
    return _sign_in_page(visit, visit.query.get("suite", ""))


@site.staff_form(DOOR, public=True)
def receive_staff_sign_in(visit: Visit) -> Answer:
    """Open the first lock for who has the password: five minutes for the second, and nothing else."""
    after = visit.text("suite")
    if missing := missing_fields(visit):
        return _sign_in_page(visit, after, InvalidForm(missing))
    attempt = _attempt(visit, same_address(visit.text("identifiant")), visit.form["mot-de-passe"])
    try:
        half = half_open(portal().second_lock, attempt, visit.now)
    except TooManyTries as error:
        return _sign_in_page(visit, after, error, TOO_MANY)
    if half is None:
        return _sign_in_page(visit, after, InvalidForm({"identifiant": WRONG}))
    query = "" if own_desk(after) == HOME else f"?suite={own_desk(after)}"
    return SeeOther(CODE + query, (jar.step_cookie(portal().entrance, half),))


@site.staff_page(CODE, public=True)
def show_code(visit: Visit) -> Answer:
    """Ask for a code, or to enrol a telephone first."""
    half = half_open_door(visit)
    if half is None:
        return back_to_the_door(visit)
    try:
        enrolled = is_enrolled(portal().second_lock, half, visit.now)
    except DoorClosed:
        return back_to_the_door(visit)
    if not enrolled:
        return SeeOther(ENROLMENT)
    return _code_page(visit, visit.query.get("suite", ""), recovery="secours" in visit.query)


@site.staff_form(CODE, public=True)
def receive_code(visit: Visit) -> Answer:
    """Let an agent in, on a session of its own."""
    half, after, recovery = half_open_door(visit), visit.text("suite"), "secours" in visit.form
    if half is None:
        return back_to_the_door(visit)
    typed = visit.text("code")[:LONGEST_CODE]
    if not typed:
        return _code_page(visit, after, InvalidForm({"code": MISSING_CODE}), recovery=recovery)
    attempt, device = _attempt(visit, half.email), device_in_words(visit.device)
    try:
        opened = pass_code(portal().second_lock, half, attempt, typed, device, visit.now)
    except TooManyTries as error:
        return _code_page(visit, after, error, TOO_MANY, recovery=recovery)
    except DoorClosed:
        return back_to_the_door(visit)
    if opened is None:
        wrong = InvalidForm({"code": WRONG_RECOVERY if recovery else WRONG_CODE})
        return _code_page(visit, after, wrong, recovery=recovery)
    return SeeOther(f"{CODES}?utilise=1" if recovery else own_desk(after), come_in_cookies(visit, opened))


@site.staff_form("/gestion/deconnexion")
def receive_staff_sign_out(visit: Visit) -> Answer:
    """End this device's session."""
    entrance = portal().entrance
    entrance.sessions.close(visit.session)
    return SeeOther(DOOR, (jar.no_session_cookie(entrance, Role.AGENT),), clear=True)


@site.staff_form("/gestion/preferences/texte", public=True)
def receive_staff_text_size(visit: Visit) -> Answer:
    """Make the text larger or smaller, and show the same page again."""
    return change_text_size(visit)


def half_open_door(visit: Visit) -> HalfOpen | None:
    """Give whose door is half open on this device, if any."""
    return jar.read_step(portal().entrance, visit.cookies)


def back_to_the_door(visit: Visit) -> Answer:
    """Lead to the first step, which says why; an agent who is signed in needs none."""
    if visit.staff:
        return SeeOther(HOME)
    return SeeOther(f"{DOOR}?fait=trop-tard", (jar.no_step_cookie(portal().entrance),))


def come_in_cookies(visit: Visit, opened: Opened) -> tuple[str, ...]:
    """Give what the device of an agent who comes in shall hold."""
    entrance, email = portal().entrance, opened.session.email
    known = jar.read_device(entrance, visit.cookies, email)
    return (
        jar.session_cookie(entrance, opened.session, opened.secret),
        jar.device_cookie(entrance, email, known, opened.session.opened_at),
        jar.no_step_cookie(entrance),
    )


def own_desk(asked: str) -> str:
    """Give a page of the agents' to go to, their home page if what was asked is none."""
    page = own_page(asked)
    return page if audience_of(page.partition("?")[0]) is Role.AGENT else HOME


def staff_attempt(visit: Visit, email: str) -> Attempt:
    """Say what a try at an agent's codes is counted on."""
    return _attempt(visit, email)


def _attempt(visit: Visit, email: str, password: str = "") -> Attempt:
    entrance = portal().entrance
    known = jar.read_device(entrance, visit.cookies, email)
    return Attempt(email, password, visit.client, known, jar.read_key(entrance, visit.cookies, Role.AGENT))


def _sign_in_page(visit: Visit, after: str, error: Refused | None = None, status: int = 422) -> Page:
    values = {"typed": visit.form.get("identifiant", ""), "error": error, "suite": _carried(after)}
    passkey = asking_for_a_key(visit)
    given = values | {"passkey": passkey}
    return Page("staff/sign_in.html", given, status if error else 200, scripts=bool(passkey))


def _code_page(
    visit: Visit, after: str, error: Refused | None = None, status: int = 422, *, recovery: bool = False
) -> Page:
    values = {"error": error, "suite": _carried(after), "recovery": recovery}
    return Page("staff/code.html", values, status if error else 200)


def _carried(after: str) -> str:
    return "" if own_desk(after) == HOME else own_desk(after)
