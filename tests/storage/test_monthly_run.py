"""A month's run in the table: what was found is kept, what waits is counted, what is refused is listed."""

from datetime import date

import pytest

from chalicelib.domain.monthly_run import Progress, Refusal
from chalicelib.domain.outbox import PARTS
from chalicelib.storage.leases import call_item
from chalicelib.storage.monthly_run import DynamoRuns
from chalicelib.storage.parts import part_of
from chalicelib.storage.rent_notices import DynamoRentNotices
from infra.local.resources import Resources
from tests.conftest import Clock
from tests.mothers import a_call, put

DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)
LEASES = [f"93{number:02}" for number in range(30)]


@pytest.fixture
def runs(table: Resources) -> DynamoRuns:
    return DynamoRuns()


def test_a_month_is_begun_when_a_part_of_it_was_shared_out(runs: DynamoRuns, clock: Clock) -> None:
    assert not runs.is_begun(DECEMBER)

    runs.keep_planned(DECEMBER, PARTS - 1, 3, clock.at)

    assert runs.is_begun(DECEMBER)
    assert not runs.is_begun(JANUARY)


def test_what_a_part_had_is_kept_and_only_grows(runs: DynamoRuns, clock: Clock) -> None:
    for found in (20, 3, 21, 20):
        runs.keep_planned(DECEMBER, 7, found, clock.at)
    runs.keep_planned(DECEMBER, 8, 5, clock.at)

    assert runs.progress(DECEMBER) == Progress(planned=26, waiting=0, refused=0)


def test_what_waits_is_counted_in_every_part_before_it_is_shared_out_too(
    runs: DynamoRuns, clock: Clock
) -> None:
    put(*(call_item(a_call(lease, DECEMBER), waits=True) for lease in LEASES))
    put(call_item(a_call("9400", DECEMBER)), call_item(a_call("9400", JANUARY), waits=True))

    assert runs.progress(DECEMBER) == Progress(planned=30, waiting=30, refused=0)
    runs.keep_planned(DECEMBER, part_of(LEASES[0]), 40, clock.at)
    beside = sum(part_of(lease) == part_of(LEASES[0]) for lease in LEASES)
    assert runs.progress(DECEMBER).planned == 30 - beside + 40


def test_homes_whose_notice_cannot_be_made_are_listed_with_the_reason(runs: DynamoRuns) -> None:
    put(*(call_item(a_call(lease, DECEMBER), waits=True) for lease in LEASES[:3]))
    DynamoRentNotices().tell_problem(LEASES[1], DECEMBER, "L’appel n’a aucune ligne.")

    assert list(runs.refusals(DECEMBER)) == [Refusal(LEASES[1], "L’appel n’a aucune ligne.")]
    assert runs.progress(DECEMBER) == Progress(planned=3, waiting=3, refused=1)
    assert list(runs.refusals(JANUARY)) == []
