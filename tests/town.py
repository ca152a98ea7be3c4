"""A small town in the table: the portal with its provider, its queues, and two tenants who are neighbours."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSRequest
from chalice.app import SQSEventConfig

import app
from chalicelib.portal import portal
from chalicelib.storage.table import connection
from infra.local.loop import QueueLoop
from infra.local.resources import Resources, client
from infra.local.serving import Call, LoopbackServer, Reply
from infra.local.stripe.core import StandIn
from infra.local.stripe.server import answer
from tests.conftest import ACCOUNT, Clock
from tests.visitors import Visitor

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
SECRET = "whsec_new"


@dataclass
class Counted:
    """The calls that the portal made to DynamoDB, counted at botocore, and the bytes that came back."""

    calls: Counter[str] = field(default_factory=Counter)

    def watch(self) -> "Counted":
        """Count from now on."""
        connection().client.meta.events.register_first("before-send.dynamodb.*", self._count)
        return self

    def _count(self, request: AWSRequest, event_name: str, **_: Any) -> None:
        self.calls[event_name.rsplit(".", 1)[1]] += 1

    @property
    def writes(self) -> int:
        return sum(self.calls[name] for name in WRITES)

    def during(self, act: Callable[[], Any]) -> Counter[str]:
        """Give the calls of one act."""
        self.calls.clear()
        act()
        return Counter(self.calls)


class Provider:
    """The stand-in for Stripe behind a loopback server, its time going with the portal's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.server = LoopbackServer(0, self._answer)
        address = f"{self.server.address}/stripe"
        self.core = StandIn(address, int(clock().timestamp()), seed=7)
        self.core.register_endpoint(self._ring, SECRET)
        self.server.start()

    @property
    def address(self) -> str:
        return f"{self.server.address}/stripe"

    def advance(self, seconds: int) -> None:
        """Let time pass for the portal and the provider; events arrive."""
        self._clock.advance(seconds=seconds)
        self.core.advance(seconds)

    def pay(self, page: str) -> None:
        """Pay on the page that an address opens."""
        self.core.pay(page.rsplit("/", 1)[1])

    def _answer(self, call: Call) -> Reply:
        given = answer(self.core, call.method, call.target, dict(call.headers), call.body)
        return Reply(given.status, given.body, tuple(given.headers.items()))

    @staticmethod
    def _ring(body: bytes, signature: str) -> int:
        return ring(body, signature)


def ring(body: bytes, signature: str) -> int:
    """Send the portal an event, and give the status of its answer."""
    headers = {"content_type": "application/json", "stripe_signature": signature}
    return Visitor().ask("POST", "/webhooks/stripe", body, **headers).status


def work(resources: Resources) -> int:
    """Have the queues' functions do what there is to do, until nothing is left; give how much it was."""
    sqs = client("sqs", portal_endpoint(resources), ACCOUNT)
    loop, done = QueueLoop(app.app, sqs, resources.queue_urls()), 0
    queues = [config for config in app.app.event_sources if isinstance(config, SQSEventConfig)]
    while handled := sum(loop.handle_batch(config, wait_seconds=0) for config in queues):
        done += handled
    return done


def portal_endpoint(resources: Resources) -> str:
    """Give the address of the local AWS that these resources are in."""
    return resources.payments_queue.rsplit("/", 2)[0]


def forget_portal() -> None:
    """Build the portal anew at the next request, from the environment as it is then."""
    portal.cache_clear()
