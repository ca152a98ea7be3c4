"""What the home page shows beside the tenant's partition, in DynamoDB: one request for all of it."""

from collections.abc import Sequence

from chalicelib.domain.home import HomeFacts
from chalicelib.domain.insurance import Cover
from chalicelib.storage.insurance import CoverItem
from chalicelib.storage.keys import lease_key
from chalicelib.storage.ledger import account_keys, accounts_among
from chalicelib.storage.mail_health import bad_address_key, trouble_among
from chalicelib.storage.table import together


class DynamoHomeReader:
    """Implements ``chalicelib.domain.home.HomeReader``."""

    def facts(self, leases: Sequence[str], email: str) -> HomeFacts:
        """Read accounts, covers and the address; a lease without a cover was never insured."""
        keys = account_keys(leases) + [(lease_key(lease), "COVER") for lease in leases]
        if keys and email:
            keys.append(bad_address_key(email))
        found = list(together(keys))
        covers = {item.lease: item.to_domain() for item in found if isinstance(item, CoverItem)}
        return HomeFacts(
            tuple(accounts_among(leases, found)),
            tuple(covers.get(lease, Cover(lease)) for lease in leases),
            trouble_among(found),
        )
