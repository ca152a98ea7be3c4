"""Codes of receipts (« codes de vérification »): what is printed beside « vérifier cette quittance ».

A code says nothing and cannot be guessed: 80 bits of an HMAC of the paper's number, under a key of ours.
"""

import hashlib
import hmac

from chalicelib.domain.verification_codes import ALPHABET

LETTERS, BITS = 16, 5


class PaperCodes:
    """Implements ``chalicelib.domain.paper_desk.Codes``."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode(), b"codes of papers", hashlib.sha256)

    def code(self, number: str) -> str:
        """Give the code of a paper's number."""
        said = int.from_bytes(hmac.digest(self._key, number.encode(), hashlib.sha256)[: LETTERS * BITS // 8])
        return "".join(ALPHABET[said >> BITS * place & 31] for place in reversed(range(LETTERS)))
