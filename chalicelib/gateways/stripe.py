"""Stripe: payment pages for cards, what became of them, and the events that ring our bell.

Read with docs.stripe.com/api at the version that the library pins.  The library is loaded on first use; it
is told to retry once with its own idempotency, since it does neither by default, and to wait 2 + 6 s at
most instead of 80: API Gateway gives up after 29 s.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.errors import Absent, Refused, Unavailable
from chalicelib.domain.payments import (
    EUR,
    SESSION_LIFE,
    CheckoutSession,
    Fact,
    FactKind,
    Payment,
    PaymentStatus,
    RemotePayment,
    Trace,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import stripe

CONNECT_SECONDS, READ_SECONDS, RETRIES = 2, 6, 1
WITH_REFUNDS = ["payment_intent.latest_charge.refunds"]
MOVING = {"checkout.session", "payment_intent", "charge", "refund", "dispute"}
LOST_DISPUTES = {"needs_response", "under_review", "lost"}
UNPAID_REFUNDS = {"failed", "canceled"}


class StripeDesk:
    """Implements ``chalicelib.domain.payments.CardDesk``."""

    def __init__(self, api_key: str, portal_address: str, address: str = "", http_client: Any = None) -> None:
        self._api_key = api_key
        self._portal_address = portal_address
        self._address = address
        self._http_client = http_client

    @cached_property
    def _client(self) -> "stripe.StripeClient":
        import stripe

        stripe.enable_telemetry = False
        http = self._http_client or stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
        elsewhere: Any = {"base_addresses": {"api": self._address}} if self._address else {}
        return stripe.StripeClient(self._api_key, http_client=http, max_network_retries=RETRIES, **elsewhere)

    def open(self, payment: Payment) -> CheckoutSession:
        """Create the page of a payment; the idempotency key makes it the same one for 24 h.

        Everything sent derives from the payment, since a key is refused with other parameters.
        """
        back = f"{self._portal_address}/paiement/{payment.id}"
        marks = {"payment_id": payment.id, "lease": payment.lease}
        product = {"name": f"Loyer et charges, contrat L/{payment.lease}"}
        params: Any = {
            "mode": "payment",
            "locale": "fr",
            "client_reference_id": payment.id,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": EUR, "unit_amount": payment.cents, "product_data": product},
                }
            ],
            "allowed_payment_method_types": ["card"],
            "metadata": marks,
            "payment_intent_data": {"metadata": marks, "description": f"{product['name']}, {payment.id[:8]}"},
            "success_url": back,
            "cancel_url": back,
            "expires_at": int((payment.started_at + SESSION_LIFE).timestamp()),
        }
        if not payment.email:
            return self._create(params, f"payment-{payment.id}")
        try:
            return self._create({**params, "customer_email": payment.email}, f"payment-{payment.id}")
        except Refused:
            return self._create(params, f"payment-{payment.id}-without-address")

    def _create(self, params: dict[str, Any], key: str) -> CheckoutSession:
        with _translated(refused="customer_email"):
            session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
        return CheckoutSession(session.id, session.url or "")

    def look(self, session: str) -> RemotePayment:
        """Fetch a page, its charge, and its refunds and disputes if there are any."""
        with _translated():
            found = self._client.v1.checkout.sessions.retrieve(session, {"expand": WITH_REFUNDS}).to_dict()
            intent = found.get("payment_intent") or {}
            charge = intent.get("latest_charge") or {}
            facts = self._facts(charge)
        return RemotePayment(
            session=found["id"],
            payment=(found.get("metadata") or {}).get("payment_id", ""),
            status=_status(found, intent, charge),
            facts=facts,
            charge=charge.get("id", ""),
            card_last4=_last4(charge) if charge.get("paid") else "",
            refusal_code=_refusal(intent),
            paid_at=_moment(charge["created"]) if charge.get("paid") else None,
            address=found.get("url") or "",
        )

    def close(self, session: str) -> None:
        """Expire a page; one that is complete or expired answers 400, which is as good."""
        with _translated():
            found = self._client.v1.checkout.sessions.retrieve(session)
            if found.status == "open":
                self._expire(session)

    def _expire(self, session: str) -> None:
        import stripe

        try:
            self._client.v1.checkout.sessions.expire(session)
        except stripe.InvalidRequestError:
            return  # paid or expired between the two calls: the next look tells

    def trace(self, kind: str, id: str) -> Trace | None:
        """Go from any object to its payment intent, and from there to the page that it was paid on."""
        if kind not in MOVING:
            return None
        with _translated():
            if kind == "checkout.session":
                return _page(self._client.v1.checkout.sessions.retrieve(id).to_dict())
            intent_id, charge_id = self._behind(kind, id)
            if intent_id:
                pages = self._client.v1.checkout.sessions.list({"payment_intent": intent_id, "limit": 1}).data
                if pages:
                    return _page(pages[0].to_dict())
                charge_id = charge_id or self._latest_charge(intent_id)
            return self._stranger(charge_id) if charge_id else None

    def _behind(self, kind: str, id: str) -> tuple[str, str]:
        """Give the payment intent and the charge behind an object."""
        if kind == "payment_intent":
            return id, ""
        service: Any = {
            "charge": self._client.v1.charges,
            "refund": self._client.v1.refunds,
            "dispute": self._client.v1.disputes,
        }[kind]
        found = service.retrieve(id).to_dict()
        return found.get("payment_intent") or "", found["id"] if kind == "charge" else found.get(
            "charge"
        ) or ""

    def _latest_charge(self, intent: str) -> str:
        charge = self._client.v1.payment_intents.retrieve(intent).to_dict().get("latest_charge")
        return charge if isinstance(charge, str) else ""

    def _stranger(self, charge_id: str) -> Trace:
        """Tell of a charge that no page of ours led to; the mark on it, if any, is kept for the agent."""
        charge = self._client.v1.charges.retrieve(charge_id, {"expand": ["refunds"]}).to_dict()
        named = (charge.get("metadata") or {}).get("payment_id", "")
        return Trace("", named, facts=self._facts(charge))

    def _facts(self, charge: dict[str, Any]) -> tuple[Fact, ...]:
        """Derive facts from one charge, each keyed by its own object.

        It brings its refunds, ten at most: if there are any, all are listed.  The sum that it carries tells
        nothing, being back at zero once a refund has failed.
        """
        if not charge.get("paid"):
            return ()
        facts = [_fact(charge, FactKind.CHARGE, 1)]
        if charge["refunds"]["data"]:
            refunds = self._client.v1.refunds.list(
                {"charge": charge["id"], "limit": 100, "expand": ["data.failure_balance_transaction"]}
            )
            for refund in refunds.auto_paging_iter():
                facts += _refund_facts(refund.to_dict())
        if charge.get("disputed"):
            for dispute in self._client.v1.disputes.list({"charge": charge["id"]}).auto_paging_iter():
                facts += _dispute_facts(dispute.to_dict())
        return tuple(facts)


def _page(found: dict[str, Any]) -> Trace:
    return Trace(found["id"], (found.get("metadata") or {}).get("payment_id", ""), found.get("url") or "")


def _fact(found: dict[str, Any], kind: FactKind, sign: int, mark: str = "", at: int = 0) -> Fact:
    happened_at = _moment(at or found["created"])
    return Fact(found["id"] + mark, kind, sign * found["amount"], found["currency"], happened_at)


def _refund_facts(refund: dict[str, Any]) -> Iterable[Fact]:
    """Give the money going back, and coming again if the bank could not take it, on the day it came."""
    yield _fact(refund, FactKind.REFUND, -1)
    if refund["status"] in UNPAID_REFUNDS:
        returned = refund.get("failure_balance_transaction")
        at = returned["created"] if isinstance(returned, dict) else 0
        yield _fact(refund, FactKind.REFUND_FAILED, 1, ":failed", at)


def _dispute_facts(dispute: dict[str, Any]) -> Iterable[Fact]:
    """Give the money that the bank took back, and returned if the dispute was won; inquiries take none."""
    if dispute["status"] in LOST_DISPUTES or dispute["status"] == "won":
        yield _fact(dispute, FactKind.DISPUTE, -1)
    if dispute["status"] == "won":
        returned = [one["created"] for one in dispute["balance_transactions"] if one["amount"] > 0]
        yield _fact(dispute, FactKind.DISPUTE_WON, 1, ":won", max(returned, default=0))


def _status(session: dict[str, Any], intent: dict[str, Any], charge: dict[str, Any]) -> PaymentStatus:
    if session["status"] == "complete":
        paid = session["payment_status"] == "paid" and charge.get("paid")
        return PaymentStatus.PAID if paid else PaymentStatus.PROCESSING
    if session["status"] == "expired":
        return PaymentStatus.EXPIRED
    return PaymentStatus.REFUSED if intent.get("last_payment_error") else PaymentStatus.OPEN


def _refusal(intent: dict[str, Any]) -> str:
    error = intent.get("last_payment_error") or {}
    return str(error.get("decline_code") or error.get("code") or "")


def _last4(charge: dict[str, Any]) -> str:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return str(card.get("last4") or "")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def _translated(*, refused: str = "") -> "Iterator[None]":
    """Say in the domain's words what Stripe could not do.

    ``refused`` is the one parameter that Stripe may refuse without a fault of ours.  A key that is not
    accepted is nothing that a tenant can mend: it is told as an absence of service, with an alarm.
    """
    import stripe

    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise Absent(error.param or "") from error
        if refused and error.param == refused:
            raise Refused(refused) from error
        raise
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise_alarm(Alarm.PROVIDER_REFUSES_US, error=type(error).__name__)
        raise Unavailable("stripe") from error
    except stripe.StripeError as error:
        raise Unavailable("stripe") from error
