"""Units of DynamoDB, by its own rules: what one request reads and writes (« capacité »).

A read unit is 4 KiB as last committed, half of one where it may be a moment old; a write unit is 1 KiB of the
larger of the item before and after; in a transaction both count twice.  The index takes a write of its own
for every change of an item that is in it.
"""

from collections.abc import Mapping
from typing import Any

from benchmarks.figures import item_bytes

READ_BYTES, WRITE_BYTES = 4096, 1024
IN_TRANSACTION = 2
INDEXED = ("due_pk", "due_sk")
Item = Mapping[str, Mapping[str, Any]]
Key = tuple[str, str, str]
WRITES = {"PutItem": "Item", "UpdateItem": "Key", "DeleteItem": "Key"}
WRITES_TOGETHER = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}


def read_units(operation: str, asked: Mapping[str, Any], found: Mapping[str, Any]) -> float:
    """Count what a read takes; nothing if it is not one."""
    match operation:
        case "GetItem":
            return _steps(item_bytes(found.get("Item", {})), READ_BYTES) * _freshness(asked)
        case "Query":
            return _steps(sum(map(item_bytes, found.get("Items", ()))), READ_BYTES) * _freshness(asked)
        case "BatchGetItem":
            return sum(
                _of_a_batch(keys, found["Responses"].get(table, []))
                for table, keys in asked["RequestItems"].items()
            )
    return 0


def _of_a_batch(asked: Mapping[str, Any], found: list[Item]) -> float:
    absent = len(asked["Keys"]) - len(found)
    return (sum(_steps(item_bytes(item), READ_BYTES) for item in found) + absent) * _freshness(asked)


def written_keys(operation: str, asked: Mapping[str, Any]) -> list[Key]:
    """Name the items that a request writes, or makes a condition of."""
    if operation in WRITES:
        return [_key(asked["TableName"], asked[WRITES[operation]])]
    if operation == "TransactWriteItems":
        return [
            _key(one["TableName"], one[WRITES_TOGETHER[kind]])
            for action in asked["TransactItems"]
            for kind, one in action.items()
        ]
    if operation == "BatchWriteItem":
        raise LookupError("the portal's pages and workers write no batches: count them before they do")
    return []


def write_units(operation: str, before: list[Item], after: list[Item]) -> float:
    """Count what a write took, from the items as they were and as they are."""
    times = IN_TRANSACTION if operation == "TransactWriteItems" else 1
    pairs = list(zip(before, after, strict=True))
    return sum(times * _larger(was, now) + _of_the_index(was, now) for was, now in pairs)


def _of_the_index(was: Item, now: Item) -> int:
    listed = [INDEXED[0] in item for item in (was, now)]
    if not any(listed) or was == now:
        return 0
    moved = all(listed) and any(was[name] != now[name] for name in INDEXED)
    return _larger(was, {}) + _larger(now, {}) if moved else _larger(was, now)


def _larger(was: Item, now: Item) -> int:
    return _steps(max(item_bytes(was), item_bytes(now)), WRITE_BYTES)


def _steps(size: int, step: int) -> int:
    return max(1, -(-size // step))


def _freshness(asked: Mapping[str, Any]) -> float:
    return 1 if asked.get("ConsistentRead") else 0.5


def _key(table: str, item: Item) -> Key:
    return table, str(item["pk"]["S"]), str(item["sk"]["S"])
