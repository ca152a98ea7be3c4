"""Links of mails, when they are opened: looking changes nothing, since mail programs look at all of them."""

from datetime import datetime

from chalicelib.domain.links import TOKEN_SHAPE, Link, LinkKind, LinkState, hash_of
from chalicelib.portal import portal
from chalicelib.web.answers import Page, SeeOther
from chalicelib.web.audience import DOORS

NOWHERE, GONE = 404, 410
# What the sign-in page says then; the last word of its address.
DONE = {
    LinkKind.REGISTRATION: "compte",
    LinkKind.ADDRESS: "adresse",
    LinkKind.RECOVERY: "mot-de-passe",
    LinkKind.UNLOCK: "deverrouillage",
}


def find(token: str, *kinds: LinkKind) -> Link | None:
    """Find the link that a token opens, if it is of one of those kinds."""
    if not TOKEN_SHAPE.fullmatch(token):
        return None
    link = portal().reception.links.find(hash_of(token))
    return link if link and link.kind in kinds else None


def living(link: Link | None, now: datetime) -> Link | None:
    """Give back a link that may be used."""
    return link if link and link.state(now) is LinkState.LIVING else None


def done(link: Link, cookies: tuple[str, ...] = ()) -> SeeOther:
    """Lead to the sign-in page of whose account it is, which says what the link did."""
    return SeeOther(f"{DOORS[link.role]}?fait={DONE[link.kind]}", cookies)


def spent(link: Link | None, token: str, now: datetime) -> Page:
    """Say what became of a link that does nothing any more; one that seems to live was made void since."""
    if link is None:
        return Page("accounts/link_spent.html", {"kind": None, "state": None, "token": ""}, NOWHERE)
    state = link.state(now)
    shown = LinkState.REPLACED if state is LinkState.LIVING else state
    values = {"kind": link.kind.value, "state": shown.value, "token": token}
    return Page("accounts/link_spent.html", values, GONE)
