"""Tenants in the table: as the landlord's file says, what is empty left out."""

import pytest

from chalicelib.domain.errors import Absent
from chalicelib.domain.tenants import Civility, Tenant
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.tenants import OPTIONAL, DynamoTenants, ProfileItem, profile_item
from tests.mothers import a_tenant, put

pytestmark = pytest.mark.usefixtures("table")
FULL = Tenant("t-1", Civility.SIR, "João", "da Conceição", **{name: f"{name} é" for name in OPTIONAL})


@pytest.mark.parametrize("tenant", [a_tenant(), FULL, Tenant("t-2", Civility.NONE, "", "SCI du Port")])
def test_a_tenant_comes_back_as_they_were(tenant: Tenant) -> None:
    put(profile_item(tenant, 3))

    assert DynamoTenants().get(tenant.id) == tenant


def test_what_is_empty_is_not_written() -> None:
    put(profile_item(Tenant("t-2", Civility.NONE, "Ana", "Roux"), 0))

    item = ProfileItem.get(tenant_key("t-2"), "PROFILE")
    assert [name for name in OPTIONAL if getattr(item, name) is not None] == []


def test_somebody_who_is_no_tenant_is_absent() -> None:
    with pytest.raises(Absent):
        DynamoTenants().get("t-1")
