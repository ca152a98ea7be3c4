"""Leases in DynamoDB: the lease, its holders, units, occupants and rent calls, items of one partition."""

from collections.abc import Sequence
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Absent, Unavailable
from chalicelib.domain.insurance import InsuranceCertificate
from chalicelib.domain.leases import (
    CallLine,
    CallLineKind,
    Lease,
    Occupant,
    RentCall,
    RentedUnit,
    UnitKind,
)
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.changes import change_item
from chalicelib.storage.insurance import CertificateItem
from chalicelib.storage.keys import calls_key, lease_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.parts import part_of
from chalicelib.storage.table import CONDITION_FAILED, Day, Item, Texts, Whole, backwards
from chalicelib.storage.timeline import action_item


class LeaseItem(Item, discriminator="lease"):
    """A lease as written in the table."""

    number = UnicodeAttribute()
    residence = UnicodeAttribute()
    starts_on = Day()
    ends_on = Day(null=True)
    deposit_cents = Whole()
    billing_address = Texts()


class HolderItem(Item, discriminator="holder"):
    """Somebody who signed the lease."""

    tenant = UnicodeAttribute()


class UnitItem(Item, discriminator="unit"):
    """A rented unit as written in the table."""

    reference = UnicodeAttribute()
    unit = UnicodeAttribute()
    address = Texts()
    description = UnicodeAttribute(default="")
    rent_cents = Whole()
    charges_cents = Whole()

    def to_domain(self) -> RentedUnit:
        """Give the unit as the domain knows it."""
        return RentedUnit(
            self.reference,
            UnitKind(self.unit),
            tuple(self.address),
            self.description,
            self.rent_cents,
            self.charges_cents,
        )


class OccupantItem(Item, discriminator="occupant"):
    """An occupant as written in the table."""

    reference = UnicodeAttribute()
    name = UnicodeAttribute()
    born_on = Day(null=True)
    relation = UnicodeAttribute(default="")
    since_on = Day(null=True)
    until_on = Day(null=True)

    def to_domain(self) -> Occupant:
        """Give the occupant as the domain knows them."""
        return Occupant(self.reference, self.name, self.born_on, self.relation, self.since_on, self.until_on)


class CallItem(Item, discriminator="call"):
    """A rent call as written in the table; a line is « kind|cents|label ».

    It lies in the index ``due`` until its ``notice`` is made, with the ``problem`` that stands in the way, if
    any.  Once there is that, or a ``receipt`` (a quittance), nothing that the landlord says of it changes.
    """

    month_on = Day()
    due_on = Day()
    lines = Texts()
    notice = UnicodeAttribute(null=True)
    problem = UnicodeAttribute(null=True)
    receipt = UnicodeAttribute(null=True)

    def to_domain(self) -> RentCall:
        """Give the rent call as the domain knows it."""
        parted = [line.split("|", 2) for line in self.lines]
        return RentCall(
            self.pk.removeprefix(lease_key("")),
            self.month_on,
            self.due_on,
            tuple(CallLine(CallLineKind(kind), label, int(cents)) for kind, cents, label in parted),
        )


class DynamoLeases:
    """Implements ``chalicelib.domain.leases.Leases``."""

    def get(self, number: str) -> Lease:
        """Read a lease and what hangs on it, from its units back to its holders: one query."""
        return lease_among(number, list(backwards(lease_key(number), "HOLDER#", "UNIT#~")))

    def with_certificates(self, number: str) -> tuple[Lease, list[InsuranceCertificate]]:
        """Read the same and go back to the certificates, which lie just before: one query still."""
        found = list(backwards(lease_key(number), "CERTIFICATE#", "UNIT#~"))
        certificates = [item.to_domain() for item in found if isinstance(item, CertificateItem)]
        return lease_among(number, found), certificates

    def change_billing_address(
        self, lease: Lease, address: tuple[str, ...], event: TimelineEvent, change: Change
    ) -> bool:
        """Write another address over the one that was read."""
        item = LeaseItem(lease_key(lease.number), "LEASE")
        as_read = LeaseItem.billing_address == list(lease.billing_address)

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                item, actions=[LeaseItem.billing_address.set(list(address))], condition=as_read
            )
            transaction.save(action_item(change.tenant, event))
            transaction.save(change_item(change))

        codes = commit(write)
        if codes and CONDITION_FAILED not in codes:
            raise Unavailable("contended")
        return not codes


def lease_items(lease: Lease) -> list[Item]:
    """Spell a lease and what hangs on it for the table."""
    pk = lease_key(lease.number)
    items: list[Item] = [
        LeaseItem(
            pk,
            "LEASE",
            number=lease.number,
            residence=lease.residence,
            starts_on=lease.starts_on,
            ends_on=lease.ends_on,
            deposit_cents=lease.deposit_cents,
            billing_address=list(lease.billing_address),
        )
    ]
    items += [HolderItem(pk, f"HOLDER#{tenant}", tenant=tenant) for tenant in lease.holders]
    items += [_unit_item(pk, unit) for unit in lease.units]
    items += [_occupant_item(pk, occupant) for occupant in lease.occupants]
    return items


def call_item(call: RentCall, *, waits: bool = False) -> CallItem:
    """Spell a rent call for the table; while it waits, where who makes its notice finds it."""
    return CallItem(
        *call_place(call.lease, call.month_on),
        month_on=call.month_on,
        due_on=call.due_on,
        lines=[f"{line.kind.value}|{line.cents}|{line.label}" for line in call.lines],
        due_pk=calls_key(call.month_on, part_of(call.lease)) if waits else None,
        due_sk=call.lease if waits else None,
    )


def call_place(lease: str, month_on: date) -> tuple[str, str]:
    """Give the key of a rent call."""
    return lease_key(lease), f"CALL#{month_on:%Y-%m}"


def check_no_lease(transaction: TransactWrite, lease: str) -> None:
    """Add to a transaction that there is no such lease."""
    missing = LeaseItem.pk.does_not_exist()
    transaction.condition_check(LeaseItem, lease_key(lease), "LEASE", condition=missing)


def lease_among(number: str, backwards_found: Sequence[Item]) -> Lease:
    """Put a lease together of what was read of its partition, backwards; ``Absent`` if it is not there."""
    found = list(reversed(backwards_found))
    leases = [item for item in found if isinstance(item, LeaseItem)]
    if not leases:
        raise Absent(number)
    lease = leases[0]
    return Lease(
        number=lease.number,
        residence=lease.residence,
        starts_on=lease.starts_on,
        ends_on=lease.ends_on,
        deposit_cents=lease.deposit_cents,
        billing_address=tuple(lease.billing_address),
        holders=tuple(item.tenant for item in found if isinstance(item, HolderItem)),
        units=tuple(item.to_domain() for item in found if isinstance(item, UnitItem)),
        occupants=tuple(item.to_domain() for item in found if isinstance(item, OccupantItem)),
    )


def _unit_item(pk: str, unit: RentedUnit) -> UnitItem:
    return UnitItem(
        pk,
        f"UNIT#{unit.kind.value}#{unit.reference}",
        reference=unit.reference,
        unit=unit.kind.value,
        address=list(unit.address),
        description=unit.description,
        rent_cents=unit.rent_cents,
        charges_cents=unit.charges_cents,
    )


def _occupant_item(pk: str, occupant: Occupant) -> OccupantItem:
    return OccupantItem(
        pk,
        f"OCCUPANT#{occupant.reference}",
        reference=occupant.reference,
        name=occupant.name,
        born_on=occupant.born_on,
        relation=occupant.relation,
        since_on=occupant.since_on,
        until_on=occupant.until_on,
    )
