"""S’inscrire: the form, and the links that confirm an address, of an account that opens or moves."""

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.address_change import change_address, is_owner
from chalicelib.domain.errors import InvalidForm, Refused, Unavailable
from chalicelib.domain.links import Link, LinkKind, LinkState
from chalicelib.domain.passwords import RULE
from chalicelib.domain.registration import (
    LONGEST_NAME,
    Registration,
    ask_for_account,
    ask_for_new_link,
    contract_number,
    is_chosen,
    open_account,
)
from chalicelib.domain.signing_in import Attempt
from chalicelib.domain.throttling import TooManyTries
from chalicelib.handlers.door import new_site
from chalicelib.handlers.mailed_links import done, find, living, spent
from chalicelib.handlers.typed import wrong_address, wrong_passwords
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page
from chalicelib.web.visit import Visit

site = new_site(__name__)
CONFIRMS = (LinkKind.REGISTRATION, LinkKind.ADDRESS)
KEPT = ("nom", "reference", "identifiant")
AWAY = "Nous n’avons pas pu prendre votre demande. Réessayez dans quelques minutes."
PASSWORD, MISSING = "mot-de-passe", "Indiquez votre mot de passe."
NOT_CHOSEN = (
    "Ce n’est pas le mot de passe choisi à l’inscription. "
    "Si vous ne l’avez pas choisi vous-même, inscrivez-vous de nouveau."
)
NOT_YOURS = "Ce n’est pas le mot de passe de ce compte."
TOO_MANY, NOT_NOW, CONFLICT = 429, 503, 409


@site.page("/inscription", public=True)
def show_registration(visit: Visit) -> Answer:
    """Ask for what opens an account."""
    return _form(visit)


@site.form("/inscription", public=True)
def receive_registration(visit: Visit) -> Answer:
    """Take a registration; the mail says what came of it, the page does not know."""
    typed = Registration(
        visit.text("nom"),
        contract_number(visit.text("reference")),
        visit.text("identifiant"),
        visit.form.get("mot-de-passe", ""),
    )
    if wrong := _wrong(visit, typed):
        return _form(visit, InvalidForm(wrong))
    try:
        ask_for_account(portal().front, portal().passwords, typed, visit.client, visit.now)
    except TooManyTries as error:
        return _form(visit, error, TOO_MANY)
    except Unavailable:
        return _form(visit, Refused(AWAY), NOT_NOW)
    return Page("accounts/mail_sent.html", {"what": "registration", "email": typed.email})


@site.page("/confirmation/{token}", public=True)
def show_confirmation(visit: Visit, token: str) -> Answer:
    """Ask to confirm an address."""
    found = find(token, *CONFIRMS)
    link = living(found, visit.now)
    if link is None:
        return spent(found, token, visit.now)
    return _confirmation(visit, link, token)


@site.form("/confirmation/{token}", public=True)
def receive_confirmation(visit: Visit, token: str) -> Answer:
    """Open the account, or move it to its new address; a second click finds it done.

    The link shows who reads the mails of the address; the password, that it is who asked.
    """
    found = find(token, *CONFIRMS)
    link = living(found, visit.now)
    if link:
        try:
            wrong = _wrong_password(visit, link)
        except TooManyTries as error:
            return _confirmation(visit, link, token, error, TOO_MANY)
        if wrong:
            return _confirmation(visit, link, token, InvalidForm({PASSWORD: wrong}))
        outcome = _confirm(visit, link)
        if outcome is Outcome.TAKEN:
            return Page("accounts/taken.html", {"kind": link.kind.value}, CONFLICT)
        if outcome is Outcome.DONE:
            return done(link)
        found = find(token, *CONFIRMS)
    if found and found.kind is LinkKind.REGISTRATION and found.state(visit.now) is LinkState.USED:
        return done(found)
    return spent(found, token, visit.now)


@site.form("/confirmation/{token}/nouveau", public=True)
def ask_again(visit: Visit, token: str) -> Answer:
    """Have another link sent in place of one that is over: nothing has to be typed again."""
    found = find(token, LinkKind.REGISTRATION)
    if found is None or found.state(visit.now) is not LinkState.OVER:
        return spent(found, token, visit.now)
    ask_for_new_link(portal().front, found, visit.client, visit.now)
    return Page("accounts/mail_sent.html", {"what": "new_link", "email": found.email})


def _wrong_password(visit: Visit, link: Link) -> str:
    """Say what is wrong with the password that goes with a link; who is signed in need not type it."""
    if not _is_asked(visit, link):
        return ""
    typed, here = visit.form.get(PASSWORD, ""), portal()
    if not typed:
        return MISSING
    if link.kind is LinkKind.REGISTRATION:
        chosen = is_chosen(here.front.tallies, here.passwords, link, typed, visit.now)
        return "" if chosen else NOT_CHOSEN
    known = jar.read_device(here.entrance, visit.cookies, link.email)
    attempt = Attempt(link.email, typed, visit.client, known)
    return "" if is_owner(here.doorkeeper, attempt, link, visit.now) else NOT_YOURS


def _is_asked(visit: Visit, link: Link) -> bool:
    """Tell whether a link wants a password: a registration's always, a new address' but from its account."""
    own = visit.tenant is not None and visit.tenant.id == link.person
    return link.kind is LinkKind.REGISTRATION or not own


def _confirmation(
    visit: Visit, link: Link, token: str, error: Refused | None = None, status: int = 422
) -> Page:
    values = {"link": link, "token": token, "asked": _is_asked(visit, link), "error": error}
    return Page("accounts/confirm.html", values, status if error else 200)


def _confirm(visit: Visit, link: Link) -> Outcome:
    changes, queue = portal().account_changes, portal().entrance.access
    if link.kind is LinkKind.REGISTRATION:
        return open_account(changes, portal().reception.tenants, queue, link, visit.now)
    staying = visit.visitor.session.family if visit.visitor else ""
    return change_address(changes, portal().accounts, queue, link, staying, visit.now)


def _wrong(visit: Visit, typed: Registration) -> dict[str, str]:
    """Say what is wrong with what was typed, by field, in the order of the form."""
    landlord = portal().landlord
    about = [typed.name, typed.reference, typed.email, landlord.name, landlord.portal_host]
    found = {
        "nom": _wrong_name(typed.name),
        "reference": "" if typed.reference else _wrong_reference(visit.text("reference")),
        "identifiant": wrong_address(typed.email),
        **wrong_passwords(visit.form, "mot-de-passe", "confirmer", about),
    }
    return {field: reason for field, reason in found.items() if reason}


def _wrong_name(typed: str) -> str:
    if not typed:
        return "Indiquez votre nom, tel qu’il est sur votre avis d’échéance."
    if len(typed) > LONGEST_NAME:
        return f"Le nom compte {LONGEST_NAME} caractères au plus."
    return "" if typed.isprintable() else "Indiquez votre nom sur une seule ligne."


def _wrong_reference(typed: str) -> str:
    if not typed:
        return "Indiquez votre référence client\u00a0: elle est en haut à gauche de votre avis d’échéance."
    return "Une référence client ressemble à 9126\u00a0: le numéro du contrat, sans le «\u00a0L/\u00a0»."


def _form(visit: Visit, error: Refused | None = None, status: int = 422) -> Page:
    """Show the form, with what was typed but for the passwords."""
    kept = {name: visit.form.get(name, "") for name in KEPT}
    values = {"form": kept, "error": error, "rule": RULE}
    return Page("accounts/register.html", values, status if error else 200)
