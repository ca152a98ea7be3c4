"""Newcomers: who registers, with what they type, and links as mails would bring them."""

import itertools
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.askings import Asking
from chalicelib.domain.links import Link, LinkKind, new_link
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.links import DynamoLinks
from tests.mothers import ELOISE, FRANCOIS_XAVIER, hashed
from tests.visitors import PASSWORD, Seen, Visitor

EMAIL, NEW_PASSWORD = "fx@exemple.fr", "Camion-bleu-27"
TYPED = {
    "nom": "NOEL BACKER",
    "reference": "L/9127",
    "identifiant": EMAIL,
    "mot-de-passe": NEW_PASSWORD,
    "confirmer": NEW_PASSWORD,
}
ASKING_OF = {
    LinkKind.REGISTRATION: "registration",
    LinkKind.RECOVERY: "recovery",
    LinkKind.ADDRESS: "address",
    LinkKind.UNLOCK: "many_failures",
}
PATHS = {
    LinkKind.REGISTRATION: "/confirmation/",
    LinkKind.RECOVERY: "/mot-de-passe/",
    LinkKind.ADDRESS: "/confirmation/",
    LinkKind.UNLOCK: "/deverrouillage/",
}
FORGOTTEN, STAFF_FORGOTTEN = "/mot-de-passe", "/gestion/mot-de-passe"
_numbers = itertools.count()


def register(visitor: Visitor, **typed: str) -> Seen:
    """Fill in the registration page; names take ``-`` for ``_``."""
    changed = {name.replace("_", "-"): value for name, value in typed.items()}
    return visitor.post("/inscription", {"csrf": visitor.token("/inscription")} | TYPED | changed)


def confirm(visitor: Visitor, link: str, password: str = NEW_PASSWORD) -> Seen:
    """Open the link of a registration, and confirm with the password chosen then."""
    return visitor.send(visitor.get(link), link, mot_de_passe=password)


def forget(visitor: Visitor, email: str, form: str = FORGOTTEN) -> Seen:
    """Say that the password of an account is forgotten, on the tenants' form or the agents'."""
    return visitor.send(visitor.get(form), form, identifiant=email)


def an_asking(kind: str, email: str, at: datetime, **facts: str) -> Asking:
    return Asking(f"asking-{next(_numbers)}", kind, email, at, facts)


def issued(
    kind: LinkKind,
    email: str,
    at: datetime,
    person: str = ELOISE,
    new_email: str = "",
    password_hash: str = "",
) -> str:
    """Issue a link as the worker does; give the path that the mail would hold.

    A registration's password is ``PASSWORD``, unless its hash is given.
    """
    asking = an_asking(ASKING_OF[kind], email, at)
    if kind is LinkKind.REGISTRATION:
        password_hash = password_hash or hashed(PASSWORD)
    link, token = new_link(kind, asking, person, at, password_hash=password_hash, new_email=new_email)
    links = DynamoLinks()
    if not links.issue(link, asking, None):
        assert links.issue(link, asking, links.answered(asking))
    staff = kind is LinkKind.RECOVERY and link.role is Role.AGENT
    return (f"{STAFF_FORGOTTEN}/" if staff else PATHS[kind]) + token


def registration(at: datetime, email: str = EMAIL) -> str:
    """Issue the link of somebody who registered."""
    return issued(LinkKind.REGISTRATION, email, at, FRANCOIS_XAVIER)


def account(email: str) -> Account:
    """Read an account that is there."""
    found = DynamoAccounts().find(email)
    assert found is not None
    return found


def told_apart(link: Link) -> Link:
    """Give a link without what differs from one to the next."""
    return replace(link, hash="")
