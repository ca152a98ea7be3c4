"""The Stripe stand-in at work on this machine (prestataire de paiement): its time, its memory, its webhooks.

The stand-in itself does nothing without being told.  Here it lives in the portal's time, delivers its events
over HTTP as Stripe does, and its state is on disk half a second after a change.
"""

import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

from chalicelib.gateways.stripe_events import ASKED_FOR
from infra.local.serving import Call, Reply
from infra.local.stripe.core import StandIn
from infra.local.stripe.events import Delivery, sign
from infra.local.stripe.server import answer
from infra.local.stripe.wire import Refusal

_TICK_SECONDS = 0.2
_SAVE_SECONDS = 0.5


class UnknownCharge(LookupError):
    """No charge has that number, or it cannot be given back any more."""


@dataclass(frozen=True)
class Charge:
    """What the panel shows of a card payment; amounts in cents."""

    number: str
    at: datetime
    cents: int
    refunded_cents: int
    is_disputed: bool
    status: str
    payment: str


class Provider:
    """One stand-in account, ticking."""

    def __init__(
        self, address: str, secret: str, webhooks: str, clock: Callable[[], datetime], path: Path
    ) -> None:
        self._clock, self._path, self._webhooks, self._secret = clock, path, webhooks, secret
        self._ticking = threading.Lock()
        now = int(clock().timestamp())
        self._core = (
            StandIn.from_json(address, path.read_text("utf-8")) if path.exists() else StandIn(address, now)
        )
        self._core.register_endpoint(self._deliver, secret, types=ASKED_FOR)
        self._changed, self._stopped = False, threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True, name="provider")

    def start(self) -> None:
        """Let its time pass."""
        self._thread.start()

    def stop(self) -> None:
        """Stop its time and write down what it remembers."""
        self._stopped.set()
        self._thread.join()
        self._save()

    def tick(self) -> None:
        """Bring the account to the portal's present: sessions expire, events arrive."""
        with self._ticking:  # two that measured the same lag would each make up for it
            before = self._mark()
            ahead = int(self._clock().timestamp()) - self._core.now
            if ahead > 0:
                self._core.advance(ahead)
            self._changed = self._changed or self._mark() != before

    def answer(self, call: Call) -> Reply:
        """Answer the API and the payment page."""
        given = answer(self._core, call.method, call.target, dict(call.headers), call.body)
        self._changed = self._changed or call.method != "GET"
        return Reply(given.status, given.body, tuple(given.headers.items()))

    def faults(self) -> dict[str, float | int | bool]:
        """Give the faults that are on."""
        return self._core.switchboard.settings()

    def set_faults(self, faults: Mapping[str, float | int | bool]) -> None:
        """Set these faults and no other; ``ValueError``, and nothing changed, if one means nothing."""
        with self._core.lock:
            before = self.faults()
            self._core.switchboard.clear()
            try:
                for name, value in faults.items():
                    self._core.switchboard.set(name, value)
            except ValueError:
                self._core.switchboard.clear()
                for name, value in before.items():
                    self._core.switchboard.set(name, value)
                raise
        self._changed = True

    def charges(self, limit: int = 50) -> list[Charge]:
        """Give the latest card payments, newest first."""
        with self._core.lock:
            found = list(self._core.account.every("charge"))[:limit]
            return [
                Charge(
                    charge["id"],
                    datetime.fromtimestamp(charge["created"], UTC),
                    charge["amount"],
                    charge["amount_refunded"],
                    charge["disputed"],
                    charge["status"],
                    charge["metadata"].get("payment_id", ""),
                )
                for charge in found
            ]

    def deliveries(self, limit: int = 50) -> list[Delivery]:
        """Give the latest deliveries with their answers, newest first."""
        with self._core.lock:
            return list(reversed(self._core.deliveries))[:limit]

    def refund(self, charge: str) -> None:
        """Give the money of a charge back; ``UnknownCharge`` if there is none left."""
        self._act(self._core.refund, charge)

    def dispute(self, charge: str) -> None:
        """Have the card's owner dispute a charge; ``UnknownCharge`` if that cannot be."""
        self._act(self._core.dispute, charge)

    def _act(self, act: Callable[[str], str], charge: str) -> None:
        try:
            act(charge)
        except Refusal as refusal:
            raise UnknownCharge(charge) from refusal
        self._changed = True

    def _live(self) -> None:
        pause_until = 0.0
        while not self._stopped.wait(_TICK_SECONDS):
            self.tick()
            if self._changed and time.monotonic() > pause_until:
                began = time.monotonic()
                self._save()
                # A large account is written less often: never more than a tenth of the time.
                pause_until = began + max(_SAVE_SECONDS, 10 * (time.monotonic() - began)) - _TICK_SECONDS

    def _mark(self) -> tuple[int, int]:
        return self._core.account.state.sequence, len(self._core.account.state.timers)

    def _save(self) -> None:
        self._changed = False
        fresh = self._path.with_suffix(".new")
        fresh.write_text(self._core.to_json(), "utf-8")
        fresh.replace(self._path)

    def _deliver(self, body: bytes, _signature: str) -> int:
        """Post one event to the portal and give the status; ``OSError`` when nobody answers.

        It is signed anew with the portal's present: when the clock was moved by days, what fell due in
        between arrives now, and an old signature would be refused for its age.
        """
        signature = sign(body, self._secret, int(self._clock().timestamp()))
        request = urllib.request.Request(  # noqa: S310  our own loopback address
            self._webhooks,
            body,
            {"Content-Type": "application/json", "Stripe-Signature": signature},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answered:  # noqa: S310
                return int(answered.status)
        except HTTPError as refused:
            return refused.code
