"""The account's balance (« solde Stripe »): one movement for every cent that comes or goes."""

from infra.local.stripe.account import Account
from infra.local.stripe.schema import Json

AVAILABLE_AFTER_SECONDS = 2 * 86_400


def book(account: Account, movement: Json) -> Json:
    """Write one movement of the account's money."""
    movement["available_on"] = account.now + AVAILABLE_AFTER_SECONDS
    return account.add("balance_transaction", "txn", movement)
