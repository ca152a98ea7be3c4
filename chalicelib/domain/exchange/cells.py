"""How one cell of an exchange file is read: each reader gives a value or says, in French, what it expects."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from chalicelib.domain.accounts import same_address
from chalicelib.domain.french import PARIS
from chalicelib.domain.password_hashes import UnusableHash, read_hash

LARGEST_CENTS = 10_000_000_00
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", re.ASCII)
_DECIMAL = re.compile(r"(-?)(\d{1,9})(?:[.,](\d+))?", re.ASCII)
_IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_EMAIL = re.compile(
    r"[^\s@<>,;:\"()\[\]\\|]{1,64}@(?:[^\s@.<>,;:\"()\[\]\\|]{1,63}\.)+[^\s@.<>,;:\"()\[\]\\|]{2,63}"
)
_PHONE = re.compile(r"(?:\+\d{1,3}|0)[\d .\u00a0\u202f-]{5,20}", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_FILE_NAME = re.compile(r"[^./\\][^/\\]*\.pdf", re.IGNORECASE)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")

Reader = Callable[[str], Any]


class WrongCell(ValueError):
    """A cell that cannot be read; the rule is a French sentence."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True)
class Column:
    """A column of a file: its French name, how its cells are read, and whether each must be filled."""

    name: str
    read: Reader
    filled: bool = True
    empty: Any = ""


def text(longest: int = 120) -> Reader:
    """Make a reader of one line of printable text."""

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise WrongCell(f"Le texte dépasse {longest} caractères.")
        if _UNPRINTABLE.search(cell):
            raise WrongCell("Le texte contient un caractère de contrôle ou un retour à la ligne.")
        return cell

    return read


def words(longest: int = 4_000) -> Reader:
    """Make a reader of a text of several lines."""

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise WrongCell(f"Le texte dépasse {longest} caractères.")
        if _UNPRINTABLE.search(cell.replace("\n", "").replace("\t", "")):
            raise WrongCell("Le texte contient un caractère de contrôle.")
        return cell

    return read


def identifier(longest: int = 40) -> Reader:
    """Make a reader of what names something: letters without accent, digits, hyphen, dot, underscore."""

    def read(cell: str) -> str:
        if len(cell) > longest or not _IDENTIFIER.fullmatch(cell):
            raise WrongCell(
                f"L’identifiant compte {longest} caractères au plus\u00a0: lettres sans accent, chiffres, "
                "et, après le premier, tiret, point ou trait bas."
            )
        return cell

    return read


def contract(cell: str) -> str:
    """Read a lease's number, with or without its « L/ »."""
    return str(_contract(cell.removeprefix("L/")))


_contract = identifier(20)


def lines(most: int = 6) -> Reader:
    """Make a reader of an address, whose lines are set apart by « | »."""
    one_line = text()

    def read(cell: str) -> tuple[str, ...]:
        found = tuple(one_line(part.strip()) for part in cell.split("|"))
        if len(found) > most or not all(found):
            raise WrongCell(
                f"L’adresse compte {most} lignes au plus, séparées par «\u00a0|\u00a0», aucune n’est vide."
            )
        return found

    return read


def day(cell: str) -> date:
    """Read a day: 2026-01-31."""
    if not _DAY.fullmatch(cell):
        raise WrongCell("La date doit s’écrire AAAA-MM-JJ.")
    try:
        found = date.fromisoformat(cell)
    except ValueError as error:
        raise WrongCell("Cette date n’existe pas.") from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise WrongCell("L’année doit être comprise entre 1900 et 2199.")
    return found


def month(cell: str) -> date:
    """Read a month, 2026-01, as its first day."""
    if not _DAY.fullmatch(f"{cell}-01"):
        raise WrongCell("Le mois doit s’écrire AAAA-MM.")
    return day(f"{cell}-01")


def year(cell: str) -> int:
    """Read a year: 2026."""
    if not _YEAR.fullmatch(cell):
        raise WrongCell("L’année doit s’écrire AAAA.")
    return day(f"{cell}-01-01").year


def moment(cell: str) -> datetime:
    """Read a moment told by a clock in metropolitan France: 2026-01-31T09:42 or 2026-01-31T09:42:10."""
    if not _MOMENT.fullmatch(cell):
        raise WrongCell("La date et l’heure doivent s’écrire AAAA-MM-JJTHH:MM.")
    day(cell[:10])
    try:
        local = datetime.fromisoformat(cell)
    except ValueError as error:
        raise WrongCell("Cette heure n’existe pas.") from error
    return local.replace(tzinfo=PARIS).astimezone(UTC)


def cents(cell: str) -> int:
    """Read an amount of euros, 512,40 or -512.40, as whole cents."""
    found = _DECIMAL.fullmatch(cell)
    if not found:
        raise WrongCell("Le montant s’écrit en chiffres, sans espace ni exposant, par exemple 512,40.")
    sign, whole, decimals = found.groups()
    if len(decimals or "") > 2:
        raise WrongCell("Le montant a deux décimales au plus.")
    amount = int(whole) * 100 + int((decimals or "0").ljust(2, "0"))
    if amount > LARGEST_CENTS:
        raise WrongCell("Le montant dépasse 10\u202f000\u202f000,00\u00a0€.")
    return -amount if sign else amount


def positive_cents(cell: str) -> int:
    """Read an amount that cannot be negative."""
    amount = cents(cell)
    if amount < 0:
        raise WrongCell("Le montant ne peut pas être négatif.")
    return amount


def choice(kind: Iterable[StrEnum]) -> Reader:
    """Make a reader of one word among those of an enumeration, or of a part of one."""
    known = {one.value: one for one in kind if one.value}

    def read(cell: str) -> StrEnum:
        if cell not in known:
            raise WrongCell(f"La valeur doit être l’une de celles-ci\u00a0: {', '.join(known)}.")
        return known[cell]

    return read


def file_name(cell: str) -> str:
    """Read the name of a PDF that came with the files; it leads into no other folder."""
    if not _FILE_NAME.fullmatch(text()(cell)):
        raise WrongCell("Le nom du fichier s’écrit sans dossier et se termine par .pdf.")
    return cell


def email(cell: str) -> str:
    """Read an e-mail address, spelled the one way."""
    found = same_address(cell)
    if len(found) > 254 or not _EMAIL.fullmatch(found):
        raise WrongCell("L’adresse électronique doit s’écrire nom@domaine.fr.")
    return found


def phone(cell: str) -> str:
    """Read a phone number, kept as it is spelled."""
    if not _PHONE.fullmatch(cell):
        raise WrongCell("Le numéro de téléphone s’écrit 05 46 00 00 00 ou +33 5 46 00 00 00.")
    return cell


def password_hash(cell: str) -> str:
    """Read a password's hash, of a kind and a cost that a sign-in can bear; no rule repeats the cell."""
    try:
        read_hash(cell)
    except UnusableHash as error:
        raise WrongCell(error.rule) from None
    return cell
