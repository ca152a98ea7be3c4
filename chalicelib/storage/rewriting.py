"""Changing what is stored without losing what a newer version wrote in it (« réécriture »).

Two versions work on one table for a while at each deployment, and longer after one that is taken back.  An
item that is saved again whole has lost what this version does not know; one that is changed, or read whole
before it is put elsewhere, has not.
"""

from typing import TypeVar

from pynamodb.expressions.update import Action

from chalicelib.storage.table import Item, connection

ItemT = TypeVar("ItemT", bound=Item)


def rewriting(item: Item) -> list[Action]:
    """Spell a change of a stored item: what it says is set, what it does not say any more goes."""
    own = {name: one for name, one in type(item).get_attributes().items() if name not in {"pk", "sk"}}
    return [
        one.remove() if getattr(item, name) is None else one.set(getattr(item, name))
        for name, one in own.items()
    ]


def read_whole(kind: type[ItemT], pk: str, sk: str) -> ItemT | None:
    """Read an item, as last committed, with what a newer version wrote in it: saved, it has that still."""
    asked = {"TableName": Item.Meta.table_name, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}
    found = connection().dispatch("GetItem", {**asked, "ConsistentRead": True}).get("Item")
    if found is None:
        return None
    item = kind.from_raw_data(found)
    known = {one.attr_name for one in kind.get_attributes().values()}
    item.others = {name: value for name, value in found.items() if name not in known}
    return item
