"""Fixtures of the migrations: a table with accounts of an older shape, and clients that die."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from infra.local.resources import Resources, client
from infra.migrations.migration import Change, Migration
from infra.migrations.records import Records
from infra.migrations.running import Migrating
from tests.conftest import ACCOUNT, Clock

ACCOUNTS = 3
ROLES = {"L": [{"S": "tenant"}]}
BY = "arn:aws:iam::000000000000:user/operator"


class Dead(Exception):
    """The machine that ran the migration has gone."""


@dataclass
class Mortal:
    """A client that dies at its n-th call, before it is made or after; from then on nothing gets through."""

    inner: Any
    calls_left: int
    afterwards: bool = False

    def __getattr__(self, name: str) -> Any:
        made = getattr(self.inner, name)

        def call(*given: Any, **asked: Any) -> Any:
            self.calls_left -= 1
            if self.calls_left < 0 or (self.calls_left == 0 and not self.afterwards):
                raise Dead
            answer = made(*given, **asked)
            if self.calls_left == 0 and name != "get_paginator":
                raise Dead
            return answer

        return call


@dataclass(frozen=True)
class Stored:
    """A table that is migrated."""

    dynamodb: Any
    table: str
    clock: Clock

    def whole(self, **differently: Any) -> Migrating:
        usual = Migrating(self.dynamodb, self.table, BY, release="r-2", now=self.clock, page=2)
        return replace(usual, **differently)

    def put(self, *items: Mapping[str, Any]) -> None:
        asked = [{"PutRequest": {"Item": item}} for item in items]
        self.dynamodb.batch_write_item(RequestItems={self.table: asked})

    def get(self, pk: str) -> Mapping[str, Any]:
        found = self.dynamodb.get_item(TableName=self.table, Key=key(pk), ConsistentRead=True)
        item: Mapping[str, Any] = found.get("Item", {})
        return item

    def raises(self, pk: str) -> None:
        """Change an item as the portal would: one more."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=key(pk),
            UpdateExpression="ADD visits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    def records(self) -> Any:
        return Records(self.dynamodb, self.table).all()

    def empty_of_records(self) -> None:
        self.dynamodb.delete_item(TableName=self.table, Key={"pk": {"S": "MIGRATIONS"}, "sk": {"S": "0001"}})

    def fill(self, accounts: int = ACCOUNTS) -> None:
        """Write accounts of the older shape, and as many items of another kind."""
        for number in range(accounts):
            self.put(an_account(number), {"kind": {"S": "lease"}} | key(f"LEASE#{number}"))

    def in_new_shape(self) -> int:
        """Count the accounts of the new shape, and see that nothing else was touched."""
        found = self.dynamodb.scan(TableName=self.table, ConsistentRead=True)["Items"]
        accounts = [item for item in found if item["kind"]["S"] == "account"]
        for item in accounts:
            assert ("role" in item) != ("roles" in item)
            assert item.get("roles", ROLES) == ROLES
        assert {frozenset(item) for item in found if item["kind"]["S"] == "lease"} == {
            frozenset({"pk", "sk", "kind"})
        }
        return sum("roles" in item for item in accounts)


def key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "ITEM"}}


def an_account(number: int) -> dict[str, Any]:
    """Spell an account of the older shape."""
    return {"kind": {"S": "account"}, "role": {"S": "tenant"}, "visits": {"N": "0"}} | key(f"EMAIL#{number}")


def several_roles(item: Any) -> Change | None:
    """Change one role into a list of roles."""
    if "role" not in item:
        return None
    return Change(given={"roles": {"L": [item["role"]]}}, taken=frozenset({"role"}))


def a_migration(**differently: Any) -> Migration:
    usual = Migration(1, "several_roles", ("account",), several_roles, readable_by_older=False)
    return replace(usual, **differently)


@pytest.fixture
def stored(aws: str, resources: Resources, clock: Clock) -> Stored:
    made = Stored(client("dynamodb", aws, ACCOUNT), resources.table, clock)
    made.fill()
    return made
