"""Tenants in DynamoDB: their profile and the leases they hold."""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import Absent
from chalicelib.domain.tenants import Civility, Hold, Tenant
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.table import Day, Item, Whole, backwards


class ProfileItem(Item, discriminator="profile"):
    """A tenant as written in the table."""

    id = UnicodeAttribute()
    civility = UnicodeAttribute(default="")
    first_name = UnicodeAttribute(default="")
    last_name = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    home_phone = UnicodeAttribute(null=True)
    mobile_phone = UnicodeAttribute(null=True)
    work_phone = UnicodeAttribute(null=True)
    benefit_number = UnicodeAttribute(null=True)
    benefit_office = UnicodeAttribute(null=True)
    employment = UnicodeAttribute(null=True)
    occupation = UnicodeAttribute(null=True)
    employer = UnicodeAttribute(null=True)
    employer_address = UnicodeAttribute(null=True)
    request_count = Whole(default=0)

    def to_domain(self) -> Tenant:
        """Give the tenant as the domain knows them."""
        return Tenant(
            id=self.id,
            civility=Civility(self.civility),
            first_name=self.first_name,
            last_name=self.last_name,
            **{name: getattr(self, name) or "" for name in OPTIONAL},
        )


OPTIONAL = (
    "email", "home_phone", "mobile_phone", "work_phone", "benefit_number", "benefit_office",
    "employment", "occupation", "employer", "employer_address",
)  # fmt: skip


class HoldItem(Item, discriminator="hold"):
    """A lease that a tenant holds, as written in the table."""

    lease = UnicodeAttribute()
    since_on = Day()
    until_on = Day(null=True)
    lease_ends_on = Day(null=True)

    def to_domain(self) -> Hold:
        """Give the hold as the domain knows it."""
        return Hold(self.lease, self.since_on, self.until_on, self.lease_ends_on)


class DynamoTenants:
    """Implements ``chalicelib.domain.tenants.Tenants``."""

    def get(self, id: str) -> Tenant:
        """Read a tenant."""
        try:
            return ProfileItem.get(tenant_key(id), "PROFILE").to_domain()
        except ProfileItem.DoesNotExist as error:
            raise Absent(id) from error

    def with_holds(self, id: str) -> tuple[Tenant, tuple[Hold, ...]]:
        """Read a tenant and what lies between the profile and the holds: one query."""
        found = list(backwards(tenant_key(id), "HOLD#", "PROFILE"))
        profiles = [item for item in found if isinstance(item, ProfileItem)]
        if not profiles:
            raise Absent(id)
        holds = reversed([item.to_domain() for item in found if isinstance(item, HoldItem)])
        return profiles[0].to_domain(), tuple(holds)


def tenants_of(ids: Sequence[str], found: Sequence[Item]) -> tuple[Tenant, ...]:
    """Find tenants among items that were read together, in the order asked; who is not known is left out."""
    known = {item.id: item.to_domain() for item in found if isinstance(item, ProfileItem)}
    return tuple(known[id] for id in ids if id in known)


def profile_keys(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Give the keys of the profiles of tenants."""
    return [(tenant_key(id), "PROFILE") for id in ids]


def profile_item(tenant: Tenant, request_count: int) -> ProfileItem:
    """Spell a tenant for the table; what is empty is not written."""
    given: dict[str, Any] = {name: getattr(tenant, name) or None for name in OPTIONAL}
    return ProfileItem(
        tenant_key(tenant.id),
        "PROFILE",
        id=tenant.id,
        civility=tenant.civility.value,
        first_name=tenant.first_name,
        last_name=tenant.last_name,
        request_count=request_count,
        **given,
    )


def write_to(transaction: TransactWrite, tenant: str, email: str) -> None:
    """Add to a transaction that a tenant, who is known, is written to at another address."""
    transaction.update(
        ProfileItem(tenant_key(tenant), "PROFILE"),
        actions=[ProfileItem.email.set(email)],
        condition=ProfileItem.pk.exists(),
    )


def count_request(transaction: TransactWrite, tenant: str, known: int) -> None:
    """Add to a transaction that a tenant, who must have sent as many requests as are known, sent one more."""
    transaction.update(
        ProfileItem(tenant_key(tenant), "PROFILE"),
        actions=[ProfileItem.request_count.set(known + 1)],
        condition=ProfileItem.request_count == known,
    )


def hold_item(tenant: str, hold: Hold) -> HoldItem:
    """Spell a hold for the table."""
    return HoldItem(
        tenant_key(tenant),
        f"HOLD#{hold.lease}",
        lease=hold.lease,
        since_on=hold.since_on,
        until_on=hold.until_on,
        lease_ends_on=hold.lease_ends_on,
    )
