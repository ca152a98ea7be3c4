"""Changer d’e-mail: another address for the account of who is signed in, once it is confirmed there."""

from chalicelib.domain.accounts import same_address
from chalicelib.domain.address_change import ask_for_new_address
from chalicelib.domain.errors import InvalidForm, Refused, Unavailable
from chalicelib.domain.throttling import TooManyTries
from chalicelib.handlers.door import new_site
from chalicelib.handlers.proof import prove
from chalicelib.handlers.registration import AWAY, NOT_NOW, TOO_MANY
from chalicelib.handlers.typed import wrong_address
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)
PATH = "/informations-personnelles/e-mail"
FIELD = "nouvelle-adresse"
THE_SAME = "C’est déjà l’adresse de votre compte."


@site.page(PATH)
def show_address_change(visit: Visit) -> Answer:
    """Ask for the new address."""
    return _form(visit, ask=not visit.proven)


@site.form(PATH)
def receive_address_change(visit: Visit) -> Answer:
    """Take the new address: nothing changes until a link that is sent there is used."""
    unproven, new = prove(visit), visit.text(FIELD)
    if wrong := _wrong_address(visit, new) | unproven:
        return _form(visit, InvalidForm(wrong), ask=bool(unproven))
    try:
        ask_for_new_address(
            portal().front, visit.signed_in.session.email, same_address(new), visit.client, visit.now
        )
    except TooManyTries as error:
        return _form(visit, error, TOO_MANY)
    except Unavailable:
        return _form(visit, Refused(AWAY), NOT_NOW)
    return Page("accounts/address_change.html", {"sent": new, "ask": False, "typed": "", "error": None})


def _wrong_address(visit: Visit, new: str) -> dict[str, str]:
    reason = wrong_address(new)
    if not reason and same_address(new) == visit.signed_in.session.email:
        reason = THE_SAME
    return {FIELD: reason} if reason else {}


def _form(visit: Visit, error: Refused | None = None, status: int = 422, *, ask: bool = False) -> Page:
    values = {"sent": "", "ask": ask, "typed": visit.form.get(FIELD, ""), "error": error}
    return Page("accounts/address_change.html", values, status if error else 200)
