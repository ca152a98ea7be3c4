"""The home page (« Accueil »): what a tenant must see first, of all the leases they hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from chalicelib.domain.insurance import Cover, InsuranceAlert, alert_for
from chalicelib.domain.ledger import LeaseAccount
from chalicelib.domain.mail_health import BadAddress


@dataclass(frozen=True)
class HomeFacts:
    """The accounts and covers of some leases, in the order asked; what holds mail to the tenant back."""

    accounts: tuple[LeaseAccount, ...]
    covers: tuple[Cover, ...]
    mail_trouble: BadAddress | None = None

    def alerts(self, day: date) -> list[InsuranceAlert]:
        """Give the insurance alerts of that day."""
        found = [alert_for(cover, day) for cover in self.covers]
        return [alert for alert in found if alert]

    def without_settled(self, former: Collection[str]) -> "HomeFacts":
        """Leave out what is past of former leases: their insurance, and accounts on which all is settled."""
        accounts = [one for one in self.accounts if one.lease_number not in former]
        accounts += [
            one
            for one in self.accounts
            if one.lease_number in former and (one.balance_cents or one.in_progress_cents)
        ]
        covers = tuple(cover for cover in self.covers if cover.lease not in former)
        return replace(self, accounts=tuple(accounts), covers=covers)


class HomeReader(Protocol):
    """Reads what the home page shows beside the tenant's own partition."""

    def facts(self, leases: Sequence[str], email: str) -> HomeFacts:
        """Read the accounts and covers of several leases, and the health of an address, in one request.

        Without a lease nothing is read: an address alone is not worth a request.
        """
