"""Challenges for passkeys (« défis »): signed by us, for this visit, for one purpose, for five minutes.

Nothing is kept of them before they are used; the store sees to it that each is used once.
"""

import hmac
import secrets
from datetime import UTC, datetime

from chalicelib.domain.passkeys import CHALLENGE_LIFE
from chalicelib.web.cookies import sign
from chalicelib.web.entrance import Entrance
from chalicelib.web.visit import Visit

_PARTS = 3


def new_challenge(entrance: Entrance, visit: Visit, purpose: str) -> str:
    """Make a challenge (128 random bits, the moment, our signature) for the forms of a visit."""
    said = f"{secrets.token_urlsafe(16)}~{int(visit.now.timestamp())}"
    return f"{said}~{_sign(entrance, visit, purpose, said)}"


def is_challenge(entrance: Entrance, visit: Visit, purpose: str, shown: str) -> bool:
    """Tell whether we made a challenge for that purpose, in this visit, a moment ago."""
    said, _, signature = shown.rpartition("~")
    if not shown.isascii() or not hmac.compare_digest(_sign(entrance, visit, purpose, said), signature):
        return False
    made_at = datetime.fromtimestamp(int(said.rpartition("~")[2]), UTC)
    return made_at <= visit.now < made_at + CHALLENGE_LIFE


def _sign(entrance: Entrance, visit: Visit, purpose: str, said: str) -> str:
    return sign(entrance, f"challenge:{purpose}:{visit.csrf}", said)
