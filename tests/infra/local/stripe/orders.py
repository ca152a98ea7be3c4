"""What the portal asks of Stripe, and where the stand-in's events go, for the tests of this folder."""

import json
from typing import Any

import stripe

from infra.local.stripe.core import StandIn
from infra.local.stripe.http_client import client

NOW = 1_800_000_000
BASE = "http://127.0.0.1:8001/stripe"
SECRET = "whsec_demonstration"


def an_order(payment: str = "p-1", cents: int = 45_678, now: int = NOW, **other: Any) -> Any:
    """Give the parameters of a payment page as the portal sends them."""
    marks = {"payment_id": payment, "lease": "9126"}
    product = {"name": "Loyer et charges, contrat L/9126"}
    price = {"currency": "eur", "unit_amount": cents, "product_data": product}
    return {
        "mode": "payment",
        "locale": "fr",
        "client_reference_id": payment,
        "customer_email": "rose.martin@example.org",
        "line_items": [{"quantity": 1, "price_data": price}],
        "allowed_payment_method_types": ["card"],
        "metadata": marks,
        "payment_intent_data": {"metadata": marks, "description": product["name"]},
        "success_url": "http://127.0.0.1:8000/paiement/p-1?page={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/paiement/p-1?annule=1",
        "expires_at": now + 3600,
        **other,
    }


class Inbox:
    """An endpoint that keeps what it receives and answers what it is told."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.received: list[tuple[bytes, str]] = []

    def __call__(self, body: bytes, signature: str) -> int:
        """Receive an event."""
        self.received.append((body, signature))
        return self.status

    @property
    def types(self) -> list[str]:
        """The types of the events received, in order, without the ``v1.`` of thin ones."""
        return [json.loads(body)["type"].removeprefix("v1.") for body, _ in self.received]


class Shop:
    """A stand-in, the library's client on it, and an inbox for its events."""

    def __init__(self, stand_in: StandIn, *, thin: bool = True) -> None:
        self.stand_in = stand_in
        self.client = client(stand_in)
        self.inbox = Inbox()
        stand_in.register_endpoint(self.inbox, SECRET, thin)

    def open(self, payment: str = "p-1", cents: int = 45_678, **other: Any) -> stripe.checkout.Session:
        """Open a payment page."""
        order = an_order(payment, cents, self.stand_in.now, **other)
        return self.client.v1.checkout.sessions.create(order, {"idempotency_key": f"payment-{payment}"})

    def look(self, session: str) -> Any:
        """Give a session with its payment and charge, as plain dictionaries."""
        expand = ["payment_intent.latest_charge"]
        return self.client.v1.checkout.sessions.retrieve(session, {"expand": expand}).to_dict()

    def paid(self, payment: str = "p-1", cents: int = 45_678, card: str = "4242424242424242") -> str:
        """Open and pay a page; give the charge's id."""
        session = self.open(payment, cents)
        self.stand_in.pay(session.id, card)
        return self.stand_in.charge_of(session.id)
