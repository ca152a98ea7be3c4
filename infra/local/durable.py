"""The local AWS as a process that loses nothing (« python -m infra.local.durable », nuage local).

ministack keeps its state when it is stopped politely.  Started through this module it survives ``kill -9``:

- DynamoDB: each changed item is on disk before the answer leaves (``kept_items``), read back at the start;
- mail: each message is a file before the answer leaves (``kept_mail``);
- S3 objects: files, written by ministack itself;
- the rest (queues, bucket settings): a snapshot half a second after a write, less often when it is slow.

It leans on a handful of ministack's own functions, all named in this file, and the tests restart it for real.
"""

import asyncio
import fcntl
import gc
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from infra.local.kept_items import Item, KeptItems
from infra.local.kept_mail import KeptMail
from infra.local.resources import EXPIRY_ATTRIBUTE

# Services whose state this module keeps in its own way, or (SES) which is created again at each start.
_NOT_IN_SNAPSHOTS = ("dynamodb", "dynamodb_streams", "ses", "ses_v2")
_DEFINITIONS = ("CreateTable", "UpdateTable", "UpdateTimeToLive")
_READS = re.compile(r"(Get|Describe|List|Query|Scan|BatchGet|TransactGet|Receive|Head)")
_QUIET_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0

Answer = tuple[int, dict[str, str], Any]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Answer]]
Asgi = Callable[..., Awaitable[None]]


class DurableTable:
    """Puts ``KeptItems`` under ministack's DynamoDB."""

    def __init__(self, kept: KeptItems) -> None:
        from ministack.core import responses
        from ministack.services import dynamodb

        self._kept, self._dynamodb, self._responses = kept, dynamodb, responses
        self._changes: list[tuple[str, str, str, Item | None]] = []
        self._handle: Handler = dynamodb.handle_request
        self._set, self._remove = dynamodb._set_item, dynamodb._remove_item

    def attach(self) -> None:
        """Follow every change from now on."""
        self._dynamodb._set_item = self._set_item
        self._dynamodb._remove_item = self._remove_item
        self._dynamodb.handle_request = self._handle_request

    async def restore(self) -> None:
        """Replay the tables' definitions and put their items back."""
        for account, region, action, body in self._kept.definitions():
            self._responses.set_request_account_id(account)
            self._responses.set_request_region(region)
            await self._handle("POST", "/", {"x-amz-target": f"DynamoDB_20120810.{action}"}, body, {})
        # Hundreds of thousands of items that stay: looking for garbage among them would double the time.
        gc.disable()
        for table in self._dynamodb._tables.all_values():
            table["items"].update(self._kept.items(table["TableArn"], EXPIRY_ATTRIBUTE))
            self._dynamodb._items_replaced(table)
        gc.freeze()
        gc.enable()

    def flush(self) -> None:
        """Write what has changed: called before an answer leaves, and now and then for expired items."""
        changes, self._changes = self._changes, []
        if changes:
            self._kept.write(changes)

    def _set_item(self, table: dict[str, Any], pk: str, sk: str, item: Item) -> Item | None:
        self._changes.append((table["TableArn"], pk, sk, item))
        before: Item | None = self._set(table, pk, sk, item)
        return before

    def _remove_item(self, table: dict[str, Any], pk: str, sk: str) -> Item | None:
        self._changes.append((table["TableArn"], pk, sk, None))
        before: Item | None = self._remove(table, pk, sk)
        return before

    async def _handle_request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Answer:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        answer = await self._handle(method, path, headers, body, query)
        if action in (*_DEFINITIONS, "DeleteTable") and answer[0] == 200:
            self._note(action, body)
        self.flush()
        return answer

    def _note(self, action: str, body: bytes) -> None:
        account, region = self._responses.get_account_id(), self._responses.get_region()
        name = re.search(rb'"TableName"\s*:\s*"([^"]+)"', body)
        table = name[1].decode() if name else ""
        if action == "DeleteTable":
            self._kept.forget_table(
                f"arn:aws:dynamodb:{region}:{account}:table/{table}", account, region, table
            )
        else:
            self._kept.note_definition(account, region, action, table, body)


class Snapshots:
    """Saves the other services half a second after a write, with pauses in proportion to their cost."""

    def __init__(self, asgi: Asgi) -> None:
        self._asgi, self._dirty = asgi, False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on and notice whether it may have changed something."""
        await self._asgi(scope, receive, send)
        if scope["type"] == "http" and _may_change(scope):
            self._dirty = True

    async def keep_saving(self, table: DurableTable) -> None:
        """Save for as long as the process lives; one snapshot never takes more than a tenth of the time."""
        from ministack import app as ministack
        from ministack.core.persistence import save_all

        while True:
            await asyncio.sleep(_QUIET_SECONDS)
            table.flush()
            if self._dirty:
                self._dirty = False
                began = time.perf_counter()
                save_all(ministack._build_persistence_save_dict())
                await asyncio.sleep(min(_LONGEST_PAUSE_SECONDS, 10 * (time.perf_counter() - began)))


def _may_change(scope: dict[str, Any]) -> bool:
    if scope["path"].startswith("/_ministack"):
        return False
    target = dict(scope["headers"]).get(b"x-amz-target", b"").decode()
    if target.startswith("DynamoDB"):
        return False
    return not _READS.match(target.rpartition(".")[2]) if target else scope["method"] not in ("GET", "HEAD")


def _without_own_services(build: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    return lambda: {name: state for name, state in build().items() if name not in _NOT_IN_SNAPSHOTS}


def _stop_when_asked(stop: asyncio.Event) -> None:
    """Stop on SIGTERM, on SIGINT, and when the parent is gone: its end of our standard input closes."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def wait_for_parent() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_parent, daemon=True).start()


async def _serve(directory: Path, mail: Path, port: int) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as ministack

    kept = KeptItems(directory / "items.sqlite3")
    table = DurableTable(kept)
    await table.restore()
    table.attach()
    KeptMail(mail).attach()
    ministack._build_persistence_save_dict = _without_own_services(ministack._build_persistence_save_dict)
    snapshots: Any = Snapshots(ministack.app)
    config, stop = Config(), asyncio.Event()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout, config.graceful_timeout, config.loglevel = 75, 1, "WARNING"
    _stop_when_asked(stop)
    saving = asyncio.create_task(snapshots.keep_saving(table))
    await serve(snapshots, config, shutdown_trigger=stop.wait)
    saving.cancel()
    table.flush()
    kept.close()


def main() -> None:
    """Serve until told to stop; the directory is locked so that two never write into it."""
    directory, mail = Path(os.environ["STATE_DIR"]), Path(os.environ["MAIL_DIR"])
    os.umask(0o077)
    directory.mkdir(parents=True, exist_ok=True)
    # An import makes millions of small objects that stay: looking through them again and again costs a tenth.
    gc.set_threshold(200_000, 50, 1000)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_serve(directory, mail, int(os.environ["GATEWAY_PORT"])))
        # ministack's worker threads never end by themselves.
        os._exit(0)


if __name__ == "__main__":
    main()
