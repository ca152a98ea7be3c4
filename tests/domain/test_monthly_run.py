"""The monthly run: which months are due, which parts are shared out, and how a part is cut into batches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import cast

import pytest

from chalicelib.domain.monthly_run import (
    HOMES_AT_ONCE,
    Home,
    Part,
    Pile,
    Progress,
    RunDesk,
    Runs,
    batch,
    month_after,
    month_before,
    month_of,
    months_due,
    plan_papers,
    share_out,
    spelled,
)
from chalicelib.domain.outbox import PARTS
from chalicelib.domain.rent_papers import ChargeStatements, Receipts, RentNotices

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
NOON = datetime(2026, 12, 14, 11, tzinfo=UTC)


@dataclass
class Waiting:
    """What waits, by part; of notices by month too."""

    calls: dict[tuple[date, int], list[str]] = field(default_factory=dict)
    accounts: dict[int, list[str]] = field(default_factory=dict)
    years: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    begun: set[date] = field(default_factory=set)
    planned: list[tuple[date, int, int]] = field(default_factory=list)

    def is_begun(self, month_on: date) -> bool:
        return month_on in self.begun

    def keep_planned(self, month_on: date, part: int, found: int, now: datetime) -> None:
        self.planned.append((month_on, part, found))

    def desk(self, notices_day: int = 1) -> RunDesk:
        return RunDesk(
            cast("RentNotices", Calls(self.calls)),
            cast("Receipts", Piled(self.accounts)),
            cast("ChargeStatements", Piled(self.years)),
            cast("Runs", self),
            notices_day,
        )


@dataclass
class Calls:
    found: dict[tuple[date, int], list[str]]

    def waiting(self, month_on: date, part: int) -> Sequence[str]:
        return self.found.get((month_on, part), [])

    def has_waiting(self, month_on: date, part: int) -> bool:
        return bool(self.waiting(month_on, part))


@dataclass
class Piled:
    found: dict[int, list[str]] | dict[int, list[tuple[str, int]]]

    def waiting(self, part: int) -> Sequence[str | tuple[str, int]]:
        return self.found.get(part, [])

    def has_waiting(self, part: int) -> bool:
        return bool(self.waiting(part))


@pytest.mark.parametrize(
    ("notices_day", "today", "due"),
    [
        (1, date(2026, 12, 1), [DECEMBER]),
        (25, date(2026, 12, 24), []),
        (25, date(2026, 12, 25), [DECEMBER]),
        (0, date(2026, 12, 31), []),
    ],
)
def test_a_month_is_due_from_the_landlord_s_day_on_or_never(
    notices_day: int, today: date, due: list[date]
) -> None:
    assert months_due(Waiting().desk(notices_day), today) == due


def test_a_month_that_is_begun_goes_on_until_the_one_after_it_ends() -> None:
    """Started by hand in November, held up until January; in February nobody asks any more."""
    desk = Waiting(begun={DECEMBER}).desk(notices_day=0)

    for today in (date(2026, 11, 23), date(2026, 12, 5), date(2027, 1, 31)):
        assert months_due(desk, today) == [DECEMBER]
    assert months_due(desk, date(2027, 2, 1)) == []
    assert months_due(desk, date(2026, 10, 31)) == []


def test_a_month_that_is_due_and_begun_is_there_once() -> None:
    assert months_due(Waiting(begun={NOVEMBER, DECEMBER}).desk(), NOON.date()) == [NOVEMBER, DECEMBER]


def test_months_come_one_after_the_other() -> None:
    assert month_after(date(2026, 12, 31)) == JANUARY
    assert month_before(date(2027, 1, 31)) == DECEMBER
    assert month_of("2026-12") == DECEMBER
    with pytest.raises(ValueError, match="isoformat"):
        month_of("2026-12-01-")


def test_every_part_in_which_something_waits_is_shared_out_and_no_other() -> None:
    waiting = Waiting(
        {(DECEMBER, 0): ["1"], (DECEMBER, PARTS - 1): ["2"], (NOVEMBER, 3): ["late"]},
        {5: ["1"]},
        {PARTS - 1: [("1", 2025)]},
    )

    assert plan_papers(waiting.desk(), NOON) == [
        Part(Pile.NOTICES, 0, DECEMBER),
        Part(Pile.NOTICES, PARTS - 1, DECEMBER),
        Part(Pile.RECEIPTS, 5),
        Part(Pile.STATEMENTS, PARTS - 1),
    ]
    assert Part(Pile.NOTICES, 3, NOVEMBER) in plan_papers(
        Waiting(waiting.calls, begun={NOVEMBER}).desk(), NOON
    )


def test_receipts_are_made_whoever_makes_the_notices() -> None:
    waiting = Waiting({(DECEMBER, 0): ["1"]}, {5: ["1"]})

    assert plan_papers(waiting.desk(notices_day=0), NOON) == [Part(Pile.RECEIPTS, 5)]


def test_the_month_is_the_one_in_france() -> None:
    waiting = Waiting({(DECEMBER, 0): ["1"], (NOVEMBER, 0): ["1"]})
    midnight_in_paris = datetime(2026, 11, 30, 23, tzinfo=UTC)

    assert plan_papers(waiting.desk(), midnight_in_paris) == [Part(Pile.NOTICES, 0, DECEMBER)]


@pytest.mark.parametrize(
    ("homes", "batches"),
    [(0, []), (1, [1]), (HOMES_AT_ONCE, [20]), (HOMES_AT_ONCE + 1, [20, 1]), (60, [20, 20, 20])],
)
def test_a_part_is_cut_into_batches_that_hold_each_home_once(homes: int, batches: list[int]) -> None:
    names = [str(number) for number in range(homes)]
    waiting = Waiting({(DECEMBER, 7): names})

    cut = share_out(waiting.desk(), Part(Pile.NOTICES, 7, DECEMBER), NOON)

    assert [len(one) for one in cut] == batches
    assert [home.lease for one in cut for home in one] == names
    assert waiting.planned == ([(DECEMBER, 7, homes)] if homes else [])


def test_of_other_piles_nothing_is_planned() -> None:
    waiting = Waiting(accounts={1: ["a"]}, years={2: [("b", 2025)]})

    assert share_out(waiting.desk(), Part(Pile.RECEIPTS, 1), NOON) == [[Home("a")]]
    assert share_out(waiting.desk(), Part(Pile.STATEMENTS, 2), NOON) == [[Home("b", 2025)]]
    assert waiting.planned == []


def test_messages_are_spelled_as_the_worker_reads_them() -> None:
    assert spelled(Part(Pile.NOTICES, 7, DECEMBER)) == {"share": "notices", "part": 7, "month": "2026-12"}
    assert spelled(Part(Pile.STATEMENTS, 7)) == {"share": "statements", "part": 7}
    assert batch(Part(Pile.NOTICES, 7, DECEMBER), [Home("1"), Home("2")]) == {
        "notices": ["1", "2"],
        "month": "2026-12",
    }
    assert batch(Part(Pile.RECEIPTS, 7), [Home("1")]) == {"receipts": ["1"]}
    assert batch(Part(Pile.STATEMENTS, 7), [Home("1", 2025)]) == {"statements": [["1", 2025]]}


def test_what_is_made_is_what_was_planned_and_waits_no_more() -> None:
    assert Progress(planned=100, waiting=30, refused=2).made == 70
    assert Progress(planned=0, waiting=3, refused=0).made == 0
