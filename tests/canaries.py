"""Canaries: tenants whose every field is a mark of their own, to be found wherever it does not belong."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

from chalicelib.domain.french import euros
from chalicelib.domain.leases import Lease
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.leases import lease_items
from tests import mothers
from tests.mothers import a_certificate, a_lease, a_request, a_tenant, an_action
from tests.visitors import Visitor

SPELLED_ELSEWHERE = {"id", "email"}


@dataclass(frozen=True)
class Canary:
    """One of them, by number; below a hundred."""

    number: int

    @property
    def mark(self) -> str:
        """Give the word that stands in every field."""
        return f"canari{self.number:02}x"

    @property
    def lease(self) -> str:
        return f"70{self.number:02}"

    @property
    def email(self) -> str:
        return f"{self.mark}@demo.example"

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """Give what nobody else's pages may have."""
        return (self.mark, f"L/{self.lease}", f"D2026-0070{self.number:02}", euros(self._owed_cents))

    @property
    def _owed_cents(self) -> int:
        return 700_00 + self.number * 1_01

    def settle_in(self) -> Visitor:
        """Write them with all that a tenant can have, and open a session."""
        mark, number = self.mark, f"D2026-0070{self.number:02}"
        request = a_request(number, mark, lease=self.lease)
        request = replace(request, topic=mark, detail=mark, handler=mark, comment=mark)
        certificate = replace(a_certificate(self.lease, reference=mark), insurer=mark, policy_number=mark)
        mothers.settle_in(
            self._tenant(),
            (self.lease,),
            owed_cents=self._owed_cents,
            requests=[request],
            actions=[replace(an_action(subject=number), detail=mark)],
            certificates=[certificate],
        )
        mothers.put(*lease_items(self._lease()))
        visitor = Visitor(client=f"198.51.100.{self.number}", agent=f"Mozilla/5.0 ({mark})")
        visitor.enter(mark)
        return visitor

    def payment_page(self, visitor: Visitor) -> str:
        """Order what is owed; give the address of the provider's page."""
        return visitor.send(visitor.get("/paiement/payer"), "/paiement").location

    def among(self, text: str) -> bool:
        """Tell whether a text has anything of theirs, however it is spelled."""
        return any(mark.casefold() in text for mark in self.marks)

    def _tenant(self) -> Tenant:
        worded = [field.name for field in fields(Tenant) if field.type is str]
        marked = {name: self.mark for name in worded if name not in SPELLED_ELSEWHERE}
        return replace(a_tenant(self.mark), **marked, email=self.email)  # type: ignore[arg-type]

    def _lease(self) -> Lease:
        lease, mark = a_lease(self.lease, (self.mark,)), self.mark
        return replace(
            lease,
            residence=mark,
            billing_address=(mark, mark),
            units=tuple(replace(unit, address=(mark, mark), description=mark) for unit in lease.units),
            occupants=tuple(replace(one, name=mark, relation=mark) for one in lease.occupants),
        )


def strangers_in(text: str, own: Canary | None, canaries: list[Canary]) -> list[Canary]:
    """Give those whose marks are in somebody else's text."""
    spelled = text.casefold()
    return [one for one in canaries if one is not own and one.among(spelled)]
