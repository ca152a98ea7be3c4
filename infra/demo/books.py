"""What each home was asked and paid over 24 months (« compte »): rent calls by line, and account entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from random import Random

from chalicelib.domain import french
from chalicelib.domain.leases import CallLineKind
from chalicelib.domain.ledger import EntryKind
from infra.demo.homes import Home

MONTHS = 24
# The last months, whose calls are in the books by their month: the portal makes their papers.
MADE_HERE = 3
REGULARISED_IN = 6


class Habit(StrEnum):
    """How a tenant pays."""

    PUNCTUAL = "punctual"
    LATE = "late"
    PARTIAL = "partial"
    REJECTED = "rejected"
    INDEBTED = "indebted"
    AHEAD = "ahead"
    AT_ONCE = "at_once"
    OWING = "owing"


@dataclass(frozen=True)
class Entry:
    """One line of the account; a positive amount is owed.  ``month_on`` is that of a call booked by month."""

    booked_on: date
    kind: EntryKind
    label: str
    cents: int
    month_on: date | None = None


@dataclass(frozen=True)
class Call:
    """What is asked for one month, line by line."""

    month_on: date
    due_on: date
    lines: tuple[tuple[CallLineKind, str, int], ...]

    @property
    def cents(self) -> int:
        """Sum the lines."""
        return sum(cents for _, _, cents in self.lines)


MEANS = (
    (EntryKind.DIRECT_DEBIT, "Prélèvement automatique"),
    (EntryKind.PAYMENT, "Virement reçu"),
    (EntryKind.CARD_PAYMENT, "Paiement par carte"),
    (EntryKind.PAYMENT, "Chèque reçu"),
)
LATE_MEANS = MEANS[1:]
_SETTLED = {
    True: (EntryKind.PAYMENT, "Virement reçu"),
    False: (EntryKind.REFUND, "Remboursement par virement"),
}
HABITS = (Habit.PUNCTUAL, Habit.LATE, Habit.PARTIAL, Habit.REJECTED, Habit.INDEBTED, Habit.AHEAD)
SHARES = (66, 14, 5, 5, 6, 4)


def draw_habit(random: Random) -> Habit:
    """Draw how a tenant pays."""
    return random.choices(HABITS, SHARES)[0]


@lru_cache
def months_until(today: date) -> tuple[date, ...]:
    """Give the first days of the 24 months that end with this one."""
    count = today.year * 12 + today.month - 1
    return tuple(date(one // 12, one % 12 + 1, 1) for one in range(count - MONTHS + 1, count + 1))


def calls_of(home: Home, today: date) -> list[Call]:
    """Give the rent calls of a home, from the month after it was let."""
    last_on = home.ends_on or today
    months = [month_on for month_on in months_until(today) if home.starts_on < month_on <= last_on]
    return [
        Call(month_on, month_on.replace(day=5), _lines(home, rank)) for rank, month_on in enumerate(months)
    ]


def _lines(home: Home, ago: int) -> tuple[tuple[CallLineKind, str, int], ...]:
    """Give the lines of a call; more than a year and a half ago the rent was a little lower."""
    rent_cents = home.rent_cents if ago < 18 else home.rent_cents * 983 // 1000
    lines = []
    if rent_cents:
        lines.append((CallLineKind.RENT, "Loyer du logement", rent_cents))
    lines += [(CallLineKind.CHARGES, label, cents) for label, cents in home.charges]
    if home.parking_cents:
        lines.append((CallLineKind.RENT, "Loyer du stationnement", home.parking_cents))
    if home.surcharge_cents:
        lines.append((CallLineKind.SURCHARGE, "Supplément de loyer de solidarité", home.surcharge_cents))
    if home.benefit_cents:
        lines.append((CallLineKind.HOUSING_BENEFIT, "APL", -home.benefit_cents))
    if home.reduction_cents:
        lines.append(
            (CallLineKind.SOLIDARITY_REDUCTION, "Réduction de loyer de solidarité", -home.reduction_cents)
        )
    return tuple(lines)


def entries_of(
    calls: list[Call], habit: Habit, today: date, random: Random, owed_cents: int = 0
) -> list[Entry]:
    """Give the account entries that a home has had by today, in the order of their days.

    ``owed_cents`` is what somebody ``OWING`` owes today: more than one month's call, less than two.
    """
    means = random.choice(MEANS if habit in {Habit.PUNCTUAL, Habit.REJECTED} else LATE_MEANS)
    last = len(calls) - 1
    entries: list[Entry] = []
    for rank, call in enumerate(calls):
        label = f"Avis d’échéance {french.of_month(call.month_on)}"
        month_on = call.month_on if call.month_on in months_until(today)[-MADE_HERE:] else None
        entries.append(Entry(call.month_on, EntryKind.RENT_CALL, label, call.cents, month_on))
        entries.extend(_payments(call, habit, last - rank, means, random))
        if call.month_on.month == REGULARISED_IN:
            entries.extend(_regularisation(call.month_on, habit, means, random))
    if habit is Habit.OWING:
        entries.extend(_what_is_left(calls, owed_cents, means))
    return sorted((one for one in entries if one.booked_on <= today), key=lambda one: one.booked_on)


def before_the_run(entries: list[Entry], today: date) -> list[Entry]:
    """Give what is booked of an account that waits for this month's call: nothing of the month yet."""
    return [one for one in entries if one.booked_on < today.replace(day=1)]


def _what_is_left(calls: list[Call], owed_cents: int, means: tuple[EntryKind, str]) -> Iterator[Entry]:
    """Pay the month before this one in part, so that just so much is owed."""
    before, now = calls[-2], calls[-1]
    paid = before.cents + now.cents - owed_cents
    yield Entry(before.month_on.replace(day=9), *means, -paid)


def _payments(
    call: Call, habit: Habit, ago: int, means: tuple[EntryKind, str], random: Random
) -> Iterator[Entry]:
    """Give what was paid for a month that lies ``ago`` months back."""
    due_on = call.month_on.replace(day=random.choice((5, 5, 10, 15)))
    if habit is Habit.REJECTED and random.random() < 0.12:
        yield from _rejected(due_on, call.cents)
        return
    paid_on, cents = due_on, call.cents
    if habit in {Habit.AT_ONCE, Habit.AHEAD}:
        paid_on = call.month_on
        cents += 50_00 if habit is Habit.AHEAD and ago % 6 == 0 else 0
    elif habit is Habit.LATE:
        paid_on += timedelta(days=random.randint(4, 24))
    elif habit is Habit.PARTIAL and random.random() < 0.3:
        cents = call.cents * random.randint(4, 8) // 10
    if ago >= _unpaid_months(call, habit):
        yield Entry(paid_on, *means, -cents)


def _unpaid_months(call: Call, habit: Habit) -> int:
    """Give how many of the last months are not paid, this one included."""
    return {Habit.OWING: 2, Habit.INDEBTED: 2 + call.lines[0][2] % 3}.get(habit, 0)


def _rejected(due_on: date, cents: int) -> Iterator[Entry]:
    """Give a direct debit that the bank rejects, and the card payment that makes up for it."""
    rejected_on = due_on + timedelta(days=4)
    yield Entry(due_on, *MEANS[0], -cents)
    yield Entry(rejected_on, EntryKind.REJECTED_DEBIT, "Prélèvement rejeté par la banque", cents)
    yield Entry(rejected_on + timedelta(days=6), *MEANS[2], -cents)


def _regularisation(
    month_on: date, habit: Habit, means: tuple[EntryKind, str], random: Random
) -> Iterator[Entry]:
    """Give the yearly regularisation of charges, settled within the month when it was asked."""
    cents = random.randint(-9_000, 12_000) or 1
    label = f"Régularisation des charges {month_on.year - 1}"
    booked_on = month_on.replace(day=15)
    yield Entry(booked_on, EntryKind.CHARGE_STATEMENT, label, cents)
    if habit in {Habit.AT_ONCE, Habit.OWING}:
        kind, words = _SETTLED[cents > 0]
        yield Entry(booked_on, kind, words, -cents)
    elif cents > 0 and habit is not Habit.INDEBTED:
        yield Entry(booked_on + timedelta(days=10), *means, -cents)
