"""What the table knows of the migrations that have run in it: one item for each (« registre »)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.migrations.migration import Attributes, Migration

PARTITION, KIND = "MIGRATIONS", "migration"
RUNNING, DONE = "running", "done"
# Whoever runs a migration tells so after every page; who has said nothing for this long has been cut off.
SILENCE = timedelta(minutes=2)
FOR_EVER = "9999"
ADDED = " ADD seen :seen, changed :changed"


class Taken(Exception):
    """Somebody else runs this migration at the moment."""


@dataclass(frozen=True)
class Record:
    """One migration in one table: by whom, when, how many items it saw and changed, and how far it came."""

    number: int
    name: str
    state: str
    readable_by_older: bool
    by: str
    release: str
    started_at: str
    finished_at: str
    seen: int
    changed: int
    checkpoint: Attributes | None

    @property
    def done(self) -> bool:
        """Tell whether it came to its end."""
        return self.state == DONE


@dataclass(frozen=True)
class Runner:
    """Who runs migrations: the person or machine, the release that stands, and this run alone (``id``)."""

    by: str
    release: str
    id: str


class Records:
    """The items of the migrations in one table."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb, self._table = dynamodb, table

    def all(self) -> dict[int, Record]:
        """Read what has run, or begun to."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": PARTITION}},
            ConsistentRead=True,
        )
        found = [_record(item) for page in pages for item in page["Items"]]
        return {one.number: one for one in found}

    def take(self, migration: Migration, runner: Runner, now: datetime, silence: timedelta | None) -> Record:
        """Begin a migration, or go on with one that was cut off; ``Taken`` while somebody else is at it."""
        values = {
            ":kind": KIND,
            ":name": migration.name,
            ":running": RUNNING,
            ":by": runner.by,
            ":release": runner.release,
            ":id": runner.id,
            ":now": _spelled(now),
            ":silent": _spelled(now - silence) if silence else FOR_EVER,
        }
        try:
            found = self._update(
                migration,
                "SET kind = :kind, #name = :name, #state = :running, readable_by_older = :older, #by = :by, "
                "#release = if_not_exists(#release, :release), holder = :id, beat_at = :now, "
                "started_at = if_not_exists(started_at, :now), "
                "seen = if_not_exists(seen, :zero), changed = if_not_exists(changed, :zero)",
                "(attribute_not_exists(holder) OR beat_at <= :silent) "
                "AND (attribute_not_exists(#state) OR #state = :running)",
                {name: {"S": value} for name, value in values.items()}
                | {":older": {"BOOL": migration.readable_by_older}, ":zero": {"N": "0"}},
                {"#name": "name", "#state": "state", "#by": "by", "#release": "release"},
            )
        except ClientError as error:
            raise _taken(error, migration) from error
        return _record(found)

    def advance(
        self,
        migration: Migration,
        runner: Runner,
        now: datetime,
        *,
        seen: int,
        changed: int,
        reached: Attributes | None,
    ) -> Record:
        """Write how far it came, or that this was the end (``reached`` is ``None``).

        ``Taken`` when somebody thought that we had been cut off, and goes on in our place.
        """
        kept: dict[str, Any] = {
            ":id": {"S": runner.id},
            ":now": {"S": _spelled(now)},
            ":seen": {"N": str(seen)},
            ":changed": {"N": str(changed)},
        }
        names: dict[str, str] = {}
        if reached is None:
            said = "SET #state = :done, finished_at = :now REMOVE checkpoint, holder, beat_at"
            kept[":done"], names["#state"] = {"S": DONE}, "state"
        else:
            said = "SET checkpoint = :reached, beat_at = :now"
            kept[":reached"] = {"M": reached}
        try:
            return _record(self._update(migration, said + ADDED, "holder = :id", kept, names))
        except ClientError as error:
            raise _taken(error, migration) from error

    def leave(self, migration: Migration, runner: Runner) -> None:
        """Let somebody else go on at once."""
        try:
            self._update(migration, "REMOVE holder, beat_at", "holder = :id", {":id": {"S": runner.id}}, {})
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _update(
        self,
        migration: Migration,
        said: str,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str],
    ) -> Attributes:
        asked: dict[str, Any] = {"ExpressionAttributeNames": dict(names)} if names else {}
        found: Attributes = self._dynamodb.update_item(
            TableName=self._table,
            Key=record_key(migration.number),
            UpdateExpression=said,
            ConditionExpression=condition,
            ExpressionAttributeValues=dict(values),
            ReturnValues="ALL_NEW",
            **asked,
        )["Attributes"]
        return found


def record_key(number: int) -> dict[str, dict[str, str]]:
    """Give the key of a migration's item."""
    return {"pk": {"S": PARTITION}, "sk": {"S": f"{number:04}"}}


def _record(item: Attributes) -> Record:
    def text(name: str) -> str:
        return str(item.get(name, {}).get("S", ""))

    return Record(
        number=int(text("sk")),
        name=text("name"),
        state=text("state"),
        readable_by_older=bool(item["readable_by_older"]["BOOL"]),
        by=text("by"),
        release=text("release"),
        started_at=text("started_at"),
        finished_at=text("finished_at"),
        seen=int(item["seen"]["N"]),
        changed=int(item["changed"]["N"]),
        checkpoint=item["checkpoint"]["M"] if "checkpoint" in item else None,
    )


def _taken(error: ClientError, migration: Migration) -> Taken:
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    return Taken(f"{migration} is being run by somebody else, or was cut off less than two minutes ago: wait")


def _spelled(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
