"""A place to collect payments in tests: the real books, the stand-in for Stripe, and queues as lists."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from chalicelib.domain.collection import (
    Collection,
    Order,
    renounce,
    start,
    sweep,
    sync,
    sync_object,
)
from chalicelib.domain.ledger import LANDLORD, EntryKind, Line, Posting, lease_account
from chalicelib.domain.payments import Payment
from chalicelib.gateways.stripe import StripeDesk
from chalicelib.gateways.stripe_events import StripeEvents
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.payments import DynamoPayments
from infra.local.stripe.core import StandIn
from infra.local.stripe.http_client import StandInHTTPClient

START = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
LARGEST = 5_000_00
SECRET = "whsec_tests"


@dataclass
class ListedWork:
    """Queues as lists: what was asked for, in order."""

    looks: list[tuple[str, str]] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)

    def sync_payment(self, kind: str, id: str) -> None:
        self.looks.append((kind, id))

    def issue_ticket(self, payment: str) -> None:
        self.tickets.append(payment)

    def look_at_receipts(self, lease: str) -> None:
        self.receipts.append(lease)


class Bench:
    """One landlord, one provider, and everything between them."""

    def __init__(self, seed: int = 0) -> None:
        self.stripe = StandIn("http://127.0.0.1:8001/stripe", int(START.timestamp()), seed)
        self.stripe.register_endpoint(self.receive, SECRET)
        self.http = StandInHTTPClient(self.stripe)
        self.work = ListedWork()
        self.desk = StripeDesk("sk_test_demo", "http://127.0.0.1:8000", http_client=self.http)
        self.ledger = DynamoLedger()
        self.payments = DynamoPayments()
        self.collection = Collection(self.payments, self.ledger, self.desk, self.work)
        self.reader = StripeEvents([SECRET], live=False)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stripe.now, UTC)

    def receive(self, body: bytes, signature: str) -> int:
        """Take a webhook as the handler does: check it, queue a look, say 204."""
        event = self.reader.read(body, signature, self.now)
        if event.object_id:
            self.work.sync_payment(event.object_kind, event.object_id)
        return 204

    def owe(self, lease: str, cents: int, id: str = "rent") -> None:
        """Have a lease owe an amount."""
        lines = (Line(lease_account(lease), cents), Line(f"{LANDLORD}:{lease}", -cents))
        self.ledger.post(Posting(f"{id}-{lease}", date(2026, 11, 1), EntryKind.RENT_CALL, "Avis", lines))

    def lend(self, lease: str, cents: int = 100_00) -> Payment:
        """Have a lease owe an amount, and start its payment."""
        self.owe(lease, cents)
        return self.order(lease)

    def order(self, lease: str = "9126", cents: int | None = None, tenant: str = "t-1") -> Payment:
        """Start a payment."""
        asked = Order(lease, tenant, f"{tenant}@demo.example", cents, LARGEST)
        return start(self.collection, asked, self.now)

    def look(self) -> None:
        """Do what the queue asks for, until it is empty."""
        while self.work.looks:
            sync_object(self.collection, *self.work.looks.pop(0), self.now)

    def sweep(self) -> int:
        """Run the net under lost events, and do what it asks for."""
        swept = sweep(self.collection, self.now)
        self.look()
        return swept

    def sync(self, payment: Payment) -> Payment:
        """Look at one payment now."""
        return sync(self.collection, payment.id, self.now)

    def renounce(self, payment: Payment) -> Payment:
        """Give one payment up."""
        return renounce(self.collection, payment.id, self.now)

    def balance(self, lease: str = "9126") -> int:
        return self.ledger.account(lease).balance_cents
