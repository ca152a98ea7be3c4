"""Changes of tenants' files in DynamoDB, each with its timeline event and its outgoing change."""

from functools import reduce
from operator import and_

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Absent, Unavailable
from chalicelib.domain.tenants import Tenant
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.changes import change_item
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.table import CONDITION_FAILED
from chalicelib.storage.tenants import OPTIONAL, ProfileItem
from chalicelib.storage.timeline import action_item


class DynamoProfiles:
    """Implements ``chalicelib.domain.profile.Profiles``."""

    def find(self, tenant: str) -> Tenant:
        """Read a profile, consistently."""
        try:
            return ProfileItem.get(tenant_key(tenant), "PROFILE", consistent_read=True).to_domain()
        except ProfileItem.DoesNotExist as error:
            raise Absent(tenant) from error

    def change(self, before: Tenant, after: Tenant, change: Change, event: TimelineEvent) -> bool:
        """Write the fields that differ on the condition that each is what it was; others are let alone."""
        differing = [name for name in OPTIONAL if getattr(before, name) != getattr(after, name)]
        wanted = {name: getattr(after, name) for name in differing}

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                ProfileItem(tenant_key(before.id), "PROFILE"),
                actions=[
                    getattr(ProfileItem, name).set(value) if value else getattr(ProfileItem, name).remove()
                    for name, value in wanted.items()
                ],
                condition=_still(before, differing),
            )
            transaction.save(action_item(before.id, event))
            transaction.save(change_item(change))

        codes = commit(write)
        if codes and CONDITION_FAILED not in codes:
            raise Unavailable("contended")
        return not codes


def _still(tenant: Tenant, names: list[str]) -> Condition:
    """Ask that fields are what they were; what is empty is not written."""
    conditions = (
        getattr(ProfileItem, name) == value if value else getattr(ProfileItem, name).does_not_exist()
        for name, value in ((name, getattr(tenant, name)) for name in names)
    )
    return reduce(and_, conditions, ProfileItem.pk.exists())
