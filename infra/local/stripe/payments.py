"""What a card does to a payment (« paiement par carte »): accepted, refused, authenticated, disputed."""

from enum import StrEnum

from infra.local.stripe import objects
from infra.local.stripe.account import Account
from infra.local.stripe.balance import book
from infra.local.stripe.cards import ACCEPTED, TEST_CARDS, TestCard, find_card
from infra.local.stripe.disputes import open_dispute
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Refusal

_REFUSED_AUTHENTICATION = "payment_intent_authentication_failure"


class Attempt(StrEnum):
    """How far a try to pay came."""

    PAID = "paid"
    DECLINED = "declined"
    AUTHENTICATE = "authenticate"


def attempt(account: Account, session_id: str, number: str) -> Attempt:
    """Try to pay a session with a card; ``Refusal`` if it is not open or the number is no test card.

    After a decline the session stays open, for the tenant to try another card.
    """
    session = open_session(account, session_id)
    card = find_card(number)
    intent = _intent_of(account, session)
    method = _present(account, card, session["customer_email"])
    intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
    if card.authentication:
        intent.update(status="requires_action", next_action=_challenge(account, session))
        account.publish("payment_intent.requires_action", intent)
        return Attempt.AUTHENTICATE
    if card.code is not None:
        _decline(account, intent, method, card)
        return Attempt.DECLINED
    _settle(account, session, intent, card, authenticated=False)
    return Attempt.PAID


def authenticate(account: Account, session_id: str, *, accepted: bool) -> Attempt:
    """End the bank's authentication page: the payment goes through, or waits for another card."""
    session = open_session(account, session_id)
    intent = waiting_intent(account, session)
    if intent is None:
        raise Refusal("This payment does not wait for an authentication.")
    card = TEST_CARDS[account.state.cards[intent["payment_method"]]]
    intent["next_action"] = None
    if accepted:
        _settle(account, session, intent, card, authenticated=True)
        return Attempt.PAID
    method = account.get("payment_method", intent["payment_method"])
    error = objects.payment_error(_REFUSED_AUTHENTICATION, None, None, method)
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
    account.publish("payment_intent.payment_failed", intent)
    return Attempt.DECLINED


def open_session(account: Account, session_id: str) -> Json:
    """Give a session that can be paid; ``Refusal`` once it is complete or expired."""
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        raise Refusal(f"This Checkout Session is {session['status']}.")
    return session


def waiting_intent(account: Account, session: Json) -> Json | None:
    """Give the payment of a session if the bank's authentication is awaited."""
    if session["payment_intent"] is None:
        return None
    intent = account.get("payment_intent", session["payment_intent"])
    return intent if intent["status"] == "requires_action" else None


def charge_without_session(account: Account, cents: int, metadata: dict[str, str]) -> str:
    """Take money that no session asked for, as somebody with the dashboard can; give the charge's id."""
    wanted = {"metadata": metadata, "description": "Paiement saisi dans le tableau de bord"}
    intent = account.add("payment_intent", "pi", objects.payment_intent(cents, "eur", wanted))
    account.publish("payment_intent.created", intent)
    card = TEST_CARDS[ACCEPTED]
    intent["payment_method"] = _present(account, card, None)["id"]
    return _succeed(account, intent, card, authenticated=False)


def _present(account: Account, card: TestCard, email: str | None) -> Json:
    method = account.add("payment_method", "pm", objects.payment_method(card, email))
    account.state.cards[method["id"]] = card.number
    return method


def _intent_of(account: Account, session: Json) -> Json:
    if session["payment_intent"] is not None:
        return account.get("payment_intent", session["payment_intent"])
    wanted = account.state.requested[session["id"]]["payment_intent_data"]
    content = objects.payment_intent(session["amount_total"], session["currency"], wanted)
    intent = account.add("payment_intent", "pi", content)
    session["payment_intent"] = intent["id"]
    account.publish("payment_intent.created", intent)
    return intent


def _challenge(account: Account, session: Json) -> Json:
    page = f"{account.base_address}/pay/{session['id']}"
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": page, "url": f"{page}/authenticate"}}


def _decline(account: Account, intent: Json, method: Json, card: TestCard) -> None:
    charge = account.add("charge", "ch", objects.charge(intent, method, card, authenticated=False))
    error = objects.payment_error(str(card.code), card.decline_code, charge["id"], method)
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge["id"],
        last_payment_error=error,
    )
    account.publish("charge.failed", charge)
    account.publish("payment_intent.payment_failed", intent)


def _settle(account: Account, session: Json, intent: Json, card: TestCard, *, authenticated: bool) -> None:
    charge_id = _succeed(account, intent, card, authenticated=authenticated)
    session.update(
        status="complete",
        payment_status="paid",
        url=None,
        customer_details=objects.customer_details(session["customer_email"], "Locataire de démonstration"),
    )
    account.publish("checkout.session.completed", session)
    if card.afterwards == "dispute":
        open_dispute(account, charge_id)


def _succeed(account: Account, intent: Json, card: TestCard, *, authenticated: bool) -> str:
    method = account.get("payment_method", intent["payment_method"])
    charge = account.add("charge", "ch", objects.charge(intent, method, card, authenticated=authenticated))
    fee_cents = objects.card_fee_cents(charge["amount"])
    movement = objects.balance_transaction("charge", "charge", charge["amount"], fee_cents, charge)
    charge["balance_transaction"] = book(account, movement)["id"]
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"])
    account.publish("charge.succeeded", charge)
    account.publish("payment_intent.succeeded", intent)
    return str(charge["id"])
