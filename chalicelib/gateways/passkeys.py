"""What devices answer to a challenge (« clés d’accès »), checked as WebAuthn says, for our address alone.

``fido2`` does the checking; it is loaded when somebody uses a passkey.  Attestations are not asked for: which
maker a tenant's telephone is of is not ours to know.
"""

import base64
import ipaddress
import json
import struct
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chalicelib.domain.passkeys import REFUSED, Answer, NotThisKey, mark_of

if TYPE_CHECKING:
    from fido2.server import Fido2Server

LONGEST_ANSWER = 16_384
ALGORITHMS = (-7, -8, -257)  # ES256, EdDSA, RS256
# What its parsers raise for bytes that are no answer.
_NO_ANSWER = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, NotImplementedError,
    OverflowError, RecursionError, MemoryError, struct.error,
)  # fmt: skip


class Fido2Passkeys:
    """Implements ``chalicelib.domain.passkeys.PasskeyReader``."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.origin, self.host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""

    @property
    def possible(self) -> bool:
        """Tell whether the host is a name."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return bool(self.host)
        return False

    def read(self, written: str) -> Answer:
        """Read which credential it is, and which challenge was signed."""
        try:
            told = self._told(written)
            client = json.loads(_bytes(told["response"]["clientDataJSON"]))
            challenge = _bytes(client["challenge"]).decode("ascii")
            return Answer(mark_of(_bytes(told["rawId"])), challenge, written)
        except _NO_ANSWER:
            raise NotThisKey(REFUSED) from None

    def made(self, answer: Answer) -> tuple[str, int]:
        """Check what a device says of a key that it made."""
        from fido2.cose import UnsupportedKey

        try:
            checked = self._server.register_complete(_state(answer), self._told(answer.written))
            credential = checked.credential_data
            if credential is None or mark_of(credential.credential_id) != answer.mark:
                raise NotThisKey(REFUSED)
            key = credential.public_key
            if isinstance(key, UnsupportedKey) or key.ALGORITHM not in ALGORITHMS:
                raise NotThisKey(REFUSED)
        except _NO_ANSWER:
            raise NotThisKey(REFUSED) from None
        return base64.b64encode(credential).decode(), checked.counter

    def signed(self, answer: Answer, public: str) -> int:
        """Check a signature."""
        from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

        try:
            told, known = self._told(answer.written), AttestedCredentialData(base64.b64decode(public))
            self._server.authenticate_complete(_state(answer), [known], told)
            return AuthenticationResponse.from_dict(told).response.authenticator_data.counter
        except _NO_ANSWER:
            raise NotThisKey(REFUSED) from None

    def _told(self, written: str) -> dict[str, Any]:
        if len(written) > LONGEST_ANSWER:
            raise ValueError(len(written))
        told = json.loads(written)
        if not isinstance(told, dict):
            raise TypeError(told)
        return {name: told[name] for name in ("id", "rawId", "type", "response")}

    @cached_property
    def _server(self) -> "Fido2Server":
        from fido2.server import Fido2Server
        from fido2.webauthn import PublicKeyCredentialRpEntity

        us = PublicKeyCredentialRpEntity(name=self.host, id=self.host)
        return Fido2Server(us, verify_origin=lambda origin: origin == self.origin)


def _state(answer: Answer) -> dict[str, str]:
    challenge = base64.urlsafe_b64encode(answer.challenge.encode("ascii")).decode().rstrip("=")
    return {"challenge": challenge, "user_verification": "required"}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
