"""The stand-in itself (« faux Stripe »): one account, an integer clock, and Stripe's calls answered in order.

Nothing happens by itself: ``advance`` moves the clock and lets what has fallen due happen, events included.
One lock makes every call safe for threads; events are sent outside of it, so that who receives one may call
back.
"""

import hashlib
import threading
import urllib.parse
from collections import deque
from collections.abc import Mapping

from infra.local.stripe import events
from infra.local.stripe.account import Account, Endpoint, Send
from infra.local.stripe.checkout import expire_in_time
from infra.local.stripe.reading import expanded
from infra.local.stripe.refunds import end_refund, fail_refund
from infra.local.stripe.routes import Request, find_route
from infra.local.stripe.schema import Json, SchemaViolation, check_object, violations
from infra.local.stripe.state import Replay, State, Timer
from infra.local.stripe.tenant import Tenant
from infra.local.stripe.wire import Answer, Refusal, json_answer, nested, typed

IDEMPOTENCY_SECONDS = 24 * 3600
EVENTS_KEPT_SECONDS = 30 * 86_400
_DELIVERIES_SHOWN = 2_000


class StandIn(Tenant):
    """A Stripe account that lives in memory; ``to_json`` and ``from_json`` carry it over a restart.

    ``now`` and every moment are seconds since 1970.  ``base_address`` is where the API and the payment page
    are mounted; production code reaches both there.  The same seed gives the same ids and the same faults.
    """

    def __init__(self, base_address: str, now: int, seed: int = 0, *, state: State | None = None) -> None:
        self.account = Account(base_address, state or State(now=now, seed=seed))
        self.lock = threading.RLock()
        self.deliveries: deque[events.Delivery] = deque(maxlen=_DELIVERIES_SHOWN)
        self._advancing = threading.RLock()
        self.switchboard = self.account.switchboard

    @classmethod
    def from_json(cls, base_address: str, text: str) -> "StandIn":
        """Take up an account where ``to_json`` left it; register its endpoints again, by name."""
        state = State.from_json(text)
        return cls(base_address, state.now, state=state)

    def to_json(self) -> str:
        """Write down objects, events, pending deliveries, idempotency keys, faults and the clock."""
        with self.lock:
            return self.account.state.to_json()

    @property
    def base_address(self) -> str:
        """Where the API and the payment page are mounted, without a slash at the end."""
        return self.account.base_address

    @property
    def now(self) -> int:
        """The account's clock, in seconds since 1970."""
        return self.account.now

    def register_endpoint(
        self,
        send: Send,
        secret: str,
        thin: bool = True,
        name: str = "portal",
        types: frozenset[str] = frozenset(),
    ) -> None:
        """Send events from now on to ``send(body, signature) -> status``, thin or as a snapshot.

        Those of ``types`` are sent, or all of them if none is named.
        """
        with self.lock:
            self.account.endpoints[name] = Endpoint(send, secret, thin, types)

    def advance(self, seconds: int) -> None:
        """Move the clock forward; sessions expire and events arrive at their second, in order."""
        with self._advancing:
            until = self.now + seconds
            while self._happen(until):
                pass
            with self.lock:
                self.account.state.now = max(self.now, until)
                self._forget()

    def _happen(self, until: int) -> bool:
        """Let the next due thing happen; ``False`` if there is none."""
        with self.lock:
            timer = self.account.state.next_timer(until)
            if timer is None:
                return False
            self._forget()
            if timer.action != "deliver":
                self._act(timer)
                return True
            self.account.state.under_way.append(timer)
            parcel = events.pack(self.account, timer)
        status = events.send(parcel)
        with self.lock:
            self.account.state.under_way.remove(timer)
            self.deliveries.append(events.settle(self.account, timer, status))
        return True

    def _forget(self) -> None:
        self.account.state.forget(EVENTS_KEPT_SECONDS, IDEMPOTENCY_SECONDS)

    def _act(self, timer: Timer) -> None:
        if timer.action == "expire_session":
            expire_in_time(self.account, timer.subject["session"])
        elif timer.action == "end_refund":
            end_refund(self.account, timer.subject["refund"])
        elif timer.action == "fail_refund":
            fail_refund(self.account, timer.subject["refund"])
        else:
            raise ValueError(f"unknown timer: {timer.action}")

    def handle(
        self, method: str, path_with_query: str, headers: Mapping[str, str], body: str | bytes = ""
    ) -> Answer:
        """Answer one call of the API.

        What Stripe would refuse is answered in Stripe's shape.  ``SchemaViolation`` when the request, or an
        object of the answer, does not fit the library's types: a test must fail then, not catch an error.
        """
        text = body.decode(errors="replace") if isinstance(body, bytes) else body
        named = {name.lower(): value for name, value in headers.items()}
        with self.lock:
            request_id = self.account.state.new_id("req", 14)
            try:
                _check_key(named.get("authorization", ""))
                return self._answer(method, path_with_query, text, named.get("idempotency-key"), request_id)
            except Refusal as refusal:
                return refusal.answer(request_id)

    def _answer(self, method: str, target: str, body: str, key: str | None, request_id: str) -> Answer:
        address = urllib.parse.urlsplit(target)
        path = address.path.removeprefix(urllib.parse.urlsplit(self.base_address).path)
        key = key if method == "POST" else None
        fingerprint = hashlib.sha256(f"{method} {path}\n{body}".encode()).hexdigest()
        replay = self._replay(key, fingerprint)
        if replay is not None:
            headers = {
                "Content-Type": "application/json",
                "Request-Id": request_id,
                "Idempotent-Replayed": "true",
            }
            return Answer(replay.status, headers, replay.body.encode())
        request = find_route(method, path)
        params = _checked(request, nested(address.query if method == "GET" else body))
        answer = self._carry_out(request, params, request_id)
        if key is not None:
            kept = Replay(self.now, fingerprint, answer.status, answer.body.decode())
            self.account.state.replays[key] = kept
        return answer

    def _carry_out(self, request: Request, params: Json, request_id: str) -> Answer:
        """Execute a call whose parameters are sound; its refusal, too, is what the idempotency key keeps."""
        try:
            paths = params.pop("expand", [])
            made = expanded(self.account, request.route.call(self.account, request.object_id, params), paths)
        except Refusal as refusal:
            return refusal.answer(request_id)
        check_object(made)
        return json_answer(200, made, request_id)

    def _replay(self, key: str | None, fingerprint: str) -> Replay | None:
        replay = self.account.state.replays.get(key or "")
        if replay is not None and replay.fingerprint != fingerprint:
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used "
                f"with. Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return replay


def _check_key(authorization: str) -> None:
    """Accept test keys only: a live key has nothing to do here."""
    if not authorization.startswith("Bearer sk_test_"):
        raise Refusal("Invalid API Key provided.", status=401)


def _checked(request: Request, raw: Json) -> Json:
    if "payment_method_types" in raw:
        raise Refusal(
            "`payment_method_types` is no longer supported; use `allowed_payment_method_types`.",
            code="parameter_unknown",
            param="payment_method_types",
        )
    params: Json = typed(raw, request.route.params)
    found = violations(params, request.route.params)
    if found:
        raise SchemaViolation(f"{request.route.method} {request.route.pattern.pattern}", found)
    return params
