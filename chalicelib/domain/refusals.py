"""What is said of a card that the bank refused (« refus »), by the provider's code."""

REFUSALS = {
    "insufficient_funds": "Votre banque a refusé la carte\u00a0: provision insuffisante.",
    "expired_card": "Votre banque a refusé la carte\u00a0: elle est périmée.",
    "lost_card": "Votre banque a refusé la carte. Appelez-la.",
    "stolen_card": "Votre banque a refusé la carte. Appelez-la.",
    "incorrect_cvc": "Le code de sécurité de la carte n’est pas le bon.",
    "payment_intent_authentication_failure": "Vous n’avez pas confirmé le paiement auprès de votre banque.",
    "authentication_required": "Vous n’avez pas confirmé le paiement auprès de votre banque.",
}
