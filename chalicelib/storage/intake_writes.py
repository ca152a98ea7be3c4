"""Writing many items at once for the import: spelled by the models, sent as they are, in large transactions.

PynamoDB's way of saving costs three times as much per item, and a landlord brings in some 200,000.
"""

import hashlib
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from random import SystemRandom
from typing import Any

from pynamodb.exceptions import VerboseClientError

from chalicelib.storage.table import CONDITION_FAILED, CONTENDED, Item, connection

Raw = dict[str, Any]
Action = dict[str, Raw]
Key = tuple[str, str]
MOST_ACTIONS = 100
MOST_KEYS = 100
TRIES = 6
MARKS = "~ROWS"
MAY_EMPTY = frozenset(
    (
        "ends_on", "lease_ends_on", "born_on", "since_on", "until_on", "reason", "to_check", "handler",
        "comment", "email", "home_phone", "mobile_phone", "work_phone", "benefit_number", "benefit_office",
        "employment", "occupation", "employer", "employer_address",
    )
)  # fmt: skip
_jitter = SystemRandom()


class Shelf:
    """A partition as the import needs it: what was last brought in, and its items if they must be compared.

    ``marks`` holds, by sort key, the print of what the files last said.  A row that says the same again is
    not compared with the table: what the portal changed since then stays.
    """

    def __init__(self, pk: str, *, exists: bool, marks: str = "") -> None:
        self.pk = pk
        self.exists = exists
        self.marks_text = marks if exists else ""
        self.marks = {sk: mark for mark, sk in (line.split(" ", 1) for line in self.marks_text.splitlines())}

    @cached_property
    def items(self) -> dict[str, Raw]:
        """Read the partition, once."""
        return {raw["sk"]["S"]: raw for raw in read_partition(self.pk)} if self.exists else {}


def raw(item: Item) -> Raw:
    """Spell an item as DynamoDB's client sends it."""
    return item.serialize()


def print_of(said: object) -> str:
    """Give a short print of what a row says."""
    return hashlib.blake2b(repr(said).encode(), digest_size=6).hexdigest()


def marks_text(marks: dict[str, str]) -> str:
    """Spell the prints of a partition for the table: « print key » by line."""
    return "\n".join(f"{mark} {sk}" for sk, mark in sorted(marks.items()))


def put(item: Raw, *, absent: bool = False) -> Action:
    """Write an item whole; with ``absent``, only if there is none of its key."""
    action: Raw = {"TableName": Item.Meta.table_name, "Item": item}
    if absent:
        action["ConditionExpression"] = "attribute_not_exists(pk)"
    return {"Put": action}


def keep(item: Raw) -> Action:
    """Write what an item says, whether it is there or not; what else it says stays."""
    said = {name: value for name, value in item.items() if name not in {"pk", "sk"}}
    update: Raw = {
        "TableName": Item.Meta.table_name,
        "Key": {"pk": item["pk"], "sk": item["sk"]},
        "UpdateExpression": "SET " + ", ".join(f"#{rank} = :{rank}" for rank in range(len(said))),
        "ExpressionAttributeNames": {f"#{rank}": name for rank, name in enumerate(said)},
        "ExpressionAttributeValues": {f":{rank}": value for rank, value in enumerate(said.values())},
    }
    return {"Update": update}


def remove(pk: str, sk: str) -> Action:
    """Delete an item."""
    return {"Delete": {"TableName": Item.Meta.table_name, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}


def change(
    stored: Raw, wanted: Raw, if_still: str = "", may_empty: Collection[str] = MAY_EMPTY
) -> Action | None:
    """Write the attributes that differ; ``None`` if none does.

    Attributes that the files know nothing of stay as they are.  ``if_still`` names what must not
    have changed since it was read, ``may_empty`` what goes when it is no longer said.
    """
    changed = {name: value for name, value in wanted.items() if stored.get(name) != value}
    emptied = [name for name in stored if name in may_empty and name not in wanted]
    if not changed and not emptied:
        return None
    names = dict.fromkeys([*changed, *emptied, *([if_still] if if_still else [])])
    spelled = {name: f"#{rank}" for rank, name in enumerate(names)}
    values = {f":{rank}": value for rank, value in enumerate(changed.values())}
    sets = ", ".join(f"{spelled[name]} = :{rank}" for rank, name in enumerate(changed))
    removes = ", ".join(spelled[name] for name in emptied)
    parts = [f"{verb} {what}" for verb, what in (("SET", sets), ("REMOVE", removes)) if what]
    update: Raw = {
        "TableName": Item.Meta.table_name,
        "Key": {"pk": stored["pk"], "sk": stored["sk"]},
        "UpdateExpression": " ".join(parts),
        "ExpressionAttributeNames": {mark: name for name, mark in spelled.items()},
    }
    if if_still in stored:
        values[":still"] = stored[if_still]
        update["ConditionExpression"] = f"{spelled[if_still]} = :still"
    elif if_still:
        update["ConditionExpression"] = f"attribute_not_exists({spelled[if_still]})"
    if values:
        update["ExpressionAttributeValues"] = values
    return {"Update": update}


def commit(actions: Sequence[Action]) -> bool:
    """Commit one transaction; ``False`` if a condition refused it.  One that met another is tried again."""
    for attempt in range(TRIES):
        try:
            connection().dispatch("TransactWriteItems", {"TransactItems": list(actions)})
        except VerboseClientError as error:
            codes = {reason.code for reason in error.cancellation_reasons if reason}
            if not codes or not codes <= {CONDITION_FAILED, CONTENDED}:
                raise
            if CONTENDED not in codes:
                return False
            time.sleep(_jitter.uniform(0, 0.05 * 2**attempt))
        else:
            return True
    return False


def read_partition(pk: str) -> Iterator[Raw]:
    """Read all items of a partition, as last committed."""
    query: Raw = {
        "TableName": Item.Meta.table_name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ConsistentRead": True,
    }
    while True:
        page = connection().dispatch("Query", query)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def read_keys(keys: Iterable[Key]) -> dict[Key, Raw]:
    """Read items by their keys, as last committed; those that are not there are left out."""
    wanted = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in dict.fromkeys(keys)]
    found: dict[Key, Raw] = {}
    table = Item.Meta.table_name
    while wanted:
        asked, wanted = wanted[:MOST_KEYS], wanted[MOST_KEYS:]
        request: Raw = {"RequestItems": {table: {"Keys": asked, "ConsistentRead": True}}}
        answer = connection().dispatch("BatchGetItem", request)
        for item in answer["Responses"].get(table, []):
            found[item["pk"]["S"], item["sk"]["S"]] = item
        wanted += answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
    return found
