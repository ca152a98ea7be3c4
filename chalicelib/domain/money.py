"""Amounts (« montants »): whole cents of euro, read from what people type and never computed with floats."""

import re

from chalicelib.domain.errors import Refused

_TYPED = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,9})(?:[.,](\d{1,2}))?\s*(?:€|euros?|EUR)?")


def cents_from(typed: str) -> int:
    """Read an amount typed by a person: ``1 284,80``, ``1284.8``, ``50 €``; ``Refused`` for all else.

    A sign, an exponent or a third decimal is refused rather than guessed.
    """
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        raise Refused("Indiquez un montant en euros, avec deux décimales au plus, par exemple\u00a050,00.")
    whole, decimals = found.groups()
    return int(re.sub(r"\D", "", whole)) * 100 + int((decimals or "0").ljust(2, "0"))
