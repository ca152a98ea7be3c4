"""What the home page shows of the leases, in DynamoDB: one request for all of them."""

from collections.abc import Sequence

from chalicelib.domain.home import HomeFacts
from chalicelib.domain.insurance import Cover
from chalicelib.storage.insurance import CoverItem
from chalicelib.storage.ledger import account_keys, accounts_among
from chalicelib.storage.table import lease_key, together


class DynamoHomeReader:
    """Implements ``chalicelib.domain.home.HomeReader``."""

    def facts(self, leases: Sequence[str]) -> HomeFacts:
        """Read balances, pending payments and covers; a lease without a cover was never insured."""
        keys = account_keys(leases) + [(lease_key(lease), "COVER") for lease in leases]
        found = list(together(keys))
        covers = {item.lease: item.to_domain() for item in found if isinstance(item, CoverItem)}
        return HomeFacts(
            tuple(accounts_among(leases, found)),
            tuple(covers.get(lease, Cover(lease, None)) for lease in leases),
        )
