"""What one migration is: which items it looks at, and what becomes of each (« migration »)."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import infra.migrations

# An item, or a part of it, as DynamoDB spells it: ``{"pk": {"S": "LEASE#9126"}, …}``.
Attributes = Mapping[str, Mapping[str, Any]]
NEVER_CHANGED = {"pk", "sk", "kind"}
MODULE = re.compile(r"m(\d{4})_([a-z0-9_]+)")


class BadMigration(Exception):
    """A migration that must not run: the message says what is wrong with it."""


@dataclass(frozen=True)
class Change:
    """What becomes of an item: attributes given a value, attributes taken away.  Its key and kind stay."""

    given: Attributes = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if fixed := NEVER_CHANGED & self.names():
            raise BadMigration(f"{', '.join(sorted(fixed))} cannot be changed")
        if not self.names():
            raise BadMigration("a change that changes nothing: give None")

    def names(self) -> set[str]:
        """List the attributes that change."""
        return {*self.given, *self.taken}


@dataclass(frozen=True)
class Migration:
    """One migration.

    ``change`` tells what becomes of an item of these ``kinds``, ``None`` for nothing.  It may be asked again
    about an item that it has changed before, and remembers nothing between two.
    """

    number: int
    name: str
    kinds: tuple[str, ...]
    change: Callable[[Attributes], Change | None]
    readable_by_older: bool
    needed: bool = False

    def __post_init__(self) -> None:
        if not self.kinds:
            raise BadMigration(f"{self}: say which kinds of items it is about")

    def __str__(self) -> str:
        """Name it as its module is named."""
        return f"m{self.number:04}_{self.name}"


@cache
def all_migrations() -> tuple[Migration, ...]:
    """Find the migrations, in order; ``BadMigration`` when a number is missing or twice there."""
    found = tuple(_found())
    refuse_gaps(found)
    return found


def refuse_gaps(migrations: Sequence[Migration]) -> None:
    """Refuse numbers that are not 1, 2, 3…: one that was taken away could not be told from one to come."""
    numbers = [one.number for one in migrations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise BadMigration(f"the numbers of the migrations must be 1, 2, 3…: {numbers}")


def _found() -> Iterator[Migration]:
    for module in sorted(pkgutil.iter_modules(infra.migrations.__path__), key=lambda one: one.name):
        if MODULE.fullmatch(module.name):
            one: Migration = importlib.import_module(f"infra.migrations.{module.name}").MIGRATION
            if str(one) != module.name:
                raise BadMigration(f"{module.name} calls itself {one}")
            yield one
