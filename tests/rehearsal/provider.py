"""The Stripe stand-in of the rehearsal, behind a server that the functions reach (« prestataire »)."""

import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from chalicelib.portal import wall_clock
from infra.local.provider import Charge, Provider
from infra.local.serving import Call, LoopbackServer, Reply
from infra.local.stripe.cards import ACCEPTED
from infra.local.stripe.events import Delivery

PATH = "/stripe"
HELD_SECONDS = 60


class Office:
    """The provider: its address is known before the portal stands, the portal's bell after."""

    def __init__(self, folder: Path, secret: str) -> None:
        self._state, self._secret = folder / "stripe.json", secret
        self._server = LoopbackServer(0, self._answer)
        self._desk: Provider | None = None
        self._may_answer, self._somebody_waits = threading.Event(), threading.Event()
        self._may_answer.set()
        self._server.start()

    @property
    def origin(self) -> str:
        return self._server.address

    @property
    def address(self) -> str:
        return self._server.address + PATH

    @property
    def desk(self) -> Provider:
        assert self._desk is not None, "the office is not open yet"
        return self._desk

    def open(self, webhooks: str) -> None:
        """Open the account, and ring at this address from now on."""
        self._desk = Provider(self.address, self._secret, webhooks, wall_clock, self._state)
        self._desk.start()

    def close(self) -> None:
        if self._desk is not None:
            self._desk.stop()
        self._server.stop()

    def pay(self, page: str, card: str = ACCEPTED) -> str:
        """Pay on the page that an address opens, as a browser does; give where it is sent back to."""
        parts = urllib.parse.urlsplit(page)
        connection = HTTPConnection(parts.netloc, timeout=10)
        typed = urllib.parse.urlencode({"card": card})
        connection.request("POST", parts.path, typed, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 303
        return str(answer.getheader("Location"))

    def charges(self, payment: str) -> list[Charge]:
        """Give what was charged for a payment of ours."""
        return [charge for charge in self.desk.charges() if charge.payment == payment]

    def deliveries(self) -> list[Delivery]:
        """Give the bell's latest rings, newest first, with their answers."""
        return self.desk.deliveries()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Have no event come of what happens meanwhile, now or later."""
        self.desk.set_faults({"ungenerated": 1.0})
        try:
            yield
        finally:
            self.desk.set_faults({})

    @contextmanager
    def holding(self) -> Iterator[threading.Event]:
        """Let whoever asks the API wait meanwhile; the event tells when somebody does."""
        self._somebody_waits.clear()
        self._may_answer.clear()
        try:
            yield self._somebody_waits
        finally:
            self._may_answer.set()

    def _answer(self, call: Call) -> Reply:
        if not self._may_answer.is_set() and call.path.startswith(f"{PATH}/v1/"):
            self._somebody_waits.set()
            self._may_answer.wait(HELD_SECONDS)
        return self.desk.answer(call)
