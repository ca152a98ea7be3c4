"""Migrations on a real table: each item once, whoever dies, whoever writes meanwhile."""

from dataclasses import replace
from typing import Any

import pytest

from infra.migrations.migration import Change
from infra.migrations.pace import Pace
from infra.migrations.records import Taken
from infra.migrations.running import TooBusy
from tests.infra.migrations.conftest import (
    ACCOUNTS,
    BY,
    Dead,
    Mortal,
    Stored,
    a_migration,
    an_account,
    several_roles,
)


def test_every_item_of_the_older_shape_gets_the_new_one_and_no_other_is_touched(stored: Stored) -> None:
    lines: list[str] = []

    (record,) = stored.whole(say=lines.append).run([a_migration()])

    assert stored.in_new_shape() == ACCOUNTS
    assert record == stored.records()[1]
    assert (record.name, record.state, record.by, record.release) == ("several_roles", "done", BY, "r-2")
    assert (record.seen, record.changed, record.checkpoint) == (ACCOUNTS, ACCOUNTS, None)
    assert record.started_at == record.finished_at == "2026-11-23T08:42:00.000000+00:00"
    assert lines[0] == "  m0001_several_roles begins"
    assert lines[-1] == f"  m0001_several_roles: {ACCOUNTS} of {ACCOUNTS} items changed"


def test_what_has_run_is_not_run_again(stored: Stored) -> None:
    stored.whole().run([a_migration()])
    stored.put(an_account(99))

    assert stored.whole().run([a_migration()]) == []
    assert "role" in stored.get("EMAIL#99")


def test_running_over_what_has_run_changes_nothing(stored: Stored) -> None:
    stored.whole().run([a_migration()])
    stored.empty_of_records()

    (record,) = stored.whole().run([a_migration()])

    assert (record.seen, record.changed) == (ACCOUNTS, 0)


@pytest.mark.parametrize("afterwards", [False, True])
def test_whoever_dies_at_any_call_is_followed_by_one_who_ends_it(stored: Stored, afterwards: bool) -> None:
    died = 0
    for calls in range(1, 100):
        stored.put(*map(an_account, range(ACCOUNTS)))
        stored.empty_of_records()
        mortal = Mortal(stored.dynamodb, calls, afterwards)
        try:
            stored.whole(dynamodb=mortal).run([a_migration()])
        except Dead:
            died += 1
        else:
            break
        stored.clock.advance(minutes=3)
        stored.whole().run([a_migration()])
        assert stored.in_new_shape() == ACCOUNTS
        assert stored.records()[1].done
    assert died >= ACCOUNTS + 2 * 4, "each update, and each page read and noted"


def test_it_goes_on_where_it_was_cut_off(stored: Stored) -> None:
    seen: list[str] = []

    def noted(item: Any) -> Change | None:
        if len(seen) == ACCOUNTS - 1:
            raise Dead
        seen.append(item["pk"]["S"])
        return several_roles(item)

    with pytest.raises(Dead):
        stored.whole().run([a_migration(change=noted)])
    cut = stored.records()[1]
    assert (cut.state, cut.done) == ("running", False)
    assert cut.checkpoint is not None
    again: list[str] = []

    def noted_again(item: Any) -> Change | None:
        again.append(item["pk"]["S"])
        return several_roles(item)

    (record,) = stored.whole().run([a_migration(change=noted_again)])

    assert record.seen == ACCOUNTS
    assert len(again) < ACCOUNTS, "what lies before the checkpoint is not read again"
    assert set(seen) | set(again) == {f"EMAIL#{number}" for number in range(ACCOUNTS)}


def test_while_one_runs_it_another_is_sent_away(stored: Stored) -> None:
    sent_away: list[str] = []

    def meanwhile(item: Any) -> Change | None:
        if not sent_away:
            with pytest.raises(Taken, match="m0001_several_roles is being run by somebody else") as told:
                stored.whole().run([a_migration()])
            sent_away.append(str(told.value))
        return several_roles(item)

    stored.whole().run([a_migration(change=meanwhile)])

    assert len(sent_away) == 1
    assert stored.records()[1].seen == ACCOUNTS


def test_who_was_silent_for_too_long_is_replaced_and_stops(stored: Stored) -> None:
    replaced: list[bool] = []

    def slept(item: Any) -> Change | None:
        if not replaced:
            replaced.append(True)
            stored.clock.advance(minutes=3)
            stored.whole().run([a_migration()])
        return several_roles(item)

    with pytest.raises(Taken):
        stored.whole().run([a_migration(change=slept)])
    assert stored.in_new_shape() == ACCOUNTS
    assert stored.records()[1].changed == ACCOUNTS


def test_on_one_machine_nobody_has_to_be_waited_for(stored: Stored) -> None:
    with pytest.raises(Dead):
        stored.whole(dynamodb=Mortal(stored.dynamodb, 6)).run([a_migration()])
    with pytest.raises(Taken):
        stored.whole().run([a_migration()])

    (record,) = stored.whole(silence=None).run([a_migration()])
    assert record.done


def test_what_the_portal_writes_meanwhile_is_kept(stored: Stored) -> None:
    asked: list[str] = []

    def meanwhile(item: Any) -> Change | None:
        name = item["pk"]["S"]
        if name not in asked:
            stored.raises(name)
        asked.append(name)
        return several_roles(item)

    stored.whole().run([a_migration(change=meanwhile)])

    assert stored.in_new_shape() == ACCOUNTS
    assert len(asked) == 2 * ACCOUNTS
    assert {stored.get(f"EMAIL#{number}")["visits"]["N"] for number in range(ACCOUNTS)} == {"1"}


def test_what_is_deleted_meanwhile_does_not_come_back(stored: Stored) -> None:
    def deleted(item: Any) -> Change | None:
        key = {"pk": item["pk"], "sk": item["sk"]}
        stored.dynamodb.delete_item(TableName=stored.table, Key=key)
        return several_roles(item)

    (record,) = stored.whole().run([a_migration(change=deleted)])

    assert (record.seen, record.changed) == (ACCOUNTS, 0)
    assert stored.get("EMAIL#0") == {}


def test_an_item_that_never_stands_still_stops_the_migration(stored: Stored) -> None:
    def always(item: Any) -> Change | None:
        stored.raises(item["pk"]["S"])
        return several_roles(item)

    with pytest.raises(TooBusy, match="kind account changed 10 times"):
        stored.whole().run([a_migration(change=always)])
    assert stored.in_new_shape() == 0


def test_trying_out_counts_and_writes_nothing(stored: Stored) -> None:
    lines: list[str] = []

    ((_, seen, changed),) = stored.whole(say=lines.append, known_before=()).try_out([a_migration()])

    assert (seen, changed) == (ACCOUNTS, ACCOUNTS)
    assert stored.in_new_shape() == 0
    assert stored.records() == {}
    told = f"would change {ACCOUNTS} of {ACCOUNTS} items, but it would wait for the next release"
    assert lines == [f"  m0001_several_roles {told}"]
    stored.whole().run([a_migration()])
    assert stored.whole().try_out([a_migration()]) == []


def test_migrations_run_in_order_up_to_the_first_that_has_to_wait(stored: Stored) -> None:
    adding = a_migration(number=2, name="adds", readable_by_older=True)
    whole = stored.whole(known_before=[])
    assert whole.run([a_migration(), adding]) == []
    assert stored.records() == {}

    assert [one.number for one in replace(whole, known_before=[1]).run([a_migration(), adding])] == [1, 2]


def test_a_record_tells_whether_older_releases_can_read_what_it_left(stored: Stored) -> None:
    stored.whole().run([a_migration(), a_migration(number=2, name="adds", readable_by_older=True)])

    assert {one.number: one.readable_by_older for one in stored.records().values()} == {1: False, 2: True}


def test_it_goes_no_faster_than_it_may(stored: Stored) -> None:
    slept: list[float] = []
    stored.whole(pace=Pace(10, clock=lambda: 0.0, sleep=slept.append)).run([a_migration()])

    assert len(slept) > ACCOUNTS
    assert slept == sorted(slept), "what was used is added up"
    assert slept[-1] >= ACCOUNTS / 10
