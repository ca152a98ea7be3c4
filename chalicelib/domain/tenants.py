"""Tenants (« locataires ») as the landlord knows them, and the leases that each of them holds."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Civility(StrEnum):
    """How the landlord addresses somebody."""

    MADAM = "Mme"
    SIR = "M."
    NONE = ""


@dataclass(frozen=True)
class Tenant:
    """A person who signed at least one lease (« titulaire »)."""

    id: str
    civility: Civility
    first_name: str
    last_name: str
    email: str = ""
    home_phone: str = ""
    mobile_phone: str = ""
    work_phone: str = ""
    benefit_number: str = ""
    benefit_office: str = ""
    employment: str = ""
    occupation: str = ""
    employer: str = ""
    employer_address: str = ""

    @property
    def display_name(self) -> str:
        """Give the name as papers print it: « Mme Éloïse D’Aubigné-Lefèvre »."""
        return " ".join(part for part in (self.civility.value, self.first_name, self.last_name) if part)


@dataclass(frozen=True)
class Hold:
    """The tie between a tenant and a lease that they signed; the lease itself may end, for all of them."""

    lease: str
    since_on: date
    until_on: date | None = None
    lease_ends_on: date | None = None

    def runs_on(self, day: date) -> bool:
        """Tell whether the tenant is still bound by the lease on that day."""
        return self.until_on is None or day <= self.until_on

    def is_former(self, day: date) -> bool:
        """Tell whether the lease was over by that day: its papers stay, to be read."""
        return self.lease_ends_on is not None and self.lease_ends_on < day


class Tenants(Protocol):
    """Where tenants are kept."""

    def get(self, id: str) -> Tenant:
        """Read a tenant; ``Absent`` if there is none."""

    def with_holds(self, id: str) -> tuple[Tenant, tuple[Hold, ...]]:
        """Read a tenant and all their holds, those of the past too; ``Absent`` if there is none."""
