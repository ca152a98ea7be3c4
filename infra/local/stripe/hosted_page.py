"""The payment page (« page de paiement »): what Stripe Checkout is to the tenant, in French, without script.

A form is answered with a redirection, so that reloading a page never pays twice; why a card was refused is
read back from the payment itself, as on Stripe's page the session stays open.
"""

import re
import urllib.parse
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.domain.french import euros
from infra.local.stripe.cards import OFFERED
from infra.local.stripe.payments import Attempt, waiting_intent
from infra.local.stripe.schema import Json
from infra.local.stripe.wire import Answer, Refusal

if TYPE_CHECKING:
    from infra.local.stripe.core import StandIn

PAGES = Path(__file__).parent / "pages"
_ANOTHER = "Essayez une autre carte."
_REASONS = {
    "generic_decline": f"La banque a refusé ce paiement. {_ANOTHER}",
    "insufficient_funds": f"La provision de cette carte est insuffisante. {_ANOTHER}",
    "lost_card": f"La banque a refusé ce paiement : carte déclarée perdue. {_ANOTHER}",
    "stolen_card": f"La banque a refusé ce paiement : carte déclarée volée. {_ANOTHER}",
    "expired_card": f"Cette carte a expiré. {_ANOTHER}",
    "incorrect_cvc": f"Le cryptogramme de cette carte est incorrect. {_ANOTHER}",
    "processing_error": "La banque n’a pas pu traiter ce paiement. Réessayez dans un instant.",
    "payment_intent_authentication_failure": f"L’authentification a échoué : rien n’est payé. {_ANOTHER}",
    "incorrect_number": "Ce numéro de carte est incorrect.",
    "card_declined": "Seules les cartes d’essai de Stripe sont acceptées ici. Ce numéro n’a pas été gardé.",
}


def show(core: "StandIn", session_id: str) -> Answer:
    """Show the form of an open session, or why it cannot be paid any more."""
    session = core.session(session_id)
    if session["status"] != "open":
        return _closed(core, session)
    return _form(core, session, 200, _last_refusal(core, session))


def pay(core: "StandIn", session_id: str, fields: Mapping[str, str]) -> Answer:
    """Receive the form: on to the portal, to the bank's question, or back to the form."""
    session = core.session(session_id)
    if session["status"] != "open":
        return _see(core, session)
    try:
        outcome = core.pay(session_id, fields.get("number", "").strip() or fields.get("card", ""))
    except Refusal as refusal:
        if refusal.status != 402:
            return _see(core, session)  # the session was paid or expired in the meantime
        return _form(core, session, 422, _REASONS[refusal.error["code"]], wrong_number=True)
    return _after(core, session, outcome)


def ask(core: "StandIn", session_id: str) -> Answer:
    """Show the question of the tenant's bank (3-D Secure)."""
    session = core.session(session_id)
    intent = waiting_intent(core.account, session)
    if session["status"] != "open" or intent is None:
        return _see(core, session)
    method = core.account.get("payment_method", intent["payment_method"])
    named = {
        "amount": euros(session["amount_total"]),
        "session": session_id,
        "last4": method["card"]["last4"],
    }
    return _page(core, session, 200, "authenticate.html", named)


def answer_bank(core: "StandIn", session_id: str, fields: Mapping[str, str]) -> Answer:
    """Receive the answer to the bank's question."""
    session = core.session(session_id)
    try:
        outcome = core.authenticate(session_id, accepted=fields.get("answer") == "accept")
    except Refusal:
        return _see(core, session)  # answered twice, or too late: the page tells
    return _after(core, session, outcome)


def stylesheet() -> Answer:
    """Give the pages' stylesheet."""
    headers = {"Content-Type": "text/css; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return Answer(200, headers, (PAGES / "style.css").read_bytes())


def absent(core: "StandIn") -> Answer:
    """Say that there is no such page."""
    named = {
        "heading": "Page introuvable",
        "words": "Cette adresse ne mène à aucun paiement.",
        "next_url": "",
    }
    return _page(core, None, 404, "closed.html", named)


def _after(core: "StandIn", session: Json, outcome: Attempt) -> Answer:
    if outcome is Attempt.PAID:
        return _redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    if outcome is Attempt.AUTHENTICATE:
        return _redirect(f"{core.base_address}/pay/{session['id']}/authenticate")
    return _see(core, session)


def _see(core: "StandIn", session: Json) -> Answer:
    return _redirect(f"{core.base_address}/pay/{session['id']}")


def _redirect(address: str) -> Answer:
    return Answer(303, {"Location": address, "Content-Type": "text/plain; charset=utf-8"}, b"")


def _last_refusal(core: "StandIn", session: Json) -> str:
    if session["payment_intent"] is None:
        return ""
    error = core.account.get("payment_intent", session["payment_intent"])["last_payment_error"] or {}
    code = error.get("decline_code") or error.get("code")
    return _REASONS[code] if code else ""


def _form(core: "StandIn", session: Json, status: int, error: str, *, wrong_number: bool = False) -> Answer:
    lines = core.account.state.requested[session["id"]]["lines"]
    named = {
        "amount": euros(session["amount_total"]),
        "lines": [line["price_data"].get("product_data", {}).get("name", "Paiement") for line in lines],
        "cards": [
            {
                "number": card.number,
                "shown": re.sub(r"(\d{4})(?=\d)", "\\1 ", card.number),
                "french": card.french,
            }
            for card in OFFERED
        ],
        "session": session["id"],
        "error": error,
        "wrong_number": wrong_number,
        "cancel_url": session["cancel_url"],
    }
    return _page(core, session, status, "pay.html", named)


def _closed(core: "StandIn", session: Json) -> Answer:
    if session["status"] == "complete":
        words = "Ce paiement est déjà fait : rien d’autre ne sera débité."
        next_url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        named = {"heading": "Paiement déjà fait", "words": words, "next_url": next_url}
    else:
        words = "Le délai pour payer est passé : rien n’a été débité."
        named = {"heading": "Page de paiement expirée", "words": words, "next_url": session["cancel_url"]}
    return _page(core, session, 410, "closed.html", {**named, "next_words": "Retour au portail"})


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def _page(
    core: "StandIn", session: Json | None, status: int, name: str, named: Mapping[str, object]
) -> Answer:
    prefix = urllib.parse.urlsplit(core.base_address).path
    text = _templates().get_template(name).render(prefix=prefix, **named)
    return Answer(status, _headers(session), text.encode())


def _headers(session: Json | None) -> dict[str, str]:
    """Allow the page nothing but its stylesheet and its form; a browser holds the redirection to it, too."""
    portal = ""
    if session is not None:
        address = urllib.parse.urlsplit(session["success_url"])
        portal = f" {address.scheme}://{address.netloc}"
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'{portal}"
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
