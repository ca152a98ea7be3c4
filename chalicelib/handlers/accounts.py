"""Signing in and out (« Se connecter »), and the size of the text (« A+ A- »)."""

from enum import StrEnum

from chalicelib.domain.accounts import Role, same_address
from chalicelib.domain.devices import device_in_words
from chalicelib.domain.errors import InvalidForm, Refused
from chalicelib.domain.signing_in import Attempt, sign_in
from chalicelib.domain.throttling import TooManyTries
from chalicelib.handlers.door import new_site
from chalicelib.handlers.passkeys import asking_for_a_key
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.paths import own_page, own_path
from chalicelib.web.visit import Visit

site = new_site(__name__)
WRONG = "L’identifiant ou le mot de passe n’est pas le bon."
TOO_MANY = 429


class TextStep(StrEnum):
    """Which way the text grows."""

    SMALLER = "moins"
    LARGER = "plus"


@site.page("/connexion", public=True)
def show_sign_in(visit: Visit) -> Answer:
    """Show the sign-in page; somebody who is signed in is already there."""
    if visit.visitor:
        return SeeOther("/")
    return _sign_in_page(visit, visit.query.get("suite", ""))


@site.form("/connexion", public=True)
def receive_sign_in(visit: Visit) -> Answer:
    """Let somebody in, on a session of its own, and take them where they wanted to go."""
    email, password, after = (
        visit.text("identifiant"),
        visit.form.get("mot-de-passe", ""),
        visit.text("suite"),
    )
    if missing := missing_fields(visit):
        return _sign_in_page(visit, after, InvalidForm(missing))
    entrance, address = portal().entrance, same_address(email)
    known = jar.read_device(entrance, visit.cookies, address)
    attempt = Attempt(address, password, visit.client, known, jar.read_key(entrance, visit.cookies))
    remembered, device = "souvenir" in visit.form, device_in_words(visit.device)
    try:
        opened = sign_in(
            portal().doorkeeper, attempt, Role.TENANT, visit.now, remembered=remembered, device=device
        )
    except TooManyTries as error:
        return _sign_in_page(visit, after, error, TOO_MANY)
    if opened is None:
        return _sign_in_page(visit, after, InvalidForm({"identifiant": WRONG}))
    cookies = (
        jar.session_cookie(entrance, opened.session, opened.secret),
        jar.device_cookie(entrance, address, known, opened.session.opened_at),
    )
    return SeeOther(own_page(after), cookies)


def missing_fields(visit: Visit) -> dict[str, str]:
    """Give what is missing in the form of a door, by field."""
    missing = {}
    if not visit.text("identifiant"):
        missing["identifiant"] = "Indiquez votre identifiant, par exemple nom@exemple.fr."
    if not visit.form.get("mot-de-passe", ""):
        missing["mot-de-passe"] = "Indiquez votre mot de passe."
    return missing


@site.form("/deconnexion")
def receive_sign_out(visit: Visit) -> Answer:
    """End this device's session."""
    portal().entrance.sessions.close(visit.signed_in.session)
    return SeeOther("/connexion", (jar.no_session_cookie(portal().entrance),), clear=True)


@site.form("/preferences/texte", public=True)
def receive_text_size(visit: Visit) -> Answer:
    """Make the text larger or smaller, and show the same page again."""
    return change_text_size(visit)


def change_text_size(visit: Visit) -> Answer:
    """Keep another size of the text in the reader's browser."""
    step = 1 if visit.choice("taille", TextStep) is TextStep.LARGER else -1
    size = min(max(visit.text_size + step, 0), jar.LARGEST_TEXT)
    return SeeOther(own_path(visit.text("retour")), (jar.text_size_cookie(portal().entrance, size),))


def _sign_in_page(visit: Visit, after: str, error: Refused | None = None, status: int = 422) -> Page:
    passkey = asking_for_a_key(visit)
    values = {
        "form": {name: visit.form.get(name, "") for name in ("identifiant", "souvenir")},
        "error": error,
        "suite": own_path(after) if after else "",
        "passkey": passkey,
    }
    return Page("accounts/sign_in.html", values, status if error else 200, scripts=bool(passkey))
