"""Homes whose month is to be made: leases with their holders and a rent call that waits (« logements »)."""

from collections.abc import Iterator, Sequence
from datetime import date

from chalicelib.domain.leases import CallLine, CallLineKind, RentCall
from chalicelib.storage.leases import call_item, lease_items
from chalicelib.storage.table import Item
from chalicelib.storage.tenants import profile_item
from tests.mothers import a_lease, a_tenant, put

DECEMBER = date(2026, 12, 1)
LINES = (
    CallLine(CallLineKind.RENT, "Loyer", 412_35),
    CallLine(CallLineKind.CHARGES, "Charges", 98_20),
    CallLine(CallLineKind.HOUSING_BENEFIT, "APL", -120_00),
)
CALLED_CENTS = sum(line.cents for line in LINES)


def numbers(count: int) -> list[str]:
    """Give as many numbers of leases."""
    return [str(100_000 + number) for number in range(count)]


def move_in(
    leases: Sequence[str], month_on: date = DECEMBER, lines: Sequence[CallLine] = LINES, holders: int = 1
) -> None:
    """Put homes in the table, each with its holders, and a call of the month that waits."""
    put(*(item for lease in leases for item in _items(lease, month_on, tuple(lines), holders)))


def _items(lease: str, month_on: date, lines: tuple[CallLine, ...], holders: int) -> Iterator[Item]:
    names = [f"{lease}-{rank}" for rank in range(1, holders + 1)]
    yield from lease_items(a_lease(lease, names))
    for name in names:
        yield profile_item(a_tenant(name, email=f"{name}@demo.example"), 0)
    due_on = month_on.replace(day=5)
    yield call_item(RentCall(lease, month_on, due_on, lines), waits=True)
