"""Sealed texts (« scellés »): AES-256-GCM under a key of ours, so that a copy of the table opens nothing.

A sealed text names its key and is tied to its context: moved to another place, it does not open.  A key of
AWS's own service would do the same, at the price of a call for each sign-in (docs/decisions).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.domain.second_factor import Unreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE, VERSION = 12, "1"


class AesSeal:
    """Implements ``chalicelib.domain.second_factor.Seal``; the first key seals, all of them open."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {_use(key.encode(), "name").hex()[:8]: key.encode() for key in keys}
        self._newest = next(iter(self._keys))

    def close(self, text: str, context: str) -> str:
        """Seal a text with the newest key."""
        nonce = secrets.token_bytes(NONCE)
        closed = _cipher(self._keys[self._newest]).encrypt(nonce, text.encode(), context.encode())
        return f"{VERSION}.{self._newest}.{base64.urlsafe_b64encode(nonce + closed).decode()}"

    def open(self, sealed: str, context: str) -> str:
        """Open a text with the key that sealed it."""
        from cryptography.exceptions import InvalidTag

        version, _, rest = sealed.partition(".")
        name, _, written = rest.partition(".")
        if version != VERSION or name not in self._keys:
            raise Unreadable(name)
        try:
            closed = base64.urlsafe_b64decode(written)
            opened = _cipher(self._keys[name]).decrypt(closed[:NONCE], closed[NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(name) from error
        return opened.decode()

    def is_fresh(self, sealed: str) -> bool:
        """Tell whether the newest key sealed it."""
        return sealed.startswith(f"{VERSION}.{self._newest}.")

    def derive(self, context: str) -> bytes:
        """Give 32 bytes that come of the newest key and the context."""
        return _use(self._keys[self._newest], f"derive:{context}")


def _cipher(key: bytes) -> "AESGCM":
    # A large library that only the agents' door needs: loaded by it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(_use(key, "seal"))


def _use(key: bytes, purpose: str) -> bytes:
    """Make a key for one purpose of one that serves several (HMAC-SHA256 as a PRF)."""
    return hmac.new(key, f"sealing:{purpose}".encode(), hashlib.sha256).digest()
