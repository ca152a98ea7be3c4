"""Stripe's events: checked to be Stripe's, for us and of our mode; what they say of payments is not read.

Both kinds are taken: thin ones (``v2.core.event``), which name an object only, and snapshots.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.events import ProviderEvent

TOLERANCE_SECONDS = 300
# What our endpoint asks Stripe for (docs/aws.md): every movement of money rings.  What a payment intent goes
# through in between would double the bells of each payment; if it comes, it is a bell like the others.
ASKED_FOR = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "charge.succeeded",
        "charge.failed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
        "refund.created",
        "refund.updated",
        "refund.failed",
    }
)
_WORD = re.compile(r"[A-Za-z0-9_.]{1,255}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class BadEvent(Exception):
    """An event that is refused; ``reason`` says why, to the machine that sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StripeEvents:
    """Reads events signed with one of our secrets: two live side by side while one is being replaced."""

    def __init__(self, secrets: Sequence[str], *, live: bool) -> None:
        self._secrets = secrets
        self._live = live

    def read(self, payload: bytes, signature: str, now: datetime) -> ProviderEvent:
        """Check an event's signature, age, account and mode, and give what it names; else ``BadEvent``."""
        self._check_signature(payload, signature, now)
        found = _parsed(payload)
        if found.get("livemode") is not self._live:
            raise BadEvent("livemode")
        if found.get("account") or found.get("context"):
            raise BadEvent("account")
        kind, id = _object_of(found)
        return ProviderEvent(_text(found, "id"), _text(found, "type"), kind, id, now)

    def _check_signature(self, payload: bytes, signature: str, now: datetime) -> None:
        """Stripe's library accepts any time in the future, so the age is checked here, both ways."""
        import stripe

        sent_at = _sent_at(signature)
        if sent_at is None or abs(now.timestamp() - sent_at) > TOLERANCE_SECONDS:
            raise BadEvent("timestamp")
        if not signature.isascii():
            raise BadEvent("signature")
        try:
            text = payload.decode()
        except UnicodeDecodeError as error:
            raise BadEvent("encoding") from error
        for secret in self._secrets:
            try:
                stripe.WebhookSignature.verify_header(text, signature, secret, tolerance=None)
            except stripe.SignatureVerificationError:
                continue
            return
        raise BadEvent("signature")


def _sent_at(signature: str) -> int | None:
    """Give the one time that a signature names; two would let an old event pass under a fresh one."""
    parts = [part.partition("=") for part in signature.split(",")]
    times = [value for name, _, value in parts if name.strip() == "t"]
    return int(times[0]) if len(times) == 1 and _SECONDS.fullmatch(times[0]) else None


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadEvent("json") from error
    if not isinstance(found, dict):
        raise BadEvent("json")
    return found


def _object_of(event: dict[str, Any]) -> tuple[str, str]:
    """Give the kind and id of the object that an event is about."""
    if event.get("object") == "v2.core.event":
        related = event.get("related_object")
        return (_text(related, "type"), _text(related, "id")) if isinstance(related, dict) else ("", "")
    within = event.get("data")
    found = within.get("object") if isinstance(within, dict) else None
    if not isinstance(found, dict):
        raise BadEvent("object")
    return _text(found, "object"), _text(found, "id") if "id" in found else ""


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise BadEvent(name)
    return value
