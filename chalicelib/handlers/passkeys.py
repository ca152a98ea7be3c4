"""Passkeys (« clés d’accès »): signing in with one, and those that one has; for tenants and agents alike.

The page asks the device by a small script, and sends what it answers with an ordinary form: without scripts
the form is not shown, and the password does as before.
"""

import base64
import json
from functools import partial
from typing import Any

from chalicelib.domain.accounts import Role
from chalicelib.domain.devices import device_in_words
from chalicelib.domain.errors import Absent, InvalidForm, Refused
from chalicelib.domain.passkeys import (
    CHALLENGE_LIFE,
    NotThisKey,
    add_passkey,
    own_passkeys,
    remove_passkey,
    sign_in_with_passkey,
)
from chalicelib.handlers.door import new_site
from chalicelib.handlers.proof import prove
from chalicelib.portal import portal
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.audience import DOORS, HOMES, audience_of
from chalicelib.web.challenges import is_challenge, new_challenge
from chalicelib.web.paths import own_page
from chalicelib.web.visit import Visit

site = new_site(__name__)
PAGES = {Role.TENANT: "/informations-personnelles/cles", Role.AGENT: "/gestion/cles"}
ANSWER = "reponse"
ENTER, ADD = "enter", "add"
ALGORITHMS = (-7, -8, -257)


@site.form("/connexion/cle", public=True)
def receive_passkey(visit: Visit) -> Answer:
    """Let a tenant in whose device signed."""
    return _let_in(visit)


@site.staff_form("/gestion/connexion/cle", public=True)
def receive_staff_passkey(visit: Visit) -> Answer:
    """Let an agent in whose device signed: it has made sure of who holds it, which is the second factor."""
    return _let_in(visit)


@site.page("/informations-personnelles/cles")
def show_passkeys(visit: Visit) -> Answer:
    """List the tenant's passkeys."""
    return _list(visit)


@site.form("/informations-personnelles/cles")
def receive_new_passkey(visit: Visit) -> Answer:
    """Keep a passkey of the tenant's."""
    return _add(visit)


@site.form("/informations-personnelles/cles/retirer")
def receive_removal(visit: Visit) -> Answer:
    """Take a passkey of the tenant's away."""
    return _remove(visit)


@site.staff_page("/gestion/cles")
def show_staff_passkeys(visit: Visit) -> Answer:
    """List the agent's passkeys."""
    return _list(visit)


@site.staff_form("/gestion/cles")
def receive_new_staff_passkey(visit: Visit) -> Answer:
    """Keep a passkey of the agent's."""
    return _add(visit)


@site.staff_form("/gestion/cles/retirer")
def receive_staff_removal(visit: Visit) -> Answer:
    """Take a passkey of the agent's away."""
    return _remove(visit)


def asking_for_a_key(visit: Visit) -> str:
    """Give what the script of a door asks the device for; nothing where there can be no passkeys."""
    here = portal()
    if not here.key_desk.reader.possible:
        return ""
    challenge = new_challenge(here.entrance, visit, ENTER)
    return _spelled({"challenge": _coded(challenge), "userVerification": "required", "allowCredentials": []})


def _let_in(visit: Visit) -> Answer:
    here, asked = portal(), visit.text("suite")
    is_ours = partial(is_challenge, here.entrance, visit, ENTER)
    written, device = visit.form.get(ANSWER, ""), device_in_words(visit.device)
    held = jar.read_key(here.entrance, visit.cookies, visit.role)
    try:
        opened = sign_in_with_passkey(here.key_desk, visit.role, written, is_ours, device, visit.now, held)
    except NotThisKey:
        return SeeOther(f"{DOORS[visit.role]}?fait=cle")
    known = jar.read_device(here.entrance, visit.cookies, opened.session.email)
    cookies = (
        jar.session_cookie(here.entrance, opened.session, opened.secret),
        jar.device_cookie(here.entrance, opened.session.email, known, opened.session.opened_at),
    )
    after = own_page(asked)
    mine = audience_of(after.partition("?")[0]) is visit.role
    return SeeOther(after if mine else HOMES[visit.role], cookies)


def _add(visit: Visit) -> Answer:
    if wrong := prove(visit):
        return _list(visit, InvalidForm(wrong))
    here, written = portal(), visit.form.get(ANSWER, "")
    if not written:
        return SeeOther(PAGES[visit.role])
    is_ours = partial(is_challenge, here.entrance, visit, ADD)
    try:
        add_passkey(here.key_desk, visit.session, visit.text("nom"), written, is_ours, visit.now)
    except NotThisKey as error:
        return _list(visit, error)
    return SeeOther(f"{PAGES[visit.role]}?fait=ajout")


def _remove(visit: Visit) -> Answer:
    if wrong := prove(visit):
        return _list(visit, InvalidForm(wrong))
    remove_passkey(portal().key_desk, visit.session, visit.text("cle"), visit.now)
    return SeeOther(f"{PAGES[visit.role]}?fait=retrait")


def _list(visit: Visit, error: Refused | None = None) -> Page:
    here = portal()
    if not here.key_desk.reader.possible:
        raise Absent(visit.path)
    values = {
        "keys": own_passkeys(here.key_desk, visit.session),
        "asking": _asking_for_a_new_key(visit) if visit.proven else "",
        "device": device_in_words(visit.device),
        "error": error,
    }
    return Page("accounts/passkeys.html", values, 422 if error else 200, scripts=visit.proven)


def _asking_for_a_new_key(visit: Visit) -> str:
    here, session = portal(), visit.session
    person = f"passkeys:{session.role.value}:{session.holder}"
    user = base64.urlsafe_b64encode(here.second_lock.seal.derive(person)[:16]).decode()
    name = visit.agent.name if visit.staff else visit.signed_in.tenant.display_name
    return _spelled(
        {
            "challenge": _coded(new_challenge(here.entrance, visit, ADD)),
            "rp": {"name": here.landlord.name},
            "user": {"id": user, "name": session.email, "displayName": name},
            "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
            "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
            "attestation": "none",
        }
    )


def _spelled(options: dict[str, Any]) -> str:
    return json.dumps(options | {"timeout": int(CHALLENGE_LIFE.total_seconds()) * 1000}, ensure_ascii=False)


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()
