"""A whole table, read once: a print of each item, what the books say, which papers there are (« relevé »).

Only operators' tools read a table from end to end; the portal never does.
"""

import hashlib
import importlib
import json
import pkgutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib import storage
from chalicelib.storage.keys import book_key
from chalicelib.storage.table import Item
from infra.migrations.pace import Pace, units_of
from infra.migrations.running import PAGE

Raw = dict[str, Any]
ENTRY, TOTAL, DOCUMENT = "entry", "total", "document"
LEASES_BOOKS = book_key("lease:")
# What reading an item that does not fit raises.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@dataclass
class Picture:
    """What a table holds: prints by kind and key, sums of cents by account, sizes of papers by file."""

    prints: dict[str, dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    lines: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    papers: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Give the number of items."""
        return sum(map(len, self.prints.values()))

    def wrong_accounts(self) -> list[str]:
        """Give the leases' accounts whose balance is not the sum of their lines."""
        leases = {account for account in self.lines if account.startswith(LEASES_BOOKS)}
        return sorted(one for one in leases | self.totals.keys() if self.lines[one] != self.totals[one])

    def see(self, item: Raw) -> None:
        """Take an item in."""
        kind, partition = item.get("kind", {}).get("S", ""), item["pk"]["S"]
        self.prints[kind][print_of([item["pk"], item["sk"]])] = print_of(item)
        if kind == ENTRY:
            self.lines[partition] += int(item["cents"]["N"])
        elif kind == TOTAL:
            self.totals[partition] += int(item["cents"]["N"])
        elif kind == DOCUMENT:
            self.papers[item["key"]["S"]] = int(item["size_bytes"]["N"])
        if not _is_read(item):
            self.unreadable.append(f"{partition} {item['sk']['S']}")


def picture_of(items: Iterable[Raw]) -> Picture:
    """Read every item as the portal of this tree does, and take its print."""
    for module in pkgutil.iter_modules(storage.__path__):
        importlib.import_module(f"{storage.__name__}.{module.name}")
    picture = Picture()
    for item in items:
        picture.see(item)
    return picture


def all_items(dynamodb: Any, table: str, pace: Pace) -> Iterator[Raw]:
    """Read a table from end to end, no faster than a migration does: tenants use it meanwhile."""
    asked = {"TableName": table, "Limit": PAGE, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}
    for page in dynamodb.get_paginator("scan").paginate(**asked):
        yield from page["Items"]
        pace.spend(units_of(page))


def print_of(said: object) -> bytes:
    """Give a short print of an item or a key, whatever the order in which DynamoDB tells it."""
    return hashlib.blake2b(json.dumps(_sorted(said), sort_keys=True).encode(), digest_size=16).digest()


def _sorted(said: Any) -> Any:
    match said:
        case {"SS": [*texts]}:
            return {"SS": sorted(texts)}
        case dict():
            return {name: _sorted(value) for name, value in said.items()}
        case list():
            return [_sorted(one) for one in said]
        case bytes():
            return said.hex()
    return said


def _is_read(item: Raw) -> bool:
    """Tell whether the portal can read an item; a kind that only others know is none of its business."""
    if "kind" not in item:
        return True
    try:
        found = Item.from_raw_data(item)
        if hasattr(found, "to_domain"):
            found.to_domain()
    except UNREADABLE:
        return False
    return True
