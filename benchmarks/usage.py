"""What a journey uses of AWS, counted while the portal runs (« consommation »).

Requests are counted where botocore takes them, with what was asked and what came back; processor time is that
of the thread that answers.  ``assumptions`` adds what happens beside our code.
"""

import email
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from chalice.app import Chalice, EventSourceHandler

from benchmarks import assumptions
from benchmarks.capacity import Item, read_units, write_units, written_keys
from benchmarks.figures import item_bytes
from benchmarks.prices import Unit, dollars
from chalicelib.config import ROOT
from chalicelib.domain.stints import Stint
from chalicelib.handlers import outbox_jobs, paper_jobs
from chalicelib.portal import now
from infra.local.stripe import server

WEB = "api_handler"
EXPIRES = "expires_at_epoch"


@dataclass
class Usage:
    """So many of each unit."""

    units: dict[Unit, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, unit: Unit, amount: float = 1) -> None:
        """Count some more of a unit."""
        self.units[unit] += amount

    def add_all(self, other: "Usage", times: float = 1) -> None:
        """Count what another counted, so many times."""
        for unit, amount in other.units.items():
            self.add(unit, amount * times)

    @property
    def dollars(self) -> float:
        """Say what all of it costs."""
        return sum(dollars(unit, amount) for unit, amount in self.units.items())


class UsageMeter:
    """Counts what the portal's functions use while they run; what runs outside of them does not count."""

    def __init__(self) -> None:
        self._usage = Usage()
        self._within = False
        self._waited_ms = self._aside_s = self._paused_s = 0.0
        self._share = 1.0
        self.receipts: list[str] = []
        self._call = BaseClient._make_api_call
        self._own = boto3.client("dynamodb")
        functions = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))["lambda_functions"]
        self._megabytes = {name: one["lambda_memory_size"] for name, one in functions.items()}
        self._system_bytes = {name: assumptions.bytes_of_system_lines(name) for name in functions}
        self._tells_of_files = assumptions.tells_of_files()
        self._access_bytes = assumptions.bytes_of_access_line()

    @contextmanager
    def counting(self) -> Iterator[Usage]:
        """Count what functions use within."""
        meter, web, job, asked_of_stripe = self, Chalice.__call__, EventSourceHandler.__call__, server.answer

        def page(app: Chalice, event: Any, context: Any) -> Any:
            meter._comes_in()
            with meter.running(WEB):
                return web(app, event, context)

        def worker(handler: EventSourceHandler, event: Any, context: Any) -> Any:
            with meter.running(handler.func.__name__):
                return job(handler, event, context)

        def request(client: Any, operation: str, asked: dict[str, Any]) -> Any:
            return meter._requested(client, operation, asked)

        def stripe(*asked: Any) -> Any:
            meter._waited_ms += assumptions.WAIT_FOR_STRIPE_MS
            return asked_of_stripe(*asked)

        counted = self._usage = Usage()
        with ExitStack() as patches:
            patches.enter_context(patch.object(Chalice, "__call__", page))
            patches.enter_context(patch.object(EventSourceHandler, "__call__", worker))
            patches.enter_context(patch.object(BaseClient, "_make_api_call", request))
            patches.enter_context(patch.object(server, "answer", stripe))
            patches.enter_context(patch.object(paper_jobs, "Stint", self._stint))
            patches.enter_context(patch.object(outbox_jobs, "Stint", self._stint))
            yield counted

    @contextmanager
    def shared(self, homes: float) -> Iterator[None]:
        """Count what a run costs by itself, and its messages, as one home's share of a run for so many."""
        self._share = 1 / homes
        yield
        self._share = 1.0

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Count requests that no function makes: the import's."""
        self._within = True
        yield
        self._within = False

    def message(self) -> None:
        """Count a message that was sent before."""
        self._usage.add(Unit.QUEUE, assumptions.REQUESTS_PER_MESSAGE * self._share)

    @contextmanager
    def running(self, function: str) -> Iterator[None]:
        """Count one run of a function; what has no function yet names the one that it would resemble."""
        self._within, self._waited_ms, self._aside_s, self._paused_s = True, 0.0, 0.0, 0.0
        started = time.thread_time()
        yield
        spent_s = time.thread_time() - started - self._aside_s
        self._within = False
        megabytes = self._megabytes[function]
        seconds = spent_s * assumptions.WHOLE_PROCESSOR_MB / megabytes + self._waited_ms / 1000
        seconds += self._paused_s + self._share * assumptions.COLD_SHARE * assumptions.COLD_SECONDS
        self._usage.add(Unit.CALL, self._share)
        self._usage.add(Unit.WORK, megabytes / 1024 * seconds)
        self._usage.add(Unit.SECRET, self._share * assumptions.COLD_SHARE)
        self._usage.add(Unit.KEY, self._share * assumptions.COLD_SHARE)
        self._usage.add(Unit.LOG, self._share * self._system_bytes[function])

    def _comes_in(self) -> None:
        for unit in (Unit.GATEWAY, Unit.WALL, Unit.EDGE):
            self._usage.add(unit)
        self._usage.add(Unit.LOG, self._access_bytes)

    def _requested(self, client: Any, operation: str, asked: dict[str, Any]) -> Any:
        if not self._within:
            return self._call(client, operation, asked)
        self._waited_ms += assumptions.WAIT_FOR_AWS_MS
        match client.meta.service_model.service_name:
            case "dynamodb":
                return self._read_or_written(client, operation, asked)
            case "s3":
                self._filed(operation, asked)
            case "sqs":
                self.message()
            case "sesv2":
                self._mailed(asked)
            case other:
                raise LookupError(f"benchmarks/usage.py does not know what {other} costs")
        return self._call(client, operation, asked)

    def _read_or_written(self, client: Any, operation: str, asked: dict[str, Any]) -> Any:
        keys = written_keys(operation, asked)
        before = self._items(keys)
        try:
            found: Mapping[str, Any] = self._call(client, operation, asked)
        finally:
            after = self._items(keys)
            self._usage.add(Unit.WRITE, write_units(operation, before, after))
            self._usage.add(Unit.ITEM, _kept(after) - _kept(before))
        self._usage.add(Unit.READ, read_units(operation, asked, found))
        return found

    def _items(self, keys: list[tuple[str, str, str]]) -> list[Item]:
        """Read items as they are now, beside the count and beside the function's time."""
        started = time.thread_time()
        found = [
            self._call(
                self._own,
                "GetItem",
                {"TableName": table, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}, "ConsistentRead": True},
            ).get("Item", {})
            for table, pk, sk in keys
        ]
        self._aside_s += time.thread_time() - started
        return found

    def _filed(self, operation: str, asked: Mapping[str, Any]) -> None:
        if operation != "PutObject":
            self._usage.add(Unit.GET)
            return
        self._usage.add(Unit.PUT)
        self._usage.add(Unit.EVENT, self._tells_of_files)
        self._usage.add(Unit.KEY, 1 / assumptions.FILES_PER_KEY_REQUEST)
        self._usage.add(Unit.FILE, assumptions.MONTHS_KEPT * len(asked["Body"]))

    def _mailed(self, asked: Mapping[str, Any]) -> None:
        message = email.message_from_bytes(asked["Content"]["Raw"]["Data"])
        self._usage.add(Unit.MAIL)
        self.receipts += [tag["Value"] for tag in asked.get("EmailTags", ())]
        for part in message.walk():
            if part.get_content_disposition() in ("attachment", "inline"):
                self._usage.add(Unit.ATTACHED, len(str(part.get_payload())))

    def _stint(self, seconds: float, each_second: float, head_start: float = 0.0) -> Stint:
        """Keep a worker's pace without sleeping: a function that sleeps is paid for all the same."""
        return Stint(seconds, each_second, head_start, self._clock, self._pause)

    def _clock(self) -> float:
        return time.monotonic() + self._paused_s

    def _pause(self, seconds: float) -> None:
        self._paused_s += seconds

    def waiting(self, function: str, milliseconds: float) -> float:
        """Say what it costs a function to wait, in gigabyte-seconds."""
        return float(self._megabytes[function] / 1024 * milliseconds / 1000)

    def one_by_one(self, function: str, messages: int) -> None:
        """Count a run for each message of the batch that a function was just handed as one."""
        self._usage.add(Unit.CALL, messages - 1)
        self._usage.add(Unit.LOG, (messages - 1) * self._system_bytes[function])

    def downloads(self) -> None:
        """Count a file that a browser reads by itself, at the address that it was given."""
        self._usage.add(Unit.GET)
        self._usage.add(Unit.KEY, 1 / assumptions.FILES_PER_KEY_REQUEST)


def _kept(items: list[Item]) -> float:
    """Weigh the items for as long as they stay, in bytes times months; those that expire go by themselves."""
    return sum((item_bytes(item) + assumptions.BESIDE_AN_ITEM) * _months(item) for item in items if item)


def _months(item: Item) -> float:
    if EXPIRES not in item:
        return assumptions.MONTHS_KEPT
    left_s = int(item[EXPIRES]["N"]) - now().timestamp()
    return min(max(left_s / assumptions.SECONDS_OF_A_MONTH, 0), assumptions.MONTHS_KEPT)
