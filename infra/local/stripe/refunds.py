"""Refunds (« remboursements »): at once, later, or sent back by the tenant's bank."""

from infra.local.stripe import objects
from infra.local.stripe.account import Account
from infra.local.stripe.balance import book
from infra.local.stripe.cards import TEST_CARDS, TestCard
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Refusal

SLOW_REFUND_SECONDS = 3 * 86_400


def create_refund(account: Account, params: Json) -> Json:
    """Give money back, all that is left of a charge unless an amount is named."""
    charge = _charge_to_refund(account, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount_cents = params.get("amount", left)
    _check_refundable(charge, amount_cents, left)
    follows = _card_of(account, charge).afterwards
    slow = follows == "slow_refund"
    refund = account.add("refund", "re", _refund(charge, amount_cents, params, slow=slow))
    movement = objects.balance_transaction("refund", "refund", -amount_cents, 0, refund)
    refund["balance_transaction"] = book(account, movement)["id"]
    _recount(account, charge)
    account.publish("refund.created", refund)
    account.publish("charge.refunded", charge)
    if slow:
        account.state.set_timer(account.now + SLOW_REFUND_SECONDS, "end_refund", {"refund": refund["id"]})
    if follows == "failed_refund":
        account.state.set_timer(account.now + SLOW_REFUND_SECONDS, "fail_refund", {"refund": refund["id"]})
    return refund


def end_refund(account: Account, refund_id: str) -> None:
    """Have a slow refund arrive on the card."""
    refund = account.get("refund", refund_id)
    if refund["status"] == "pending":
        refund.update(status="succeeded", pending_reason=None)
        account.publish("refund.updated", refund, {"status": "pending"})


def fail_refund(account: Account, refund_id: str) -> None:
    """Have the tenant's bank send a refund back: the money is the landlord's again."""
    refund = account.get("refund", refund_id)
    before = refund["status"]
    if before not in ("pending", "succeeded"):
        raise Refusal(f"This refund is already {before}.")
    movement = objects.balance_transaction("refund_failure", "refund_failure", refund["amount"], 0, refund)
    refund.update(
        status="failed",
        failure_reason="expired_or_canceled_card",
        failure_balance_transaction=book(account, movement)["id"],
        pending_reason=None,
    )
    _recount(account, account.get("charge", refund["charge"]))
    account.publish("refund.failed", refund, {"status": before})
    account.publish("refund.updated", refund, {"status": before})


def _charge_to_refund(account: Account, params: Json) -> Json:
    if "charge" in params:
        return account.get("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise Refusal(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    intent = account.get("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        raise Refusal(f"The PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return account.get("charge", intent["latest_charge"])


def _check_refundable(charge: Json, amount_cents: int, left: int) -> None:
    if charge["status"] != "succeeded":
        raise Refusal(f"Charge {charge['id']} was not successful.", code="charge_not_refundable")
    if charge["disputed"]:
        raise Refusal(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    if left == 0:
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount_cents <= left:
        raise Refusal(
            f"Refund amount ({amount_cents}) is greater than unrefunded amount on charge ({left}).",
            param="amount",
        )


def _card_of(account: Account, charge: Json) -> TestCard:
    return TEST_CARDS[account.state.cards[charge["payment_method"]]]


def _refund(charge: Json, amount_cents: int, params: Json, *, slow: bool) -> Json:
    return {
        "amount": amount_cents,
        "charge": charge["id"],
        "currency": charge["currency"],
        "destination_details": {
            "type": "card",
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
        },
        "metadata": objects.metadata(params),
        "payment_intent": charge["payment_intent"],
        "pending_reason": "processing" if slow else None,
        "reason": params.get("reason"),
        "status": "pending" if slow else "succeeded",
    }


def _recount(account: Account, charge: Json) -> None:
    """Add up what has been given back; a refund that failed does not count."""
    refunds = (one for one in account.every("refund") if one["charge"] == charge["id"])
    charge["amount_refunded"] = sum(one["amount"] for one in refunds if one["status"] != "failed")
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
