"""The telephone of an agent (« double authentification »): enrolled, changed, and its recovery codes."""

from dataclasses import dataclass

from chalicelib.domain.devices import device_in_words
from chalicelib.domain.errors import InvalidForm, Refused
from chalicelib.domain.second_factor import key_of, name_of_change
from chalicelib.domain.second_step import (
    DoorClosed,
    NotThePresentOne,
    change_telephone,
    enrol,
    is_enrolled,
    renew_recovery_codes,
)
from chalicelib.domain.throttling import TooManyTries
from chalicelib.handlers.accounts import TOO_MANY
from chalicelib.handlers.door import new_site
from chalicelib.handlers.proof import prove
from chalicelib.handlers.staff.door import (
    CODES,
    ENROLMENT,
    LONGEST_CODE,
    MISSING_CODE,
    WRONG_CODE,
    back_to_the_door,
    come_in_cookies,
    half_open_door,
    staff_attempt,
)
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
NOT_THIS_CODE = "Ce code n’est pas le bon. Attendez le suivant, et vérifiez l’heure de votre téléphone."

PRESENT = "code-actuel"
MISSING_PRESENT = "Indiquez un code de votre téléphone actuel, ou un code de secours."


@dataclass(frozen=True)
class _Owner:
    """Whose telephone is enrolled, and under which name the key is theirs."""

    email: str
    name: str


@site.staff_page(ENROLMENT, public=True)
def show_enrolment(visit: Visit) -> Answer:
    """Show the key to enrol a telephone with, to who has just typed the password."""
    if visit.staff and not visit.proven:
        return _asking_for_the_password(visit)
    owner = _owner(visit)
    if owner is None:
        return back_to_the_door(visit)
    return _enrolment(visit, owner)


@site.staff_form(ENROLMENT, public=True)
def receive_enrolment(visit: Visit) -> Answer:
    """Enrol the telephone whose code shows that it has the key, once the password is typed."""
    if visit.staff and not visit.proven:
        wrong = prove(visit)
        return _asking_for_the_password(visit, InvalidForm(wrong)) if wrong else SeeOther(ENROLMENT)
    owner, typed = _owner(visit), visit.text("code")[:LONGEST_CODE]
    if owner is None:
        return back_to_the_door(visit)
    if missing := _missing(visit, typed):
        return _enrolment(visit, owner, InvalidForm(missing))
    try:
        return _change(visit, owner, typed) if visit.staff else _enrol(visit, owner, typed)
    except TooManyTries as error:
        return _enrolment(visit, owner, error, TOO_MANY)
    except DoorClosed:
        return back_to_the_door(visit)


@site.staff_page(CODES)
def show_recovery_codes(visit: Visit) -> Answer:
    """Say how many recovery codes are left."""
    return _codes_left(visit)


@site.staff_form(CODES)
def receive_new_recovery_codes(visit: Visit) -> Answer:
    """Replace the recovery codes for who shows a code of the telephone."""
    typed = visit.text("code")[:LONGEST_CODE]
    if not typed:
        return _codes_left(visit, InvalidForm({"code": MISSING_CODE}))
    attempt = staff_attempt(visit, visit.session.email)
    try:
        codes = renew_recovery_codes(portal().second_lock, attempt, visit.session, typed, visit.now)
    except TooManyTries as error:
        return _codes_left(visit, error, TOO_MANY)
    except DoorClosed:
        return back_to_the_door(visit)
    if codes is None:
        return _codes_left(visit, InvalidForm({"code": WRONG_CODE}))
    return Page("staff/recovery_codes.html", {"codes": codes, "enrolled": False})


def _enrol(visit: Visit, owner: _Owner, typed: str) -> Answer:
    half = half_open_door(visit)
    if half is None:
        return back_to_the_door(visit)
    attempt, device = staff_attempt(visit, owner.email), device_in_words(visit.device)
    done = enrol(portal().second_lock, half, attempt, typed, device, visit.now)
    if done is None:
        return _enrolment(visit, owner, InvalidForm({"code": NOT_THIS_CODE}))
    values = {"codes": done.recovery, "enrolled": True}
    return Page("staff/recovery_codes.html", values, cookies=come_in_cookies(visit, done.opened))


def _change(visit: Visit, owner: _Owner, typed: str) -> Answer:
    attempt, present = staff_attempt(visit, owner.email), _present(visit)
    try:
        codes = change_telephone(portal().second_lock, attempt, visit.session, present, typed, visit.now)
    except NotThePresentOne as error:
        return _enrolment(visit, owner, InvalidForm({PRESENT: error.reason}))
    if codes is None:
        return _enrolment(visit, owner, InvalidForm({"code": NOT_THIS_CODE}))
    return Page("staff/recovery_codes.html", {"codes": codes, "enrolled": True})


def _present(visit: Visit) -> str:
    """Give what was typed to show that the telephone before, or a recovery code, is at hand."""
    return visit.text(PRESENT)[:LONGEST_CODE]


def _missing(visit: Visit, typed: str) -> dict[str, str]:
    missing = {} if typed else {"code": MISSING_CODE}
    if visit.staff and not _present(visit):
        return {PRESENT: MISSING_PRESENT} | missing
    return missing


def _owner(visit: Visit) -> _Owner | None:
    """Tell whose telephone may be enrolled: an agent's who is signed in, or who has none yet."""
    if visit.staff:
        session = visit.session
        factor = portal().second_lock.steps.look(session.email, []).factor
        return _Owner(session.email, name_of_change(session, factor)) if factor else None
    half = half_open_door(visit)
    try:
        if half is None or is_enrolled(portal().second_lock, half, visit.now):
            return None
    except DoorClosed:
        return None
    return _Owner(half.email, half.name)


def _enrolment(visit: Visit, owner: _Owner, error: Refused | None = None, status: int = 422) -> Page:
    here = portal()
    key, codes = key_of(here.second_lock, owner.email, owner.name), here.second_lock.codes
    side, drawn = codes.picture(codes.address(key, owner.email, here.landlord.name))
    values = {
        "key": " ".join(key[place : place + 4] for place in range(0, len(key), 4)),
        "side": side,
        "drawn": drawn,
        "email": owner.email,
        "ask": False,
        "error": error,
    }
    return Page("staff/enrolment.html", values, status if error else 200)


def _asking_for_the_password(visit: Visit, error: Refused | None = None) -> Page:
    """Ask for the password alone: without it the key is shown to nobody."""
    return Page("staff/enrolment.html", {"ask": True, "error": error}, 422 if error else 200)


def _codes_left(visit: Visit, error: Refused | None = None, status: int = 422) -> Page:
    factor = portal().second_lock.steps.look(visit.session.email, []).factor
    values = {
        "left": len(factor.recovery) if factor else 0,
        "used": "utilise" in visit.query,
        "error": error,
    }
    return Page("staff/codes_left.html", values, status if error else 200)
