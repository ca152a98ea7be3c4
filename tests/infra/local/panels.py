"""A panel with real parts around it, for the tests: a small app, the stand-in, the local AWS."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stripe
from chalice.app import Chalice, CloudWatchEvent

from infra.local.clock import LocalClock
from infra.local.mailbox import Mailbox
from infra.local.panel import Panel
from infra.local.parts import Parts, Person
from infra.local.provider import Provider
from infra.local.queues import Queues
from infra.local.schedules import Schedules
from infra.local.serving import Call, LoopbackServer, Reply
from infra.local.settings import LocalSettings
from tests.infra.local.conftest import LocalAws
from tests.infra.local.stripe.orders import an_order

PEOPLE: list[Person] = [
    {
        "role": "locataire",
        "email": "locataire@demo.example",
        "password": "Bonjour-2026!",
        "lease": "L/9126",
        "name": "Mme Éloïse D’Aubigné-Lefèvre",
        "note": "une demande en cours",
    },
    {
        "role": "locataire",
        "email": "",
        "password": "",
        "lease": "L/9127",
        "name": "M. Noël-Bäcker",
        "note": "",
    },
    {
        "role": "agent",
        "email": "agent@demo.example",
        "password": "Gestion-2026!",
        "lease": "",
        "name": "Claire Morvan",
        "note": "",
        "code": "012345",
        "code_seconds": 17,
    },
]


@dataclass
class PanelUnderTest:
    """The panel's server, what it stands on, and the webhooks that the portal would have received."""

    server: LoopbackServer
    parts: Parts
    state: Path
    fired: list[str]
    webhooks: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        content = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, content

    def ask(self, path: str, content: Any = None) -> Any:
        """Ask the JSON side and expect a 200."""
        status, text = (
            self.call("GET", path)
            if content is None
            else self.call("POST", path, json.dumps(content).encode())
        )
        assert status == 200, text
        return json.loads(text)

    def pay(self, payment: str = "p-1", cents: int = 45_678) -> str:
        """Pay by card as a tenant does and give the charge's number."""
        address = f"{self.server.address}/stripe"
        client = stripe.StripeClient("sk_test_local", base_addresses={"api": address})
        order = an_order(payment, cents, now=int(self.parts.clock().timestamp()))
        session = client.v1.checkout.sessions.create(order)
        assert self.call("POST", f"/stripe/pay/{session.id}", b"card=4242424242424242")[0] == 303
        return self.parts.provider.charges()[0].number


def an_office(fired: list[str]) -> Chalice:
    """Make an app with a job that works and one that does not."""
    app = Chalice(app_name="office")

    def sweep(_: CloudWatchEvent) -> None:
        """Look at the open payments."""
        fired.append("sweep")

    def broken(_: CloudWatchEvent) -> None:
        raise RuntimeError("a bug")

    app.schedule("rate(15 minutes)", name="sweep", description="Relit les paiements ouverts.")(sweep)
    app.schedule("cron(0 4 1 1 ? *)", name="broken")(broken)
    return app


@contextmanager
def a_panel(aws: LocalAws, state: Path) -> Iterator[PanelUnderTest]:
    """Run a panel on a port of its own."""
    fired: list[str] = []
    webhooks: list[str] = []

    def portal(call: Call) -> Reply:
        webhooks.append(json.loads(call.body)["type"])
        return Reply(200)

    portal_server, server = LoopbackServer(0, portal), LoopbackServer(0, lambda _: Reply(503))
    settings = LocalSettings(portal_server.server_port, server.server_port, state)
    clock, sqs = LocalClock(state / "clock.json"), aws.client("sqs")
    address = f"{settings.portal_address}/webhooks/stripe"
    provider = Provider(
        f"{settings.panel_address}/stripe", "whsec_test", address, clock, state / "stripe.json"
    )
    parts = Parts(
        settings=settings,
        clock=clock,
        mailbox=Mailbox(aws.mail_dir),
        schedules=Schedules(an_office(fired), clock, state / "schedules.json"),
        queues=Queues(sqs, aws.resources.queue_urls()),
        provider=provider,
        cloud_alive=aws.cloud.alive,
        people=lambda: PEOPLE,
    )
    server.answering = Panel(parts).answer
    portal_server.start()
    server.start()
    provider.start()
    yield PanelUnderTest(server, parts, state, fired, webhooks)
    provider.stop()
    server.stop()
    portal_server.stop()
