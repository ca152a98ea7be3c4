"""D3: what an earlier version wrote is read, and what a newer one wrote beside it is never dropped.

Two versions work on one table for a while at each deployment, and for longer after one that is taken back.
"""

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from chalicelib.storage.table import Item, connection
from tests.storage.books import stored_items
from tests.storage.kept_shapes import FOLDER, Raw, classes, keep, kept, shape_of, table_of, versions_of
from tests.storage.whole_tables import PAID, pages, write_everything

KEEP = "KEEP_SHAPES"
COMMAND = f"{KEEP}=yes .venv/bin/pytest tests/storage/test_shapes.py"
STORED = [
    pytest.param(kind, item, id=f"{path.parent.name}-{kind}-{rank}")
    for path in sorted(FOLDER.glob("*/*.json"))
    for kind in [path.stem]
    for rank, item in enumerate(kept(kind, int(path.parent.name)))
]
# Pages that say today what a version did not keep: since when the password is what it is, and that a ticket
# goes to the address that was signed in with.
SAYS_MORE = {1: {"/informations-personnelles", f"/paiement/{PAID.id}"}}
NEWEST = max(int(path.parent.name) for path in FOLDER.glob("*/*.json"))


def put_raw(items: list[Raw]) -> None:
    for item in items:
        connection().dispatch("PutItem", {"TableName": Item.Meta.table_name, "Item": item})


def written() -> dict[str, list[Raw]]:
    """Give what is in the table, by kind."""
    found: dict[str, list[Raw]] = {}
    for _, item in sorted(stored_items().items()):
        found.setdefault(item["kind"]["S"], []).append(item)
    return found


@pytest.mark.usefixtures("table", "clock")
def test_every_kind_of_item_is_kept_as_it_is_written_today() -> None:
    write_everything()

    today = written()
    assert today.keys() == classes().keys(), "a new kind of item: have whole_tables.write_everything write it"
    changed = {
        kind: items
        for kind, items in today.items()
        if not versions_of(kind) or shape_of(kept(kind, NEWEST)) != shape_of(items)
    }
    if os.environ.get(KEEP):
        for kind in sorted(changed):
            keep(kind, changed.pop(kind))
    assert sorted(changed) == [], f"other shapes than the kept ones; if that is meant: {COMMAND}"


def assert_whole(item: Item) -> None:
    """Check that an item has all it must have, and makes sense to the domain."""
    for name, attribute in type(item).get_attributes().items():
        assert attribute.null or getattr(item, name) is not None, f"{name} needs a default"
    if hasattr(item, "to_domain"):
        assert_typed(item.to_domain())


def assert_typed(thing: Any) -> None:
    """Check that each field of a dataclass holds what it is declared to hold."""
    hints = get_type_hints(type(thing))
    for field in fields(thing):
        value, hint = getattr(thing, field.name), hints[field.name]
        allowed = tuple(getattr(one, "__origin__", one) for one in get_args(hint) or (hint,))
        whole = getattr(hint, "__origin__", None) in {tuple, frozenset, Mapping}
        assert isinstance(value, hint.__origin__ if whole else allowed), f"{field.name}: {value!r}"
        for one in value if whole else ():
            if is_dataclass(one):
                assert_typed(one)


@pytest.mark.parametrize(("kind", "stored"), STORED)
def test_what_was_ever_written_is_read(kind: str, stored: Raw) -> None:
    item = Item.from_raw_data(stored)

    assert type(item) is classes()[kind]
    assert_whole(item)


@pytest.mark.parametrize(("kind", "stored"), STORED)
def test_what_may_be_missing_is_not_missed(kind: str, stored: Raw) -> None:
    """Take away all that has a default or may be nothing: older versions may not have known of it."""
    attributes = classes()[kind].get_attributes()
    needed = {one.attr_name for one in attributes.values() if not one.null and one.default is None}

    assert_whole(Item.from_raw_data({name: value for name, value in stored.items() if name in needed}))


def test_a_list_that_is_missing_is_made_anew_for_each_item() -> None:
    bare = {name: {"S": name} for name in ("pk", "sk")} | {"kind": {"S": "request"}}
    first, second = Item.from_raw_data(bare), Item.from_raw_data(bare)

    first.thread.append("a line")  # type: ignore[attr-defined]
    assert second.thread == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
@pytest.mark.usefixtures("table", "clock")
def test_a_table_of_any_version_gives_the_same_pages(version: int) -> None:
    write_everything()
    expected = pages()
    of_today = stored_items()

    put_raw(table_of(version))
    assert stored_items().keys() == of_today.keys()
    seen, more = pages(), SAYS_MORE.get(version, set())
    assert {path for path in expected if seen[path] != expected[path]} == more
