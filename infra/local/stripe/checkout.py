"""Checkout sessions (« pages de paiement »): opened by the portal, paid by the tenant, or expired."""

import re
import urllib.parse

from infra.local.stripe import objects
from infra.local.stripe.account import Account
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Refusal

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 3600
SMALLEST_CENTS = {"eur": 50}
LARGEST_CENTS = 99_999_999
SESSION_ID_LENGTH = 60


def create_session(account: Account, params: Json) -> Json:
    """Open a session in payment mode; what Stripe would refuse is refused."""
    if params.get("mode", "payment") != "payment" or "customer" in params:
        raise Refusal("The stand-in opens sessions in payment mode, without a customer.", param="mode")
    _check_addresses(params)
    currency, amount_cents = _price(params)
    expires_at = params.get("expires_at", account.now + LONGEST_SECONDS)
    _check_expiry(account.now, expires_at)
    content = objects.session(params, amount_cents, currency)
    content["expires_at"] = expires_at
    session = account.add("checkout.session", "cs_test", content, SESSION_ID_LENGTH)
    session["url"] = f"{account.base_address}/pay/{session['id']}"
    account.state.requested[session["id"]] = {
        "lines": params["line_items"],
        "payment_intent_data": params.get("payment_intent_data", {}),
    }
    account.state.set_timer(expires_at, "expire_session", {"session": session["id"]})
    return session


def expire_session(account: Account, session_id: str) -> Json:
    """Close an open session; ``Refusal`` if it is complete or expired already."""
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        raise Refusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    session.update(status="expired", url=None)
    if session["payment_intent"] is not None:
        intent = account.get("payment_intent", session["payment_intent"])
        intent.update(
            status="canceled", canceled_at=account.now, cancellation_reason="automatic", next_action=None
        )
        account.publish("payment_intent.canceled", intent)
    account.publish("checkout.session.expired", session)
    return session


def expire_in_time(account: Account, session_id: str) -> None:
    """Close a session whose time has come, unless it is closed."""
    if account.get("checkout.session", session_id)["status"] == "open":
        expire_session(account, session_id)


def _check_addresses(params: Json) -> None:
    if "success_url" not in params:
        raise Refusal("Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        address = urllib.parse.urlsplit(params.get(name, "https://absent.example"))
        if address.scheme not in ("http", "https") or not address.netloc:
            raise Refusal("Not a valid URL", code="url_invalid", param=name)
    email = params.get("customer_email")
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise Refusal(f"Invalid email address: {email}", code="email_invalid", param="customer_email")


def _check_expiry(now: int, expires_at: int) -> None:
    if expires_at < now + SHORTEST_SECONDS:
        raise Refusal(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > now + LONGEST_SECONDS:
        raise Refusal(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )


def _price(params: Json) -> tuple[str, int]:
    lines = params.get("line_items")
    if not lines:
        raise Refusal(
            "You must provide `line_items` in payment mode.", code="parameter_missing", param="line_items"
        )
    prices = [(line["price_data"], line.get("quantity", 1)) for line in lines if "price_data" in line]
    if len(prices) != len(lines) or any("unit_amount" not in price for price, _ in prices):
        raise Refusal("The stand-in wants `price_data` with `unit_amount` on every line.", param="line_items")
    currencies = {price["currency"] for price, _ in prices}
    currency = currencies.pop()
    if currencies or currency not in SMALLEST_CENTS:
        raise Refusal(f"Invalid currency: {currency}.", code="currency_invalid", param="line_items")
    amount_cents = sum(price["unit_amount"] * quantity for price, quantity in prices)
    if amount_cents < SMALLEST_CENTS[currency]:
        raise Refusal(
            "The Checkout Session's total amount due must add up to at least €0.50 eur",
            code="amount_too_small",
        )
    if amount_cents > LARGEST_CENTS:
        raise Refusal(
            "The Checkout Session's total amount due must be no more than €999,999.99",
            code="amount_too_large",
        )
    return currency, amount_cents
