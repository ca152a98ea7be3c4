"""Accounts made by chance, whole lives of leases: what is asked, paid, late, double, rejected, given back.

Amounts are a few cents, so that an account can be gone through cent by cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from chalicelib.domain.leases import CallLine, CallLineKind, Lease, RentCall
from chalicelib.domain.ledger import EntryKind, LedgerEntry, call_entry
from tests.mothers import a_lease

SINCE = date(2026, 11, 1)
MEANS = (EntryKind.DIRECT_DEBIT, EntryKind.CARD_PAYMENT, EntryKind.PAYMENT, EntryKind.BENEFIT)
TAKING_BACK = {EntryKind.DIRECT_DEBIT: EntryKind.REJECTED_DEBIT, EntryKind.CARD_PAYMENT: EntryKind.DISPUTE}


@dataclass(frozen=True)
class GeneratedAccount:
    """A lease with its calls, and the entries of its account in the order in which they are posted."""

    lease: Lease
    calls: tuple[RentCall, ...]
    entries: tuple[LedgerEntry, ...]


def an_entry(id: str, on: date, kind: EntryKind, cents: int, payment: str = "") -> LedgerEntry:
    return LedgerEntry(id, on, kind, f"Écriture {id}", cents, payment)


def a_call(month_on: date, *cents: int, lease: str = "9126") -> RentCall:
    """Make a call of rent, charges, and what is deducted."""
    kinds = (CallLineKind.RENT, CallLineKind.CHARGES, CallLineKind.HOUSING_BENEFIT)
    lines = tuple(CallLine(kind, kind.value, each) for kind, each in zip(kinds, cents, strict=False))
    return RentCall(lease, month_on, month_on.replace(day=5), lines)


def asked(call: RentCall) -> LedgerEntry:
    """Give the entry that asks for a call."""
    return an_entry(call_entry(call.month_on), call.month_on, EntryKind.RENT_CALL, call.cents)


def months(count: int) -> list[date]:
    return [date(2026 + (10 + rank) // 12, (10 + rank) % 12 + 1, 1) for rank in range(count)]


def generated_account(seed: int) -> GeneratedAccount:
    """Make the account of a seed, always the same one."""
    chance = Random(seed)
    lease = replace(a_lease(), starts_on=date(2026, 11, chance.choice((1, 1, 15, 29))))
    calls, entries = [], []
    for month_on in months(chance.randint(1, 4)):
        call = a_call(month_on, chance.randint(3, 20), chance.randint(0, 5), -chance.choice((0, 0, 2, 9, 30)))
        if chance.random() < 0.95:
            calls.append(call)
        if chance.random() < 0.95:
            wrong = chance.choice((1, 5)) if chance.random() < 0.05 else 0
            entries.append(replace(asked(call), cents=call.cents + wrong))
        entries += _money(chance, call)
    entries += _others(chance)
    entries = sorted(entries, key=lambda entry: (entry.booked_on, chance.random()))
    if entries and chance.random() < 0.3:
        late = entries.pop(chance.randrange(len(entries)))
        entries.insert(chance.randint(0, len(entries)), late)
    return GeneratedAccount(lease, tuple(calls), tuple(entries))


def _money(chance: Random, call: RentCall) -> Iterator[LedgerEntry]:
    """Pay a month: exactly, in parts, too much, twice, early or late, or not; some of it is taken back."""
    due = max(call.cents, 0)
    first = chance.randint(1, max(due, 1))
    for rank, cents in enumerate(
        chance.choice(((), (due,), (due,), (due,), (first,), (first, due - first), (due, due), (due + 7,)))
    ):
        if cents > 0:
            kind = chance.choice(MEANS)
            on = max(SINCE, call.month_on + timedelta(days=chance.randint(-5, 40)))
            id = f"{chance.choice('abyz')}{call.month_on:%m}{rank}"
            payment = f"p-{id}" if kind is EntryKind.CARD_PAYMENT else ""
            yield an_entry(id, on, kind, -cents, payment)
            if chance.random() < 0.2:
                yield from _taken_back(chance, an_entry(id, on, kind, -cents, payment))


def _taken_back(chance: Random, paid: LedgerEntry) -> Iterator[LedgerEntry]:
    on = paid.booked_on + timedelta(days=chance.randint(0, 20))
    kind = TAKING_BACK.get(paid.kind, EntryKind.REFUND)
    part = chance.choice((-paid.cents, -paid.cents, chance.randint(1, -paid.cents)))
    yield an_entry(f"{paid.id}-back", on, kind, part, paid.payment)
    if kind is EntryKind.DISPUTE and chance.random() < 0.3:
        yield an_entry(f"{paid.id}-won", on + timedelta(days=3), kind, -part, paid.payment)


def _others(chance: Random) -> Iterator[LedgerEntry]:
    for rank in range(chance.choice((0, 0, 1, 2))):
        kind = chance.choice((EntryKind.CHARGE_STATEMENT, EntryKind.OTHER))
        on = SINCE + timedelta(days=chance.randint(0, 120))
        yield an_entry(f"o{rank}", on, kind, chance.choice((-12, -5, 4, 9)))
