"""One Stripe account (« compte Stripe »): objects, clock, endpoints, and the events it publishes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from infra.local.stripe.schema import Json, check_object, is_nullable, object_class
from infra.local.stripe.state import State
from infra.local.stripe.switchboard import Switchboard
from infra.local.stripe.type_hints import fields
from infra.local.stripe.wire import Refusal

API_VERSION = "2026-10-28.endive"
"""The version whose objects are written here; a test holds it against the library's."""

Send = Callable[[bytes, str], int]
"""Take an event's bytes and its ``Stripe-Signature``, give the HTTP status; ``OSError``: nobody answers."""

# Fields that Stripe leaves out unless asked, or unless they apply, instead of sending null.
_LEFT_OUT = {
    "checkout.session": {"line_items"},
    "charge": {"refunds", "level3"},
}
_ONLY = {"payment_method": {"allow_redisplay", "customer", "metadata"}}


@dataclass(frozen=True)
class Endpoint:
    """Where events are sent: thin events or snapshots, signed with the endpoint's own secret.

    ``types`` are those that it asks for, all of them if none is named.
    """

    send: Send
    secret: str
    thin: bool
    types: frozenset[str] = frozenset()

    def asks_for(self, event_type: str) -> bool:
        """Tell whether such events are sent there."""
        return not self.types or event_type in self.types


class Account:
    """What every call works on.  It is not safe for threads by itself: ``StandIn`` holds the lock."""

    def __init__(self, base_address: str, state: State) -> None:
        self.base_address = base_address.rstrip("/")
        self.state = state
        self.switchboard = Switchboard(state)
        self.endpoints: dict[str, Endpoint] = {}

    @property
    def now(self) -> int:
        """The account's clock, in seconds since 1970."""
        return self.state.now

    def add(self, kind: str, prefix: str, content: Json, id_length: int = 24) -> Json:
        """Create an object with every field that Stripe would send, null where nothing is said."""
        made: Json = {**_nulls(kind), "id": self.state.new_id(prefix, id_length), "object": kind}
        made["created"] = self.now
        if "livemode" in fields(object_class(kind)):
            made["livemode"] = False
        made.update(content)
        check_object(made)
        self.state.objects.setdefault(kind, {})[made["id"]] = made
        return made

    def get(self, kind: str, object_id: str, param: str = "id") -> Json:
        """Give an object; a 404 in Stripe's words when there is none."""
        found = self.state.objects.get(kind, {}).get(object_id)
        if found is None:
            raise Refusal(f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param)
        return found

    def find(self, object_id: str) -> Json | None:
        """Give an object of whatever kind, for ``expand``."""
        return next((kept[object_id] for kept in self.state.objects.values() if object_id in kept), None)

    def every(self, kind: str) -> Iterable[Json]:
        """Give the objects of one kind, newest first."""
        return reversed(self.state.objects.get(kind, {}).values())

    def publish(self, event_type: str, subject: Json, previous: Json | None = None) -> None:
        """Create the event of a change and queue it for who asks for such, unless it is never generated."""
        check_object(subject)
        asking = [name for name, endpoint in self.endpoints.items() if endpoint.asks_for(event_type)]
        if self.switchboard.strikes("ungenerated"):
            return
        content: Json = {"object": json.loads(json.dumps(subject))}
        if previous is not None:
            content["previous_attributes"] = previous
        event = self.add(
            "event",
            "evt",
            {
                "api_version": API_VERSION,
                "data": content,
                "pending_webhooks": len(asking),
                "request": {"id": None, "idempotency_key": None},
                "type": event_type,
            },
        )
        for name in asking:
            self.queue_delivery(name, event["id"], attempt=0)

    def queue_delivery(self, endpoint: str, event_id: str, attempt: int, after_seconds: int = 0) -> None:
        """Queue one sending of an event; a doubled one has a twin that is never tried again."""
        copies = 2 if self.switchboard.strikes("double") else 1
        for copy in range(copies):
            self.state.set_timer(
                self.now + after_seconds + self.switchboard.delay_seconds(),
                "deliver",
                {"endpoint": endpoint, "event": event_id, "attempt": attempt, "twin": copy > 0},
                rank=self.switchboard.rank(),
            )


@cache
def _nullable_names(kind: str) -> tuple[str, ...]:
    allowed = _ONLY.get(kind)
    return tuple(
        name
        for name, hint in fields(object_class(kind)).items()
        if is_nullable(hint) and name not in _LEFT_OUT.get(kind, ()) and (allowed is None or name in allowed)
    )


def _nulls(kind: str) -> Json:
    return dict.fromkeys(_nullable_names(kind))
