"""Authenticators made of software: they make and use passkeys as telephones do, or as forgers would."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from tests.visitors import Seen

HOST, ORIGIN = "localhost", "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def options_on(page: Seen) -> dict[str, Any]:
    """Read what a page asks a device for."""
    found = re.search(r'data-passkey="([^"]*)"', page.html)
    assert found is not None
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One device with one passkey; what it says can be bent."""

    id: bytes = b"credential-0000000000000000000001"
    host: str = HOST
    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    step: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, page: Seen, **changes: str) -> str:
        """Make a passkey for a page's challenge; give what the script would send."""
        client = self._client("webauthn.create", page, **changes)
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        told = self._data(ATTESTED, credential)
        attestation = AttestationObject.create("none", told, {})
        return self._spelled(client, attestationObject=coded(attestation))

    def sign(self, page: Seen, **changes: str) -> str:
        """Sign a page's challenge."""
        self.counter += self.step
        client, told = self._client("webauthn.get", page, **changes), self._data()
        signature = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._spelled(client, authenticatorData=coded(told), signature=coded(signature))

    def _client(self, kind: str, page: Seen, **changes: str) -> bytes:
        challenge = changes.get("challenge") or str(options_on(page)["challenge"])
        return bytes(
            CollectedClientData.create(
                changes.get("type", kind), decoded(challenge), changes.get("origin", self.origin)
            )
        )

    def _data(self, more: int = 0, credential: bytes = b"") -> AuthenticatorData:
        host = hashlib.sha256(self.host.encode()).digest()
        flags = AuthenticatorData.FLAG(self.flags | more)
        made: AuthenticatorData = AuthenticatorData.create(host, flags, self.counter, credential)
        return made

    def _spelled(self, client: bytes, **parts: str) -> str:
        response = {"clientDataJSON": coded(client)} | parts
        return json.dumps(
            {"id": coded(self.id), "rawId": coded(self.id), "type": "public-key", "response": response}
        )
