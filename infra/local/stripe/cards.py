"""Stripe's own test cards (« cartes d'essai ») and what becomes of a payment with each."""

import re
from dataclasses import dataclass

from infra.local.stripe.wire import Refusal


@dataclass(frozen=True)
class TestCard:
    """A card number that exists for tests only, as listed in Stripe's documentation.

    ``code`` and ``decline_code`` are Stripe's words when the bank says no; ``afterwards`` is what follows a
    success.
    """

    __test__ = False

    number: str
    french: str
    code: str | None = None
    decline_code: str | None = None
    authentication: bool = False
    afterwards: str | None = None
    brand: str = "visa"

    @property
    def last4(self) -> str:
        """The only digits that Stripe shows."""
        return self.number[-4:]


ACCEPTED = "4242424242424242"
DECLINED = "4000000000000002"
INSUFFICIENT_FUNDS = "4000000000009995"
AUTHENTICATION = "4000002760003184"
DISPUTED = "4000000000000259"
REFUND_PENDING = "4000000000007726"
REFUND_FAILS = "4000000000005126"

_ALL = (
    TestCard(ACCEPTED, "Paiement accepté"),
    TestCard(DECLINED, "Paiement refusé par la banque", "card_declined", "generic_decline"),
    TestCard(INSUFFICIENT_FUNDS, "Provision insuffisante", "card_declined", "insufficient_funds"),
    TestCard(AUTHENTICATION, "Authentification 3-D Secure demandée", authentication=True),
    TestCard(DISPUTED, "Paiement accepté, puis contesté", afterwards="dispute"),
    TestCard("5555555555554444", "Paiement accepté (Mastercard)", brand="mastercard"),
    TestCard(REFUND_PENDING, "Paiement accepté, remboursement lent", afterwards="slow_refund"),
    TestCard(REFUND_FAILS, "Paiement accepté, remboursement impossible", afterwards="failed_refund"),
    TestCard("4000000000009987", "Carte perdue", "card_declined", "lost_card"),
    TestCard("4000000000009979", "Carte volée", "card_declined", "stolen_card"),
    TestCard("4000000000000069", "Carte expirée", "expired_card"),
    TestCard("4000000000000127", "Cryptogramme incorrect", "incorrect_cvc"),
    TestCard("4000000000000119", "Erreur de traitement", "processing_error"),
)
TEST_CARDS = {card.number: card for card in _ALL}
OFFERED = _ALL[:5]

MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "payment_intent_authentication_failure": (
        "We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    ),
}


def find_card(number: str) -> TestCard:
    """Find a test card; any other number is refused at once and forgotten, as Stripe does in test mode."""
    digits = re.sub(r"[\s-]", "", number)
    if digits in TEST_CARDS:
        return TEST_CARDS[digits]
    if not re.fullmatch(r"\d{12,19}", digits) or not _checksum_fits(digits):
        raise Refusal(
            "Your card number is incorrect.", status=402, kind="card_error", code="incorrect_number"
        )
    raise Refusal(
        "Your card was declined. Your request was in test mode, but used a non test card.",
        status=402,
        kind="card_error",
        code="card_declined",
    )


def message(card: TestCard) -> str:
    """Give Stripe's English sentence for a card that is declined."""
    return MESSAGES.get(card.decline_code or "", MESSAGES.get(card.code or "", ""))


def _checksum_fits(digits: str) -> bool:
    """Check Luhn's last digit."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
