"""Leases (« baux », « contrats ») with what is rented, who lives there and what each month costs."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.errors import Refused
from chalicelib.domain.insurance import InsuranceCertificate

if TYPE_CHECKING:
    from chalicelib.domain.changes import Change
    from chalicelib.domain.timeline import TimelineEvent

PREFIX = "L/"
OVER = (
    "Ce contrat est terminé\u00a0: il reste ici pour être consulté, rien ne peut plus y être changé. "
    "Une question\u202f? Appelez-nous."
)


class UnitKind(StrEnum):
    """What can be rented."""

    DWELLING = "logement"
    PARKING = "stationnement"


@dataclass(frozen=True)
class RentedUnit:
    """A dwelling or a parking space of a lease; amounts are those of a full month."""

    reference: str
    kind: UnitKind
    address: tuple[str, ...]
    description: str
    rent_cents: int
    charges_cents: int


@dataclass(frozen=True)
class Occupant:
    """Somebody who lives in the dwelling without having signed."""

    reference: str
    name: str
    born_on: date | None
    relation: str
    since_on: date | None
    until_on: date | None = None

    def lives_there_on(self, day: date) -> bool:
        """Tell whether they have not left yet on that day; who is to come counts already."""
        return self.until_on is None or day <= self.until_on


@dataclass(frozen=True)
class Lease:
    """A rental contract; ``number`` is written without its prefix « L/ »."""

    number: str
    residence: str
    starts_on: date
    ends_on: date | None
    deposit_cents: int
    billing_address: tuple[str, ...]
    holders: tuple[str, ...] = ()
    units: tuple[RentedUnit, ...] = ()
    occupants: tuple[Occupant, ...] = ()

    @property
    def title(self) -> str:
        """Give the number as papers print it: « L/9126 »."""
        return PREFIX + self.number

    @property
    def has_dwelling(self) -> bool:
        """Tell whether somebody can live in it; of what is not said what it is, one may think so."""
        return not self.units or any(unit.kind is UnitKind.DWELLING for unit in self.units)

    def is_over(self, day: date) -> bool:
        """Tell whether its last day is past: it is kept to be read, and no more."""
        return self.ends_on is not None and self.ends_on < day

    def check_running(self, day: date) -> None:
        """Refuse to have a lease changed that is over."""
        if self.is_over(day):
            raise Refused(OVER)

    def occupants_on(self, day: date) -> tuple[Occupant, ...]:
        """Give who lives there on a day, those who are to come among them."""
        return tuple(one for one in self.occupants if one.lives_there_on(day))

    @property
    def rent_cents(self) -> int:
        """Sum the monthly rent of what is rented."""
        return sum(unit.rent_cents for unit in self.units)

    @property
    def charges_cents(self) -> int:
        """Sum the monthly charges of what is rented."""
        return sum(unit.charges_cents for unit in self.units)


class CallLineKind(StrEnum):
    """What a line of a rent call is about; APL and RLS lower it."""

    RENT = "loyer"
    CHARGES = "charges"
    SURCHARGE = "sls"
    HOUSING_BENEFIT = "apl"
    SOLIDARITY_REDUCTION = "rls"
    OTHER = "autre"


@dataclass(frozen=True)
class CallLine:
    """One line of a rent call; ``cents`` is positive for what is asked, negative for what is deducted."""

    kind: CallLineKind
    label: str
    cents: int


@dataclass(frozen=True)
class RentCall:
    """What is asked for one month (« appel de loyer »)."""

    lease: str
    month_on: date
    due_on: date
    lines: tuple[CallLine, ...] = field(default=())

    @property
    def cents(self) -> int:
        """Sum the lines."""
        return sum(line.cents for line in self.lines)


class Leases(Protocol):
    """Where leases are kept.  Whoever asks for one must be known to hold it."""

    def get(self, number: str) -> Lease:
        """Read a lease with its units, holders and occupants; ``Absent`` if there is none."""

    def with_certificates(self, number: str) -> tuple[Lease, list[InsuranceCertificate]]:
        """Read a lease and its insurance certificates in one request; ``Absent`` if there is none."""

    def change_billing_address(
        self, lease: Lease, address: tuple[str, ...], event: "TimelineEvent", change: "Change"
    ) -> bool:
        """Write the address to which papers go, the event and the outgoing change.

        ``False``, and nothing is written, if the address is no more the one that was read.
        """
