"""Pieces that the papers of a lease share: letterhead, rows, periods, names (« documents »)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from chalicelib.domain import french
from chalicelib.domain.landlord import Landlord, letterhead
from chalicelib.domain.leases import CallLine, CallLineKind, Lease, UnitKind
from chalicelib.domain.rent_papers import Stay
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.verification_codes import code_in_groups

Values = dict[str, Any]
Line = tuple[str, bool]  # and whether it is sure to fit the window
ZERO_WIDTH_SPACE = "\u200b"
IN_A_SENTENCE, IN_A_CELL, IN_A_NARROW_CELL = 40, 18, 14  # letters of a word after which it may be broken
# How wide letters are at most in the font of papers, in hundredths of its size; others may be wider.
_WIDTHS = (
    dict.fromkeys("abcdefghijklnopqrstuvxyzàâäçèéêëîïôöùûü0123456789", 58)
    | dict.fromkeys("ABCDEFGHIJKLNOPQRSTUVXYZÀÂÇÈÉÊËÎÏÔ", 70)
    | dict.fromkeys("mwMW", 90)
    | dict.fromkeys(" ,.;:'’-/()°", 40)
)
_WIDEST = 120
WINDOW = 2150  # the window of the envelope, in hundredths of the size of its letters
_BESIDE = {
    CallLineKind.CHARGES: "Provision, régularisée chaque année",
    CallLineKind.SURCHARGE: "Selon les ressources du foyer",
    CallLineKind.HOUSING_BENEFIT: "Versée directement au bailleur",
    CallLineKind.SOLIDARITY_REDUCTION: "Appliquée par le bailleur",
}
_DEDUCTIONS = (CallLineKind.HOUSING_BENEFIT, CallLineKind.SOLIDARITY_REDUCTION)


def in_a_sentence(holders: Iterable[Tenant]) -> str:
    """Name the holders: « Mme X, M. Y et M. Z »."""
    names = [holder.display_name for holder in holders]
    return " et ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def letter(
    landlord: Landlord, lease: Lease, holders: Sequence[Tenant], number: str, issued_on: date
) -> Values:
    """Give what the letter itself prints; without an address the window shows the holders' names alone."""
    names = in_a_sentence(holders)
    return {
        "landlord": letterhead(landlord),
        "number": number,
        "client": lease.number,
        "lease": lease.title,
        "addressee": window_lines(lease.billing_address, names),
        "holders": breakable(names),
        "several": len(holders) > 1,
        "issued_on": french.day(issued_on),
    }


def window_lines(address: Sequence[str], names: str) -> list[Line]:
    """Give the lines of the window, and whether each is sure to be narrow enough; blank ones are left out."""
    lines = [line.strip() for line in address if line.strip()] or [names]
    return [(line, sum(_WIDTHS.get(letter, _WIDEST) for letter in line) <= WINDOW) for line in lines]


def breakable(words: str, at: int = IN_A_SENTENCE) -> str:
    """Show where a very long word may be broken, so that it stays on the page."""
    if len(words) <= at:
        return words
    return " ".join(
        ZERO_WIDTH_SPACE.join(word[start : start + at] for start in range(0, len(word), at))
        for word in words.split(" ")
    )


def month_rows(lease: Lease, lines: Sequence[CallLine]) -> list[Values]:
    """Give the rows of a month: what is asked, a subtotal, what is deducted; zero lines are not shown."""
    shown = [line for line in lines if line.cents]
    asked = [line for line in shown if line.kind not in _DEDUCTIONS]
    deducted = [line for line in shown if line.kind in _DEDUCTIONS]
    rows = [row(line.label, _beside(lease, line), line.cents) for line in asked]
    if deducted:
        rows.append(row("Loyer et charges du mois", "", sum(line.cents for line in asked), "sum"))
    return rows + [row(line.label, _beside(lease, line), line.cents) for line in deducted]


def row(label: str, beside: str, cents: int, role: str = "") -> Values:
    """Give a row of one amount; zero is shown, since who asks for the row wants it."""
    return {
        "label": breakable(label, IN_A_CELL),
        "beside": breakable(beside, IN_A_CELL),
        "amounts": [amount(cents)],
        "role": role,
    }


def _beside(lease: Lease, line: CallLine) -> str:
    """Say what a line is about; the rent of the only home is that home's."""
    if line.kind is CallLineKind.RENT:
        return lease.units[0].description if len(lease.units) == 1 else ""
    return _BESIDE.get(line.kind, "")


def common_amounts(number: str, lease: Lease, issued_on: date) -> Values:
    """Give what every paper tells a program."""
    return {
        "number": number,
        "lease": lease.title,
        "currency": "EUR",
        "issued_on": issued_on.isoformat(),
    }


def line_amounts(lines: Sequence[CallLine]) -> list[Values]:
    """Give the lines of a call as a program reads them, zero ones too."""
    return [{"kind": line.kind.value, "label": line.label, "cents": line.cents} for line in lines]


def verification(landlord: Landlord, code: str) -> Values:
    """Give the code as it is typed, and where."""
    return {"code": code_in_groups(code), "address": f"{landlord.portal_host}/verification"}


def dwelling(lease: Lease) -> Values:
    """Name the home: its reference, what it is, and where."""
    units = [unit for unit in lease.units if unit.kind is UnitKind.DWELLING] or list(lease.units)
    if not units:
        return {"reference": "", "description": breakable(lease.residence, IN_A_CELL), "address": ""}
    unit = units[0]
    return {
        "reference": breakable(unit.reference, IN_A_CELL),
        "description": breakable(unit.description, IN_A_CELL),
        "address": breakable(", ".join(unit.address), IN_A_CELL),
    }


def period(month_on: date, stay: Stay) -> str:
    """Give a month with its days: « Décembre 2026, du 1er au 31 décembre 2026 »."""
    month = french.month(month_on)
    return f"{month[0].upper()}{month[1:]}, {days(stay)}"


def days(stay: Stay) -> str:
    """Give the days of a stay within a month: « du 29 au 31 janvier 2026 »."""
    first = "1er" if stay.from_on.day == 1 else str(stay.from_on.day)
    return f"du\u00a0{first} au\u00a0{french.day(stay.until_on)}"


def amount(cents: int) -> str:
    """Write an amount as papers do."""
    return french.euros_in_documents(cents)


def way(cents: int) -> str:
    """Say in whose favour an amount is; positive is owed by the tenant."""
    return "À votre charge" if cents > 0 else "En votre faveur"
