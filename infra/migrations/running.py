"""Runs the migrations that a table lacks: page by page, each item once, whatever happens (« exécution »).

Here, and in a restore drill, a whole table is read.  The portal goes on meanwhile: an item is changed only if
it is still as it was read, and read again otherwise.  How far it came is kept in the table after each page.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.clock import wall_clock
from infra.migrations.migration import Attributes, Migration
from infra.migrations.pace import Pace, units_of
from infra.migrations.records import SILENCE, Record, Records, Runner
from infra.migrations.writing import update

PAGE = 200
TRIES = 10
CHANGED_MEANWHILE = {"ConditionalCheckFailedException", "TransactionConflictException"}


class TooBusy(Exception):
    """An item changed each time it was to be migrated."""


@dataclass(frozen=True)
class Migrating:
    """One table to be migrated, and by whom.

    ``known_before`` are the numbers that the release before the present one knows; ``None`` when there is
    none to go back to.  ``silence`` is how long a run that was cut off keeps others away; ``None`` where
    nobody else can be running one.
    """

    dynamodb: Any
    table: str
    by: str
    release: str = ""
    known_before: Collection[int] | None = None
    say: Callable[[str], None] = lambda _: None
    pace: Pace = field(default_factory=Pace)
    now: Callable[[], datetime] = wall_clock
    silence: timedelta | None = SILENCE
    page: int = PAGE

    def run(self, migrations: Sequence[Migration]) -> list[Record]:
        """Run what has not come to its end, in order, up to the first that has to wait; give what has run."""
        records, ran = Records(self.dynamodb, self.table), []
        known = records.all() if migrations else {}
        for one in migrations:
            if one.number in known and known[one.number].done:
                continue
            if self._has_to_wait(one):
                self.say(f"  {one} waits: the release before this one could not read what it leaves")
                break
            ran.append(self._run(records, one))
        return ran

    def try_out(self, migrations: Sequence[Migration]) -> list[tuple[Migration, int, int]]:
        """Count what each missing migration would look at and change, and change nothing."""
        known, counted = Records(self.dynamodb, self.table).all(), []
        for one in migrations:
            if one.number in known and known[one.number].done:
                continue
            seen = changed = 0
            for items, _ in self._pages(one, None):
                seen += len(items)
                changed += sum(one.change(item) is not None for item in items)
            waits = ", but it would wait for the next release" if self._has_to_wait(one) else ""
            self.say(f"  {one} would change {changed} of {seen} items{waits}")
            counted.append((one, seen, changed))
        return counted

    def _has_to_wait(self, one: Migration) -> bool:
        known = self.known_before
        return not one.readable_by_older and known is not None and one.number not in known

    def _run(self, records: Records, one: Migration) -> Record:
        runner = Runner(self.by, self.release, secrets.token_hex(8))
        record = records.take(one, runner, self.now(), self.silence)
        self.say(f"  {one} {'goes on' if record.checkpoint else 'begins'}")
        try:
            for items, reached in self._pages(one, record.checkpoint):
                changed = sum(self._migrate(one, item) for item in items)
                record = records.advance(
                    one, runner, self.now(), seen=len(items), changed=changed, reached=reached
                )
                if record.done or changed:
                    self.say(f"  {one}: {record.changed} of {record.seen} items changed")
        finally:
            if not record.done:
                records.leave(one, runner)
        return record

    def _pages(
        self, one: Migration, start: Attributes | None
    ) -> Iterator[tuple[list[Attributes], Attributes | None]]:
        """Read the table from a key on; give each page with the key it ends at, ``None`` at the end."""
        asked: dict[str, Any] = {
            "TableName": self.table,
            "Limit": self.page,
            "ConsistentRead": True,
            "ReturnConsumedCapacity": "TOTAL",
        }
        if one.kinds:
            names = {f":kind{index}": {"S": kind} for index, kind in enumerate(one.kinds)}
            asked |= {"FilterExpression": f"kind IN ({', '.join(names)})", "ExpressionAttributeValues": names}
        while True:
            if start:
                asked["ExclusiveStartKey"] = start
            found = self.dynamodb.scan(**asked)
            start = found.get("LastEvaluatedKey")
            self._spent(found)
            yield found["Items"], start
            if not start:
                return

    def _migrate(self, one: Migration, item: Attributes) -> bool:
        """Change an item as it is now; ``False`` when there is nothing to change."""
        key = {"pk": item["pk"], "sk": item["sk"]}
        for _ in range(TRIES):
            change = one.change(item)
            if change is None:
                return False
            try:
                self._spent(self.dynamodb.update_item(**update(self.table, item, change)))
            except ClientError as error:
                if error.response["Error"]["Code"] not in CHANGED_MEANWHILE:
                    raise
            else:
                return True
            read = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
            if "Item" not in read:
                return False
            item = read["Item"]
        raise TooBusy(
            f"{one}: an item of the kind {item['kind']['S']} changed {TRIES} times while it was read"
        )

    def _spent(self, answer: Any) -> None:
        self.pace.spend(units_of(answer))
