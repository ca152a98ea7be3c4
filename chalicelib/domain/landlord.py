"""The landlord (« bailleur ») whose portal this is: everything that changes from one landlord to the next.

One readable file holds it, ``landlord/landlord.toml``; no code speaks of a landlord by name.
"""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

_COLOUR = re.compile(r"#[0-9a-f]{6}")
LARGEST_PAYMENT_CENTS = 10_000_00


class BadLandlordFile(Exception):
    """The landlord's file cannot be used; the message names the field and what is expected."""


@dataclass(frozen=True)
class Landlord:
    """Name, addresses and habits of a landlord, as tenants see them."""

    name: str
    legal_form: str
    legal_name: str
    siren: str
    website: str
    portal_host: str
    email: str
    phone: str
    phone_hours: str
    emergency_phone: str
    emergency_for: str
    agency: str
    address: tuple[str, ...]
    publication_director: str
    privacy_contact: str
    hosting: str
    accent: str
    deep: str
    largest_payment_cents: int
    situations: tuple[str, ...]

    @property
    def phone_link(self) -> str:
        """Give the address that dials the landlord's number."""
        return dialling(self.phone)

    @property
    def emergency_link(self) -> str:
        """Give the address that dials the emergency number."""
        return dialling(self.emergency_phone)


def dialling(phone: str) -> str:
    """Give the ``tel:`` address of a French number (RFC 3966)."""
    digits = re.sub(r"\D", "", phone)
    return f"tel:+33{digits[1:]}" if digits.startswith("0") else f"tel:{digits}"


def read_landlord(path: Path) -> Landlord:
    """Read the landlord's file; ``BadLandlordFile`` names what is missing or cannot be shown."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadLandlordFile(f"{path}: {error}") from error
    names = {field.name for field in fields(Landlord)}
    if missing := sorted(names - found.keys()):
        raise BadLandlordFile(f"{path}: missing {', '.join(missing)}")
    if unknown := sorted(found.keys() - names):
        raise BadLandlordFile(f"{path}: unknown {', '.join(unknown)}")
    found["address"] = tuple(found["address"])
    found["situations"] = tuple(found["situations"])
    landlord = Landlord(**found)
    _check(landlord, path)
    return landlord


def _check(landlord: Landlord, path: Path) -> None:
    """Refuse colours on which nobody could read (WCAG 2.2: 4.5:1 for text, 7:1 asked of titles)."""
    for field, least in (("accent", 3.0), ("deep", 7.0)):
        colour = getattr(landlord, field)
        if not _COLOUR.fullmatch(colour):
            raise BadLandlordFile(f"{path}: {field} must look like #12355b")
        if contrast_with_white(colour) < least:
            raise BadLandlordFile(f"{path}: {field} {colour} is too pale, contrast with white under {least}")
    if not 0 < landlord.largest_payment_cents <= LARGEST_PAYMENT_CENTS:
        raise BadLandlordFile(f"{path}: largest_payment_cents must lie between 1 and {LARGEST_PAYMENT_CENTS}")


def contrast_with_white(colour: str) -> float:
    """Give the contrast ratio of a ``#rrggbb`` colour with white (WCAG 2.2, relative luminance)."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    light = 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)
    return 1.05 / (light + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
