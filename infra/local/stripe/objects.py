"""The objects of a card payment as Stripe writes them (« objets Stripe »): only what is not null."""

from infra.local.stripe.cards import MESSAGES, TestCard, message
from infra.local.stripe.schema import Json

_NOBODY: Json = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
_ADDRESS: Json = {
    "city": None,
    "country": "FR",
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}
EXPIRY_YEAR = 2034
FEE_FIXED_CENTS = 25
FEE_PER_MILLE = 15
DISPUTE_FEE_CENTS = 2000


def session(params: Json, amount_cents: int, currency: str) -> Json:
    """Describe a Checkout session in payment mode, open and unpaid."""
    email = params.get("customer_email")
    return {
        "adaptive_pricing": {"enabled": False},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": amount_cents,
        "amount_total": amount_cents,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "currency": currency,
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer_creation": "if_required",
        "customer_details": customer_details(email, None) if email else None,
        "customer_email": email,
        "discounts": [],
        "locale": params.get("locale"),
        "metadata": metadata(params),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def customer_details(email: str | None, name: str | None) -> Json:
    """Describe who pays, as known to Checkout."""
    return {
        "address": dict(_ADDRESS) if name else None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def payment_intent(amount_cents: int, currency: str, wanted: Json) -> Json:
    """Describe a payment that waits for a card; ``wanted`` is the session's ``payment_intent_data``."""
    return {
        "amount": amount_cents,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "currency": currency,
        "description": wanted.get("description"),
        "metadata": metadata(wanted),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "receipt_email": wanted.get("receipt_email"),
        "status": "requires_payment_method",
    }


def payment_method(card: TestCard, email: str | None) -> Json:
    """Describe a card that was typed in: its last four digits only."""
    return {
        "billing_details": {**_NOBODY, "email": email},
        "card": {
            "brand": card.brand,
            "checks": dict.fromkeys(("address_line1_check", "address_postal_code_check", "cvc_check")),
            "country": "FR",
            "display_brand": card.brand,
            "exp_month": 12,
            "exp_year": EXPIRY_YEAR,
            "funding": "credit",
            "last4": card.last4,
        },
        "metadata": {},
        "type": "card",
    }


def charge(intent: Json, method: Json, card: TestCard, *, authenticated: bool) -> Json:
    """Describe one try to take the money: succeeded, or failed with the card's reason."""
    failed = card.code is not None
    return {
        "amount": intent["amount"],
        "amount_captured": 0 if failed else intent["amount"],
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "captured": not failed,
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": card.code,
        "failure_message": message(card) if failed else None,
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome(card),
        "paid": not failed,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": _card_details(card, authenticated=authenticated)},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "failed" if failed else "succeeded",
    }


def _outcome(card: TestCard) -> Json:
    if card.code is None:
        return {
            "network_status": "approved_by_network",
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "network_status": "declined_by_network",
        "reason": card.decline_code or card.code,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _card_details(card: TestCard, *, authenticated: bool) -> Json:
    three_d_secure = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "result": "authenticated",
        "version": "2.2.0",
    }
    return {
        "brand": card.brand,
        "country": "FR",
        "exp_month": 12,
        "exp_year": EXPIRY_YEAR,
        "funding": "credit",
        "last4": card.last4,
        "network": card.brand,
        "three_d_secure": three_d_secure if authenticated else None,
    }


def payment_error(code: str, decline_code: str | None, charge_id: str | None, method: Json) -> Json:
    """Describe why the last try failed, as a payment intent carries it."""
    error: Json = {
        "code": code,
        "message": MESSAGES[decline_code if decline_code in MESSAGES else code],
        "payment_method": method,
        "type": "card_error",
    }
    if charge_id is not None:
        error["charge"] = charge_id
    if decline_code is not None:
        error["decline_code"] = decline_code
    return error


def balance_transaction(kind: str, category: str, amount_cents: int, fee_cents: int, of: Json) -> Json:
    """Describe one movement of the account's money: gross, fee and net."""
    fee = {"amount": fee_cents, "currency": of["currency"], "description": "Stripe processing fees"}
    return {
        "amount": amount_cents,
        "balance_type": "payments",
        "currency": of["currency"],
        "description": of.get("description"),
        "fee": fee_cents,
        "fee_details": [{**fee, "application": None, "type": "stripe_fee"}] if fee_cents else [],
        "net": amount_cents - fee_cents,
        "reporting_category": category,
        "source": of["id"],
        "status": "pending",
        "type": kind,
    }


def card_fee_cents(amount_cents: int) -> int:
    """Give Stripe's fee for a European card: 1.5 % and 0.25 €."""
    return (amount_cents * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_CENTS


def metadata(params: Json) -> dict[str, str]:
    """Copy metadata as Stripe keeps them: an empty value is no value."""
    return {name: value for name, value in (params.get("metadata") or {}).items() if value != ""}
