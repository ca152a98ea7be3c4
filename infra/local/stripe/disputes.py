"""Disputes (« contestations »): the bank takes the money back, and perhaps returns it."""

from infra.local.stripe import objects
from infra.local.stripe.account import Account
from infra.local.stripe.balance import book
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Refusal

ANSWER_WITHIN_SECONDS = 9 * 86_400


def open_dispute(account: Account, charge_id: str, cents: int | None = None) -> str:
    """Have the card's owner dispute a charge, all that is left of it unless told; give the dispute's id."""
    charge = account.get("charge", charge_id)
    left = charge["amount"] - charge["amount_refunded"]
    amount_cents = left if cents is None else cents
    if charge["status"] != "succeeded" or charge["disputed"] or not 0 < amount_cents <= left:
        raise Refusal("This charge cannot be disputed for this amount.")
    dispute = account.add("dispute", "du", _dispute(account, charge, amount_cents))
    charge["disputed"] = True
    withdrawal = objects.balance_transaction(
        "adjustment", "dispute", -amount_cents, objects.DISPUTE_FEE_CENTS, dispute
    )
    dispute["balance_transactions"].append(book(account, withdrawal))
    account.publish("charge.dispute.created", dispute)
    account.publish("charge.dispute.funds_withdrawn", dispute)
    return str(dispute["id"])


def close_dispute(account: Account, dispute_id: str, *, won: bool) -> None:
    """Have the bank decide: won, the money comes back; lost, it is gone."""
    dispute = account.get("dispute", dispute_id)
    if dispute["status"] != "needs_response":
        raise Refusal(f"This dispute is already {dispute['status']}.")
    dispute["status"] = "won" if won else "lost"
    if won:
        reversal = objects.balance_transaction(
            "adjustment", "dispute_reversal", dispute["amount"], 0, dispute
        )
        dispute["balance_transactions"].append(book(account, reversal))
        account.publish("charge.dispute.funds_reinstated", dispute)
    account.publish("charge.dispute.closed", dispute, {"status": "needs_response"})


def _dispute(account: Account, charge: Json, amount_cents: int) -> Json:
    card = charge["payment_method_details"]["card"]
    return {
        "amount": amount_cents,
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": account.now + ANSWER_WITHIN_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "type": "card",
            "card": {"brand": card["brand"], "case_type": "chargeback", "network": card["network"]},
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }
