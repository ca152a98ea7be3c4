"""What a migration may be, and those of this tree."""

import re
from pathlib import Path

import pytest

import infra.migrations
from infra.migrations.migration import BadMigration, Change, all_migrations, refuse_gaps
from infra.migrations.pace import Pace
from infra.migrations.writing import update
from tests.infra.migrations.conftest import a_migration


@pytest.mark.parametrize("name", ["pk", "sk", "kind"])
def test_what_an_item_is_cannot_be_changed(name: str) -> None:
    with pytest.raises(BadMigration, match=f"{name} cannot be changed"):
        Change(given={name: {"S": "x"}})
    with pytest.raises(BadMigration):
        Change(taken=frozenset({name}))


def test_a_change_changes_something_and_a_migration_says_of_what() -> None:
    with pytest.raises(BadMigration, match="changes nothing"):
        Change()
    with pytest.raises(BadMigration, match="m0001_several_roles: say which kinds"):
        a_migration(kinds=())


def test_an_item_is_changed_only_if_it_is_as_it_was_read() -> None:
    item = {"pk": {"S": "A"}, "sk": {"S": "B"}, "kind": {"S": "account"}, "role": {"S": "tenant"}}
    change = Change(given={"roles": {"L": []}}, taken=frozenset({"role"}))

    asked = update("table", item, change)

    assert asked["Key"] == {"pk": {"S": "A"}, "sk": {"S": "B"}}
    assert asked["ConditionExpression"] == (
        "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2 AND #n3 = :v3 AND attribute_not_exists(#n4)"
    )
    assert asked["UpdateExpression"] == "SET #n4 = :v4 REMOVE #n3"
    assert list(asked["ExpressionAttributeNames"].values()) == ["pk", "sk", "kind", "role", "roles"]


def test_numbers_follow_one_another() -> None:
    refuse_gaps([])
    refuse_gaps([a_migration(), a_migration(number=2)])
    for numbers in ([2], [1, 3], [1, 1], [2, 1]):
        with pytest.raises(BadMigration, match="must be 1, 2, 3"):
            refuse_gaps([a_migration(number=number) for number in numbers])


def test_the_migrations_of_this_tree_are_all_found() -> None:
    modules = {path.stem for path in Path(infra.migrations.__path__[0]).glob("m[0-9]*.py")}

    assert {str(one) for one in all_migrations()} == modules
    assert all(re.fullmatch(r"m\d{4}_[a-z0-9_]+", name) for name in modules)


def test_a_pause_is_as_long_as_what_was_used_and_time_that_passed_is_not_saved_up() -> None:
    at, slept = [0.0], list[float]()
    pace = Pace(100, clock=lambda: at[0], sleep=slept.append)

    pace.spend(50)
    at[0] = 60.0
    pace.spend(50)

    assert slept == [0.5, 0.5]
