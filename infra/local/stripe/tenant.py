"""What people do outside of the API (« gestes du locataire et de la banque »), and what it is worth."""

import threading

from infra.local.stripe.account import Account
from infra.local.stripe.cards import ACCEPTED, DECLINED
from infra.local.stripe.disputes import close_dispute, open_dispute
from infra.local.stripe.payments import Attempt, attempt, authenticate, charge_without_session
from infra.local.stripe.refunds import create_refund, fail_refund
from infra.local.stripe.schema import Json

_MARKS = {"refund_failure": ":failed", "dispute_reversal": ":won"}


class Tenant:
    """The acts of people, for tests and for the local panel; every one may raise ``Refusal``."""

    account: Account
    lock: threading.RLock

    def pay(self, session_id: str, card: str = ACCEPTED) -> Attempt:
        """Pay on the payment page with a test card; with a 3-D Secure card, ``authenticate`` follows."""
        with self.lock:
            return attempt(self.account, session_id, card)

    def decline(self, session_id: str, card: str = DECLINED) -> Attempt:
        """Try to pay with a card that the bank refuses."""
        return self.pay(session_id, card)

    def authenticate(self, session_id: str, *, accepted: bool = True) -> Attempt:
        """Answer the bank's question of the 3-D Secure page."""
        with self.lock:
            return authenticate(self.account, session_id, accepted=accepted)

    def has_session(self, session_id: str) -> bool:
        """Tell whether a session was ever opened."""
        with self.lock:
            return session_id in self.account.state.objects.get("checkout.session", {})

    def session(self, session_id: str) -> Json:
        """Give a session as it is now; ``Refusal`` if there is none."""
        with self.lock:
            return self.account.get("checkout.session", session_id)

    def charge_of(self, session_id: str) -> str:
        """Give the id of the latest charge of a session; ``LookupError`` if nobody tried to pay."""
        with self.lock:
            intent_id = self.account.get("checkout.session", session_id)["payment_intent"]
            if intent_id is None:
                raise LookupError(session_id)
            return str(self.account.get("payment_intent", intent_id)["latest_charge"])

    def refund(self, charge: str, cents: int | None = None) -> str:
        """Refund a charge in the dashboard, wholly unless told; give the refund's id."""
        params: Json = {"charge": charge}
        with self.lock:
            return str(
                create_refund(self.account, params if cents is None else {**params, "amount": cents})["id"]
            )

    def fail_refund(self, refund: str) -> None:
        """Have the tenant's bank send a refund back."""
        with self.lock:
            fail_refund(self.account, refund)

    def dispute(self, charge: str, cents: int | None = None) -> str:
        """Have the card's owner dispute a charge; give the dispute's id."""
        with self.lock:
            return open_dispute(self.account, charge, cents)

    def win_dispute(self, dispute: str) -> None:
        """Have the bank return the money of a dispute."""
        with self.lock:
            close_dispute(self.account, dispute, won=True)

    def lose_dispute(self, dispute: str) -> None:
        """Have the bank keep the money of a dispute."""
        with self.lock:
            close_dispute(self.account, dispute, won=False)

    def foreign_charge(self, cents: int, metadata: dict[str, str] | None = None) -> str:
        """Take money that the portal did not ask for; give the charge's id."""
        with self.lock:
            return charge_without_session(self.account, cents, metadata or {})

    def truth(self) -> dict[str, int]:
        """Give what each payment is worth by now, in cents before fees, by ``metadata.payment_id``.

        Charges that succeeded, minus refunds that did not fail, minus disputes that were not won.  What
        nobody of the portal asked for stands under the empty name.
        """
        worth: dict[str, int] = {}
        with self.lock:
            for charge in self.account.every("charge"):
                if charge["status"] == "succeeded":
                    name = charge["metadata"].get("payment_id", "")
                    worth[name] = worth.get(name, 0) + self._net_cents(charge)
        return worth

    def facts(self) -> list[tuple[str, int]]:
        """Give every movement in cents before fees, oldest first, each under the id of what it comes from.

        The money that comes back stands under ``re_…:failed`` and ``du_…:won``, as each fact is its own.
        """
        with self.lock:
            movements = reversed(list(self.account.every("balance_transaction")))
            return [(_origin(movement), movement["amount"]) for movement in movements]

    def _net_cents(self, charge: Json) -> int:
        disputed_cents = sum(
            dispute["amount"]
            for dispute in self.account.every("dispute")
            if dispute["charge"] == charge["id"] and dispute["status"] != "won"
        )
        return int(charge["amount"] - charge["amount_refunded"] - disputed_cents)


def _origin(movement: Json) -> str:
    return str(movement["source"]) + _MARKS.get(movement["reporting_category"], "")
