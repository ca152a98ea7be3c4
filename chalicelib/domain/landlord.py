"""The landlord (« bailleur ») whose portal this is: everything that changes from one landlord to the next.

One readable file holds it, ``landlord/landlord.toml``; no code speaks of a landlord by name.
"""

import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
LARGEST_PAYMENT_CENTS = 10_000_00
LAST_NOTICES_DAY = 28
LONGEST_CREDITOR_NAME = 70  # what a SEPA QR code takes (EPC069-12)


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
    city: str
    signatory: str
    signatory_title: str
    iban: str
    bic: str
    creditor_name: str
    notices_day: int
    receipts_from: date

    @property
    def phone_link(self) -> str:
        """Give the address that dials the landlord's number."""
        return dialling(self.phone)

    @property
    def emergency_link(self) -> str:
        """Give the address that dials the emergency number."""
        return dialling(self.emergency_phone)

    @property
    def iban_in_groups(self) -> str:
        """Write the IBAN as people read it, in groups of four; nothing if there is none."""
        return "\u00a0".join(self.iban[start : start + 4] for start in range(0, len(self.iban), 4))


def letterhead(landlord: Landlord) -> dict[str, Any]:
    """Give what every letter prints of the landlord."""
    return {
        "name": landlord.name,
        "legal_form": landlord.legal_form,
        "siren": landlord.siren,
        "address": list(landlord.address),
        "phone": landlord.phone,
        "phone_hours": landlord.phone_hours,
        "email": landlord.email,
        "website": landlord.portal_host,
        "accent": landlord.accent,
        "deep": landlord.deep,
        "city": landlord.city,
        "signatory": landlord.signatory,
        "signatory_title": landlord.signatory_title,
        "iban": landlord.iban_in_groups,
        "bic": landlord.bic,
        "creditor_name": landlord.creditor_name,
    }


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
    found["iban"] = re.sub(r"\s", "", found["iban"])
    found["receipts_from"] = _month_in(found["receipts_from"], path)
    landlord = Landlord(**found)
    _check(landlord, path)
    _check_papers(landlord, path)
    return landlord


def _month_in(written: str, path: Path) -> date:
    if not (found := _MONTH.fullmatch(str(written))):
        raise BadLandlordFile(f'{path}: receipts_from must look like "2026-11"')
    return date(int(found[1]), int(found[2]), 1)


def _check_papers(landlord: Landlord, path: Path) -> None:
    """Refuse an account to which no transfer would come, and a day that not every month has."""
    if landlord.iban and not is_iban(landlord.iban):
        raise BadLandlordFile(f"{path}: iban {landlord.iban} is none, its check digits do not fit")
    if landlord.bic and not _BIC.fullmatch(landlord.bic):
        raise BadLandlordFile(f"{path}: bic must have 8 or 11 capital letters and figures")
    if landlord.iban and not 0 < len(landlord.creditor_name) <= LONGEST_CREDITOR_NAME:
        raise BadLandlordFile(f"{path}: creditor_name must have 1 to {LONGEST_CREDITOR_NAME} characters")
    if not 0 <= landlord.notices_day <= LAST_NOTICES_DAY:
        raise BadLandlordFile(f"{path}: notices_day must lie between 0 and {LAST_NOTICES_DAY}")


def is_iban(written: str) -> bool:
    """Tell whether the check digits of an IBAN written without spaces fit (ISO 13616, modulo 97)."""
    if not _IBAN.fullmatch(written):
        return False
    return int("".join(str(int(sign, 36)) for sign in written[4:] + written[:4])) % 97 == 1


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
