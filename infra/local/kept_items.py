"""DynamoDB items kept on disk as they are written (table conservée).

The local AWS writes its state to disk when it stops; a machine that loses its power, or ``kill -9``, would
take the accounts of the demonstration with it.  A snapshot of 200,000 items freezes the process for seconds.
So every change of an item goes into SQLite before its answer leaves: nothing acknowledged is ever lost.
"""

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

Item = dict[str, Any]
_SCHEMA = """
create table if not exists definition (position integer primary key, account text, region text, action text,
  name text, body blob);
create table if not exists item (arn text, pk text, sk text, body text,
  primary key (arn, pk, sk)) without rowid;
"""


class KeptItems:
    """The tables' definitions and items in one SQLite file; only the thread that made it may use it."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        # Handed to the operating system at each commit, which is what outlives kill -9.
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = normal")
        self._database.executescript(_SCHEMA)

    def note_definition(self, account: str, region: str, action: str, name: str, body: bytes) -> None:
        """Keep the request that created or changed a table, to be replayed at the next start."""
        with self._database:
            self._database.execute(
                "insert into definition (account, region, action, name, body) values (?, ?, ?, ?, ?)",
                (account, region, action, name, body),
            )

    def forget_table(self, arn: str, account: str, region: str, name: str) -> None:
        """Forget a deleted table and its items."""
        with self._database:
            self._database.execute("delete from item where arn = ?", (arn,))
            self._database.execute(
                "delete from definition where account = ? and region = ? and name = ?",
                (account, region, name),
            )

    def definitions(self) -> list[tuple[str, str, str, bytes]]:
        """Give the requests to replay: account, region, action, body, oldest first."""
        return self._database.execute(
            "select account, region, action, body from definition order by position"
        ).fetchall()

    def write(self, changes: list[tuple[str, str, str, Item | None]]) -> None:
        """Keep changes (table, partition key, sort key, item or ``None`` if deleted), all of them or none."""
        with self._database:
            for arn, pk, sk, item in changes:
                if item is None:
                    self._database.execute(
                        "delete from item where arn = ? and pk = ? and sk = ?", (arn, pk, sk)
                    )
                else:
                    self._database.execute(
                        "insert or replace into item values (?, ?, ?, ?)", (arn, pk, sk, json.dumps(item))
                    )

    def items(self, arn: str, expiry_attribute: str) -> dict[str, dict[str, Item]]:
        """Read a table's items, by partition key then sort key; those that have expired are forgotten."""
        path = f'$."{expiry_attribute}".N'
        with self._database:
            self._database.execute(
                "delete from item where arn = ? and instr(body, ?) and cast(body ->> ? as integer) <= ?",
                (arn, f'"{expiry_attribute}"', path, int(time.time())),
            )
        found: dict[str, dict[str, Item]] = {}
        rows = self._database.execute("select pk, sk, body from item where arn = ? order by pk, sk", (arn,))
        for pk, sk, body in rows:
            found.setdefault(pk, {})[sk] = json.loads(body)
        return found

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it."""
        self._database.execute("pragma wal_checkpoint(truncate)")
        self._database.close()
