"""Events on their way (« webhooks »): the bytes of a thin event or of a snapshot, signed as Stripe signs."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import NamedTuple

from infra.local.stripe.account import Account, Endpoint
from infra.local.stripe.routes import ADDRESSES
from infra.local.stripe.schema import Json, check_notification, check_object
from infra.local.stripe.state import Timer

RETRY_AFTER_SECONDS = (300, 1_800, 7_200, 18_000, 36_000, 43_200)
"""How long Stripe waits after the 1st, 2nd… failure; the last one repeats."""
GIVE_UP_SECONDS = 3 * 86_400


class Delivery(NamedTuple):
    """One sending of an event: when, where, which, and the HTTP status (``None``: nobody answered)."""

    at: int
    endpoint: str
    event_id: str
    event_type: str
    attempt: int
    status: int | None


class Parcel(NamedTuple):
    """An event ready to be sent."""

    endpoint: Endpoint | None
    body: bytes
    signature: str
    is_lost: bool


def sign(body: bytes, secret: str, at: int) -> str:
    """Write the header ``Stripe-Signature`` for an event sent at a moment."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def thin(event: Json) -> Json:
    """Write an event as a thin one: what happened to which object, nothing of the object."""
    subject = event["data"]["object"]
    kind = subject["object"]
    created = datetime.fromtimestamp(event["created"], UTC)
    return {
        "id": "evt_test_" + event["id"].removeprefix("evt_"),
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "livemode": event["livemode"],
        "created": created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "context": None,
        "reason": None,
        "related_object": {
            "id": subject["id"],
            "type": kind,
            "url": f"{ADDRESSES[kind]}/{subject['id']}",
        },
    }


def pack(account: Account, timer: Timer) -> Parcel:
    """Prepare a sending that has fallen due."""
    event = account.get("event", timer.subject["event"])
    endpoint = account.endpoints.get(timer.subject["endpoint"])
    if endpoint is None:
        return Parcel(None, b"", "", is_lost=True)
    content = thin(event) if endpoint.thin else event
    (check_notification if endpoint.thin else check_object)(content)
    body = json.dumps(content, indent=2, ensure_ascii=False).encode()
    signature = sign(body, endpoint.secret, account.now)
    return Parcel(endpoint, body, signature, is_lost=account.switchboard.strikes("lose"))


def send(parcel: Parcel) -> int | None:
    """Send an event, outside of any lock; ``None`` if it is lost or nobody answers."""
    if parcel.endpoint is None or parcel.is_lost:
        return None
    try:
        return parcel.endpoint.send(parcel.body, parcel.signature)
    except OSError:
        return None


def settle(account: Account, timer: Timer, status: int | None) -> Delivery:
    """Note the answer; without a 2xx, queue the next try, up to three days after the event."""
    endpoint, attempt = timer.subject["endpoint"], timer.subject["attempt"]
    event = account.get("event", timer.subject["event"])
    if timer.subject["twin"]:
        pass
    elif status is not None and 200 <= status < 300:
        event["pending_webhooks"] -= 1
    else:
        wait = RETRY_AFTER_SECONDS[min(attempt, len(RETRY_AFTER_SECONDS) - 1)]
        if account.now + wait <= event["created"] + GIVE_UP_SECONDS:
            account.queue_delivery(endpoint, event["id"], attempt + 1, after_seconds=wait)
    return Delivery(account.now, endpoint, event["id"], event["type"], attempt, status)
