"""Signing in and out (« Se connecter »), and the size of the text (« A+ A- »)."""

from enum import StrEnum

from chalicelib.domain.accounts import Role, sign_in
from chalicelib.domain.errors import InvalidForm
from chalicelib.domain.sessions import new_session
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
WRONG = "L’identifiant ou le mot de passe n’est pas le bon."


class TextStep(StrEnum):
    """Which way the text grows."""

    SMALLER = "moins"
    LARGER = "plus"


@site.page("/connexion", public=True)
def show_sign_in(visit: Visit) -> Answer:
    """Show the sign-in page; somebody who is signed in is already there."""
    if visit.visitor:
        return SeeOther("/")
    return _sign_in_page(visit.query.get("suite", ""))


@site.form("/connexion", public=True)
def receive_sign_in(visit: Visit) -> Answer:
    """Let somebody in, on a session of its own, and take them where they wanted to go."""
    email, password, after = (
        visit.text("identifiant"),
        visit.form.get("mot-de-passe", ""),
        visit.text("suite"),
    )
    missing = {}
    if not email:
        missing["identifiant"] = "Indiquez votre identifiant, par exemple nom@exemple.fr."
    if not password:
        missing["mot-de-passe"] = "Indiquez votre mot de passe."
    if missing:
        return _sign_in_page(after, visit, InvalidForm(missing))
    account = sign_in(portal().accounts, portal().passwords, email, password, Role.TENANT)
    if account is None:
        return _sign_in_page(after, visit, InvalidForm({"identifiant": WRONG}))
    remembered = "souvenir" in visit.form
    session, secret = new_session(
        account.person, account.email, remembered=remembered, device=visit.device, now=visit.now
    )
    entrance = portal().entrance
    entrance.sessions.open(session)
    cookie = jar.session_cookie(entrance, account.person, secret, remembered=remembered)
    return SeeOther(own_path(after), (cookie,))


@site.form("/deconnexion")
def receive_sign_out(visit: Visit) -> Answer:
    """End this device's session."""
    session = visit.signed_in.session
    portal().entrance.sessions.close(session.tenant, session.secret_hash)
    return SeeOther("/connexion", (jar.no_session_cookie(portal().entrance),), clear=True)


@site.form("/preferences/texte", public=True)
def receive_text_size(visit: Visit) -> Answer:
    """Make the text larger or smaller, and show the same page again."""
    step = 1 if visit.choice("taille", TextStep) is TextStep.LARGER else -1
    size = min(max(visit.text_size + step, 0), jar.LARGEST_TEXT)
    return SeeOther(own_path(visit.text("retour")), (jar.text_size_cookie(portal().entrance, size),))


@site.page("/inscription", public=True)
def show_registration(visit: Visit) -> Answer:
    """Say how to get an account while registering online is not open."""
    return Page("accounts/soon.html", {"what": "inscription"})


@site.page("/mot-de-passe", public=True)
def show_forgotten_password(visit: Visit) -> Answer:
    """Say how to get a new password while asking for one online is not open."""
    return Page("accounts/soon.html", {"what": "mot-de-passe"})


def own_path(asked: str) -> str:
    """Give a path of this site, whatever was asked: never another host (OWASP, unvalidated redirects)."""
    plain = all(" " < letter < "\x7f" and letter != "\\" for letter in asked)
    return asked if plain and asked.startswith("/") and not asked.startswith("//") else "/"


def _sign_in_page(after: str, visit: Visit | None = None, error: InvalidForm | None = None) -> Page:
    form = {} if visit is None else {name: visit.form.get(name, "") for name in ("identifiant", "souvenir")}
    values = {"form": form, "error": error, "suite": own_path(after) if after else ""}
    return Page("accounts/sign_in.html", values, 422 if error else 200)
