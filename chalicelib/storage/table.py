"""The portal's one DynamoDB table: what every item has, and how it is asked; its keys are in ``keys``."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import Attribute, DiscriminatorAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import GetError, PynamoDBException, QueryError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.storage.outages import tell_outages
from chalicelib.storage.reading import class_of, readers_of
from chalicelib.storage.wire import PlainAnswers

CONDITION_FAILED = "ConditionalCheckFailed"
CONTENDED = "TransactionConflict"
MOST_KEYS = 100
ERRORS: dict[str, type[PynamoDBException]] = {"Query": QueryError, "BatchGetItem": GetError}


class Whole(Attribute[int]):
    """A whole number; money is whole cents."""

    attr_type = "N"

    def serialize(self, value: int) -> str:
        """Spell the number."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """Read the number without going through JSON."""
        return int(value)


class Moment(Attribute[datetime]):
    """An aware moment in UTC, spelled so that the order of texts is the order of time."""

    attr_type = "S"

    def serialize(self, value: datetime) -> str:
        """Spell a moment."""
        return moment(value)

    def deserialize(self, value: str) -> datetime:
        """Read a moment."""
        return datetime.fromisoformat(value)


class Day(Attribute[date]):
    """A day of the calendar."""

    attr_type = "S"

    def serialize(self, value: date) -> str:
        """Spell a day."""
        return value.isoformat()

    def deserialize(self, value: str) -> date:
        """Read a day."""
        return date.fromisoformat(value)


class Texts(Attribute[list[str]]):
    """A list of texts, in order."""

    attr_type = "L"

    def serialize(self, value: list[str]) -> list[dict[str, str]]:
        """Spell the texts."""
        return [{"S": one} for one in value]

    def deserialize(self, value: list[dict[str, str]]) -> list[str]:
        """Read the texts."""
        return [one["S"] for one in value]


class Facts(Attribute[dict[str, str]]):
    """Texts by name."""

    attr_type = "M"

    def serialize(self, value: dict[str, str]) -> dict[str, dict[str, str]]:
        """Spell the texts."""
        return {name: {"S": one} for name, one in value.items()}

    def deserialize(self, value: dict[str, dict[str, str]]) -> dict[str, str]:
        """Read the texts."""
        return {name: one["S"] for name, one in value.items()}


class DueIndex(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    """Sparse index of what has something left to be done; an item leaves it by losing ``due_pk``."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    due_pk = UnicodeAttribute(hash_key=True)
    due_sk = UnicodeAttribute(range_key=True)


class Item(Model):
    """Base of all items; ``kind`` tells them apart on the way back.  All share one connection."""

    class Meta:
        table_name = ""
        connect_timeout_seconds = 1
        read_timeout_seconds = 3
        max_retry_attempts = 2

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    due_pk = UnicodeAttribute(null=True)
    due_sk = UnicodeAttribute(null=True)
    due = DueIndex()
    # What a newer version wrote in it, if it was read whole.
    others: Mapping[str, Any] = MappingProxyType({})

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:
        """Spell an item."""
        return {**self.others, **super().serialize(null_check)}

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Read an item in one pass over its own attributes: half the time of PynamoDB's general way.

        What was written before an attribute was there has that attribute's default.
        """
        if data is None:
            raise ValueError("no item")
        stored = class_of(Item, data["kind"]["S"])
        readers, defaults = readers_of(Item, stored)
        item = object.__new__(stored)
        item.attribute_values = {
            name: read(data[spelled][letter]) for name, spelled, letter, read in readers if spelled in data
        }
        for name, default in defaults:
            if name not in item.attribute_values:
                item.attribute_values[name] = default() if callable(default) else default
        return item  # type: ignore[no-any-return]


def use_table(name: str) -> None:
    """Choose the table, and open the one connection to it.

    It is made here, on the base class: an item class that finds none there would make one of its own, and
    each costs a client of botocore.  The client is made at once, in the thread that chose its parser of
    answers, since PynamoDB keeps a session of botocore per thread.
    """
    if Item.Meta.table_name != name:
        leave_table()
        Item.Meta.table_name = name
        tell_outages(connection())
        connection().session.register_component("response_parser_factory", PlainAnswers())
        _ = connection().client


def leave_table() -> None:
    """Forget the table and the connection to it."""
    Item.Meta.table_name = ""
    Item._connection = None


def connection() -> Connection:
    """Give the one connection that all items share."""
    return Item._get_connection().connection


def condition_failed(error: PynamoDBException) -> bool:
    """Tell whether a single write was refused by its condition, and by nothing else."""
    return bool(error.cause_response_code == "ConditionalCheckFailedException")


def moment(at: datetime) -> str:
    """Spell a moment for keys: UTC, microseconds, fixed width."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def backwards(
    pk: str, lowest: str, highest: str, limit: int | None = None, *, consistent: bool = False
) -> Iterator[Any]:
    """Read a partition from ``highest`` down to ``lowest`` (both included), page after page.

    The question is always the same, so it is spelled here: PynamoDB would build it anew from objects each
    time.  Its connection asks it, with its tries and pauses.
    """
    asked: dict[str, Any] = {
        "TableName": Item.Meta.table_name,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :lowest AND :highest",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":lowest": {"S": lowest}, ":highest": {"S": highest}},
        "ScanIndexForward": False,
        "ConsistentRead": consistent,
    }
    while True:
        if limit is not None:
            asked["Limit"] = limit
        found = _ask("Query", asked)
        yield from map(Item.from_raw_data, found["Items"])
        if limit is not None:
            limit -= len(found["Items"])
        if "LastEvaluatedKey" not in found or limit == 0:
            return
        asked["ExclusiveStartKey"] = found["LastEvaluatedKey"]


def together(keys: Sequence[tuple[str, str]]) -> Iterator[Any]:
    """Read items by their keys, as last committed, a hundred in one request; what is absent is left out."""
    waiting = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]
    table = Item.Meta.table_name
    while waiting:
        asked, waiting = waiting[:MOST_KEYS], waiting[MOST_KEYS:]
        found = _ask("BatchGetItem", {"RequestItems": {table: {"Keys": asked, "ConsistentRead": True}}})
        yield from map(Item.from_raw_data, found["Responses"].get(table, []))
        waiting += found.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])


def _ask(operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return connection().dispatch(operation, dict(asked))
    except (BotoCoreError, ClientError) as error:
        raise ERRORS[operation](f"{operation} failed: {error}", error) from error
