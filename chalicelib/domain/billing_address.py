"""Billing address (« adresse de facturation »): where the papers of a lease go, as letters bear it.

The post takes six lines of 38 characters (AFNOR NF Z10-011): who, two complements, the street, the town, the
country if it is another one.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.domain.changes import ChangeKind, new_change
from chalicelib.domain.errors import Conflict, InvalidForm
from chalicelib.domain.leases import Lease, Leases
from chalicelib.domain.timeline import Action, TimelineEvent

LONGEST_LINE = 38
TRIES = 3
COLUMN = "adresse_facturation"
RECIPIENT, FLAT, BUILDING = "destinataire", "appartement", "batiment"
STREET, POSTCODE, TOWN, COUNTRY = "voie", "code-postal", "ville", "pays"
FIELDS = (RECIPIENT, FLAT, BUILDING, STREET, POSTCODE, TOWN, COUNTRY)
_NEEDED = {
    RECIPIENT: "Indiquez à quel nom vos papiers doivent être envoyés.",
    STREET: "Indiquez le numéro et la rue.",
    POSTCODE: "Indiquez le code postal.",
    TOWN: "Indiquez la ville.",
}
_TOO_LONG = f"La Poste lit {LONGEST_LINE} caractères par ligne\u00a0: abrégez (av., bd, rés., bât.)."
_TOWN_TOO_LONG = f"Avec le code postal, la ligne dépasse {LONGEST_LINE} caractères\u00a0: abrégez (St, Ste)."
_NOT_LATIN = (
    "Utilisez des lettres latines, des chiffres, et les signes - ’ . , / ( )\u00a0: "
    "une machine de La Poste doit pouvoir lire."
)
_WRONG_ABROAD = "Ce code postal n’est pas lisible\u00a0: des lettres, des chiffres, 10 signes au plus."
_WRONG_IN_FRANCE = "Un code postal français compte 5 chiffres, par exemple 17300."
_FRENCH_POSTCODE = re.compile(r"\d{5}", re.ASCII)
_FOREIGN_POSTCODE = re.compile(r"[0-9A-Z][0-9A-Z -]{1,9}", re.ASCII)
_TOWN_LINE = re.compile(r"(\d{5})\s+(\S.*)", re.ASCII)
_SIGNS = frozenset(" -'’.,/()°º&")
_HOME = frozenset(("FRANCE", "FRANCE METROPOLITAINE"))


def read_address(typed: Mapping[str, str]) -> tuple[str, ...]:
    """Make the lines of an address of its fields; ``InvalidForm`` says what is wrong, field by field."""
    said = {field: _plain(typed[field]) for field in FIELDS}
    said[POSTCODE] = said[POSTCODE].upper()
    said[TOWN], said[COUNTRY] = said[TOWN].upper(), said[COUNTRY].upper()
    if without_accents(said[COUNTRY]) in _HOME:
        said[COUNTRY] = ""
    if not said[COUNTRY]:
        said[POSTCODE] = said[POSTCODE].replace(" ", "")
    if wrong := _wrong(said):
        raise InvalidForm({field: wrong[field] for field in FIELDS if field in wrong})
    lines = (said[RECIPIENT], said[FLAT], said[BUILDING], said[STREET], _town_line(said), said[COUNTRY])
    return tuple(line for line in lines if line)


def fields_of(address: Sequence[str], name: str) -> dict[str, str]:
    """Cut an address into the fields of the form as well as can be; ``name`` stands where it names nobody.

    What is not written as our own lines are leaves the fields empty: the form shows it above them.
    """
    said = dict.fromkeys(FIELDS, "")
    at = next((rank for rank in range(len(address) - 1, 0, -1) if _TOWN_LINE.fullmatch(address[rank])), 0)
    found = _TOWN_LINE.fullmatch(address[at]) if at else None
    before, after = address[: max(at - 1, 0)], address[at + 1 :]
    most_before, most_after = 3, 1
    if found is None or len(before) > most_before or len(after) > most_after:
        return {**said, RECIPIENT: name}
    said[POSTCODE], said[TOWN] = found.groups()
    said[STREET] = address[at - 1]
    said[COUNTRY] = after[0] if after else ""
    said[RECIPIENT] = before[0] if before else name
    for field, line in zip((FLAT, BUILDING), before[1:], strict=False):
        said[field] = line
    return said


def change_address(
    leases: Leases, lease: Lease, tenant: str, address: tuple[str, ...], now: datetime
) -> None:
    """Write an address over the one that was read; the one that is there already writes nothing."""
    number, known = lease.number, lease
    event = TimelineEvent(now, Action.BILLING_ADDRESS_CHANGED, number)
    for _ in range(TRIES):
        if known.billing_address == address:
            return
        before, after = ({COLUMN: " | ".join(lines)} for lines in (known.billing_address, address))
        change = new_change(now, tenant, ChangeKind.BILLING_ADDRESS, before, after, number)
        if leases.change_billing_address(known, address, event, change):
            return
        known = leases.get(number)
    raise Conflict(number)


def without_accents(text: str) -> str:
    """Write a text without its accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _plain(typed: str) -> str:
    """Write a line with single blanks, its accents the one way (NFC)."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def _wrong(said: Mapping[str, str]) -> dict[str, str]:
    wrong = {field: _wrong_line(line) for field, line in said.items()}
    wrong |= {field: reason for field, reason in _NEEDED.items() if not said[field]}
    if not wrong[POSTCODE] or not said[POSTCODE]:
        wrong[POSTCODE] = _wrong_postcode(said[POSTCODE], abroad=bool(said[COUNTRY]))
    if not wrong[TOWN] and len(_town_line(said)) > LONGEST_LINE:
        wrong[TOWN] = _TOWN_TOO_LONG
    return {field: reason for field, reason in wrong.items() if reason}


def _wrong_line(line: str) -> str:
    if not all(map(_is_legible, line)):
        return _NOT_LATIN
    return _TOO_LONG if len(line) > LONGEST_LINE else ""


def _wrong_postcode(postcode: str, *, abroad: bool) -> str:
    """Say what is wrong with a postcode; not every country has them."""
    if abroad:
        return "" if not postcode or _FOREIGN_POSTCODE.fullmatch(postcode) else _WRONG_ABROAD
    if not postcode:
        return _NEEDED[POSTCODE]
    return "" if _FRENCH_POSTCODE.fullmatch(postcode) else _WRONG_IN_FRANCE


def _town_line(said: Mapping[str, str]) -> str:
    return f"{said[POSTCODE]} {said[TOWN]}".strip()


def _is_legible(letter: str) -> bool:
    return (
        letter in _SIGNS
        or ("0" <= letter <= "9")
        or (letter.isalpha() and unicodedata.name(letter, "").startswith("LATIN "))
    )
