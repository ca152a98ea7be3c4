"""Belongings: all of Éloïse's that an address or a field can name, each beside something that is not there.

From the access matrix they make the requests that a stranger could try: every route, with every one of her
things wherever a route takes an id, and in every field that names one.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import app
from chalicelib.domain.accounts import Role
from chalicelib.domain.leases import Occupant, UnitKind
from chalicelib.domain.links import LinkKind
from chalicelib.domain.uploads import Flaw, UploadState
from chalicelib.portal import now, portal
from chalicelib.storage.insurance import certificate_item
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.leases import lease_items
from chalicelib.storage.passkeys import PasskeyItem
from chalicelib.storage.uploads import upload_item
from chalicelib.templating import ROOT
from tests import mothers
from tests.folders import keep
from tests.mothers import (
    ELOISE,
    ELOISES_LEASE,
    NOW,
    a_certificate_sent,
    a_document,
    a_lease,
    a_unit,
    an_upload,
)
from tests.newcomers import issued
from tests.visitors import Seen, Visitor

# Words that no page of a stranger may have.
HERS = ("D2026-000123", "9126-1", "L/9126", "Éloïse", "486,32", "RESERVE-E77", "RESERVE-O77")
# What the parameters of addresses and the fields of forms and questions can name.
BY_PARAMETER = {
    "id": ("payment", "paper", "file", "refused file"),
    "lease": ("lease",),
    "name": ("paper",),
    "number": ("request",),
    "reference": ("certificate",),
    "token": ("link",),
}
BY_FIELD = {
    "apres": ("paper", "request"),
    "cle": ("passkey",),
    "contrat": ("lease",),
    "objet": ("unit",),
    "occupant": ("occupant",),
    "session": ("session",),
}
ACCEPTED: dict[str, Any] = {
    "state": UploadState.ACCEPTED,
    "key": "pieces/x.pdf",
    "media_type": "application/pdf",
}
REFUSED: dict[str, Any] = {"state": UploadState.REFUSED, "flaw": Flaw.TOO_BIG, "settled_at": NOW}
# What has to be typed beside, for a form to look at what it is about.
BESIDE = {"contrat": {"choix": "solde", "accord": "oui"}}


@dataclass(frozen=True)
class Thing:
    """Something of hers by its name, and the name of nothing at all, which lists sort at the same place."""

    hers: str
    nothing: str


@dataclass(frozen=True)
class Request:
    """One request to a route."""

    route: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)

    def ask(self, visitor: Visitor, token: str) -> Seen:
        """Have a visitor ask it."""
        if self.route.startswith("POST "):
            return visitor.post(self.path, {"csrf": token} | self.fields)
        return visitor.ask("GET", self.path + (f"?{urlencode(self.fields)}" if self.fields else ""))


@dataclass(frozen=True)
class Try:
    """A request that names something of hers, and the same one that names nothing."""

    hers: Request
    nothing: Request


def settle(visitor: Visitor) -> dict[str, Thing]:
    """Have Éloïse, who is signed in, own one thing of each kind; give them."""
    unit = a_unit(UnitKind.PARKING, "RESERVE-E77")
    occupant = Occupant("RESERVE-O77", "Basile", None, "Enfant", None)
    mothers.put(*lease_items(replace(a_lease(), units=(a_unit(), unit), occupants=(occupant,))))
    keep(a_document())
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account(ELOISES_LEASE).pending
    assert pending is not None
    own = portal().entrance.sessions.of(ELOISE, Role.TENANT)[0]
    key = a_passkey()
    mothers.put(key)
    Visitor().enter(ELOISE)
    (other,) = (one for one in portal().entrance.sessions.of(ELOISE, Role.TENANT) if one != own)
    link = issued(LinkKind.RECOVERY, own.email, now()).rsplit("/", 1)[1]
    certificate = a_certificate_sent()
    accepted, refused = an_upload("F" * 22, **ACCEPTED), an_upload("R" * 22, **REFUSED)
    mothers.put(certificate_item(certificate), upload_item(accepted), upload_item(refused))
    return {
        "certificate": Thing(certificate.reference, "p" + "B" * 22),
        "file": Thing(accepted.id, "N" * 22),
        "lease": Thing(ELOISES_LEASE, "9999"),
        "link": Thing(link[:-1] + ("a" if link[-1] != "a" else "b"), "0" * len(link)),
        "occupant": Thing(occupant.reference, "RESERVE-O0"),
        "paper": Thing(a_document().id, a_document().id[:-1] + "b"),
        "passkey": Thing(key.sk, "f" * 64),
        "payment": Thing(pending.payment, "f" * 32),
        "refused file": Thing(refused.id, "N" * 22),
        "request": Thing("D2026-000123", "D2026-000124"),
        "session": Thing(other.family, "0" * len(other.family)),
        "unit": Thing(unit.reference, "RESERVE-0"),
    }


def a_passkey() -> PasskeyItem:
    """Give a passkey of hers, as the table keeps it; it opens nothing."""
    key = PasskeyItem(f"PASSKEYS#{tenant_key(ELOISE)}", "e" * 64)
    key.holder, key.role, key.name = ELOISE, Role.TENANT.value, "Mon téléphone"
    key.public, key.counter, key.added_at = "x", 0, now()
    return key


def tries(things: dict[str, Thing], route: str, *, at_the_door: bool = False) -> Iterator[Try]:
    """Give all tries of a route; a parameter that is unknown here is a ``KeyError``.

    Fields that its module knows are tried one by one, the others together; so are all at a door, where
    nothing is read.
    """
    path = route.partition(" ")[2]
    parameters = re.findall(r"\{(\w+)\}", path)
    kinds = list(itertools.product(*(BY_PARAMETER[name] for name in parameters)))
    for chosen in kinds if parameters else ():
        yield from _of_address(route, parameters, [things[kind] for kind in chosen])
    nowhere = _filled(path, parameters, [things[kind].nothing for kind in kinds[0]])
    known = () if at_the_door else fields_of(route)
    for name in known:
        for kind in BY_FIELD[name]:
            yield _of_fields(route, nowhere, {name: things[kind]}, BESIDE.get(name, {}))
    others = {name: things[kinds[0]] for name, kinds in BY_FIELD.items() if name not in known}
    yield _of_fields(route, nowhere, others, {})


def fields_of(route: str) -> list[str]:
    """Give the fields by which the module of a page can be told what it is about."""
    source = next((_source(group) for group, routes in app.PAGES.items() if route in routes), "")
    return [name for name in BY_FIELD if f'"{name}"' in source]


def _source(group: str) -> str:
    return (ROOT / "chalicelib" / "handlers" / f"{group.replace('.', '/')}.py").read_text(encoding="utf-8")


def _of_address(route: str, parameters: list[str], named: list[Thing]) -> Iterator[Try]:
    """Give the tries with something of hers in any place of the address, and in all of them."""
    path = route.partition(" ")[2]
    nothing = Request(route, _filled(path, parameters, [thing.nothing for thing in named]))
    for values in itertools.product(*((thing.hers, thing.nothing) for thing in named)):
        hers = Request(route, _filled(path, parameters, values))
        if hers != nothing:
            yield Try(hers, nothing)


def _of_fields(route: str, path: str, named: dict[str, Thing], beside: dict[str, str]) -> Try:
    hers = {name: thing.hers for name, thing in named.items()}
    nothing = {name: thing.nothing for name, thing in named.items()}
    return Try(Request(route, path, hers | beside), Request(route, path, nothing | beside))


def _filled(path: str, parameters: Sequence[str], values: Sequence[str]) -> str:
    for parameter, value in zip(parameters, values, strict=True):
        path = path.replace(f"{{{parameter}}}", quote(value, safe=""))
    return path
