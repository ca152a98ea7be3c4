"""How French writes money, days and hours: the one place for formats.

Pages follow the Imprimerie nationale: U+202F between thousands and before ; ? !, U+00A0 before the euro
sign and the colon, U+2212 for minus.
"""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
NARROW, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_TYPED_DAY = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def euros(cents: int, thousands: str = NARROW) -> str:
    """Write an amount of cents in euros: ``128480`` gives « 1 284,80 € »."""
    whole, rest = divmod(abs(cents), 100)
    sign = MINUS if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", thousands) + f",{rest:02d}{NO_BREAK}€"


def euros_in_documents(cents: int) -> str:
    """Write an amount for a PDF, where the narrow space is nearly invisible in the font."""
    return euros(cents, NO_BREAK)


def paris(moment: datetime) -> datetime:
    """Give a moment in the time of metropolitan France."""
    return moment.astimezone(PARIS)


def today(now: datetime) -> date:
    """Give the day it is in metropolitan France at that moment."""
    return paris(now).date()


def midnight(on: date) -> datetime:
    """Give the moment at which a French day starts, in UTC."""
    return datetime(on.year, on.month, on.day, tzinfo=PARIS).astimezone(UTC)


def short_day(on: date) -> str:
    """Write a day for tables: « 18/01/2024 »."""
    return f"{on:%d/%m/%Y}"


def day(on: date) -> str:
    """Write a day for sentences: « 18 janvier 2024 », « 1er février 2026 »."""
    return f"{_number(on)}{NO_BREAK}{MONTHS[on.month - 1]} {on.year}"


def day_without_year(on: date) -> str:
    """Write a day of this year: « mercredi 17 janvier »."""
    return f"{DAYS[on.weekday()]} {_number(on)}{NO_BREAK}{MONTHS[on.month - 1]}"


def day_in_words(on: date) -> str:
    """Write a day with its name, as a title: « Jeudi 18 janvier 2024 »."""
    return f"{DAYS[on.weekday()].capitalize()} {day(on)}"


def day_from(typed: str) -> date | None:
    """Read a day as browsers send it (2026-01-31) or as people type it (31/01/2026), if it is one."""
    if found := _ISO_DAY.fullmatch(typed):
        year, number, day_of_month = map(int, found.groups())
    elif found := _TYPED_DAY.fullmatch(typed):
        day_of_month, number, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, number, day_of_month)
    except ValueError:
        return None


def month(on: date) -> str:
    """Write a month: « janvier 2024 »."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def of_month(on: date) -> str:
    """Write a month with its preposition: « de janvier 2024 », « d’avril 2024 »."""
    name = month(on)
    return f"d’{name}" if name[0] in "aoe" else f"de {name}"


def hour(moment: datetime) -> str:
    """Write the hour of a moment in Paris: « 9 h 42 »."""
    local = paris(moment)
    return f"{local.hour}{NO_BREAK}h{NO_BREAK}{local.minute:02d}"


def _number(on: date) -> str:
    return "1er" if on.day == 1 else str(on.day)
