"""Goal ``run``: a home of a month's run costs the same however many there are, and nothing when all is made.

Homes wait in the table, and messages lie in the real queue; the worker is the deployed function, in this
process, its engine warm.  500 homes are made out of 500, then out of 10,000 (``RENT_RUN_HOMES``: of so
many; ``RENT_RUN_WHOLE=1``: all of them).  Time is user + system time, so the pace costs nothing.
"""

import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from chalice.app import SQSEventConfig

from benchmarks import household
from benchmarks.capacity import write_units, written_keys
from benchmarks.figures import Line
from benchmarks.scene import Scene
from chalicelib.domain.leases import CallLine, CallLineKind, RentCall
from chalicelib.domain.monthly_run import PARTS, Part, Pile, batch, share_out
from chalicelib.handlers import paper_jobs
from chalicelib.portal import now, portal
from chalicelib.storage.leases import call_item, lease_items
from chalicelib.storage.table import Item
from chalicelib.storage.tenants import profile_item
from infra.local.loop import QueueLoop, queue_name
from infra.local.resources import PAPERS_QUEUE

FEW, MANY = 500, int(os.environ.get("RENT_RUN_HOMES", "10000"))
WHOLE = "RENT_RUN_WHOLE" in os.environ
MOST_TIMES, MOST_MEGABYTES, MOST_UNITS = 1.1, 20, 3
LINES = (
    CallLine(CallLineKind.RENT, "Loyer", 412_35),
    CallLine(CallLineKind.CHARGES, "Provision pour charges", 98_20),
    CallLine(CallLineKind.HOUSING_BENEFIT, "Aide personnalisée au logement", -120_00),
)


@dataclass
class Written:
    """What is written of the table, in units; counted beside the process' time."""

    units: float = 0
    aside_s: float = 0
    _own: Any = field(default_factory=lambda: boto3.client("dynamodb"))

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what happens within."""
        make = BaseClient._make_api_call

        def call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
            if not (keys := written_keys(operation, asked)):
                return make(client, operation, asked)
            before = self._items(make, keys)
            try:
                return make(client, operation, asked)
            finally:
                self.units += write_units(operation, before, self._items(make, keys))

        with patch.object(BaseClient, "_make_api_call", call):
            yield

    def _items(self, make: Any, keys: Sequence[tuple[str, str, str]]) -> list[Any]:
        started = time.process_time()
        asked = [{"TableName": table, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}} for table, pk, sk in keys]
        found = [make(self._own, "GetItem", one).get("Item", {}) for one in asked]
        self.aside_s += time.process_time() - started
        return found


@dataclass(frozen=True)
class Run:
    """What some homes of a month took, each."""

    homes: int
    milliseconds: float
    units: float


def measure(scene: Scene) -> Iterator[Line]:
    """Make some homes of a small landlord's month and of a large one's; then the same again."""
    few, many = date(2027, 1, 1), date(2027, 2, 1)
    with patch.object(paper_jobs, "HOMES_EACH_SECOND", 1e6):
        _move_in("K", 50, date(2026, 12, 1))
        _made(scene, _shared(date(2026, 12, 1), PARTS))  # the engine is warm from here on
        _move_in("S", FEW, few)
        small = _made(scene, _shared(few, PARTS))
        _move_in("L", MANY, many)
        tasks = _shared(many, PARTS if WHOLE else max(PARTS * FEW // MANY, 1))
        memory = _megabytes()
        large = _made(scene, tasks)
        grown, again = _megabytes() - memory, _made(scene, tasks)
    assert len(portal().documents.of_lease(tasks[0]["notices"][0])[0]) == 1
    times = large.milliseconds / small.milliseconds
    what = f"a home of {MANY}, against one of {FEW}: {large.milliseconds:.1f} ms, {small.milliseconds:.1f}"
    yield Line("run.homes", times, MOST_TIMES, what, "×")
    yield Line("run.units", large.units, MOST_UNITS, "units written for a home with one holder")
    yield Line("run.memory", grown, MOST_MEGABYTES, f"grown in {large.homes} homes", "MB")
    yield Line("run.again", again.units * again.homes, 0, "units written when all is made again", bound="=")


def _shared(month_on: date, parts: int) -> list[dict[str, Any]]:
    """Have some parts shared out, as the worker does, and give the messages."""
    shares = [Part(Pile.NOTICES, part, month_on) for part in range(parts)]
    return [batch(part, homes) for part in shares for homes in share_out(portal().run_desk, part, now())]


def _made(scene: Scene, tasks: Sequence[dict[str, Any]]) -> Run:
    """Have the homes of some messages made, from the queue on."""
    homes = sum(len(task["notices"]) for task in tasks)
    portal().paper_work.share_out(tasks)
    queue, written = _worker(scene), Written()
    loop = QueueLoop(scene.app, boto3.client("sqs"), {PAPERS_QUEUE: portal().config.papers_queue})
    with written.counting():
        started = time.process_time()
        while loop.handle_batch(queue, wait_seconds=0):
            pass
        spent_s = time.process_time() - started - written.aside_s
    return Run(homes, 1000 * spent_s / homes, written.units / homes)


def _worker(scene: Scene) -> SQSEventConfig:
    (queue,) = (
        one
        for one in scene.app.event_sources
        if isinstance(one, SQSEventConfig) and queue_name(one) == PAPERS_QUEUE
    )
    return queue


def _move_in(letter: str, count: int, month_on: date) -> None:
    with Item.batch_write() as batched:
        for number in range(count):
            for item in _items(f"{letter}{number:06}", month_on):
                batched.save(item)


def _items(lease: str, month_on: date) -> Iterator[Item]:
    tenant = f"{lease}-1"
    yield from lease_items(replace(household.LEASES[0], number=lease, holders=(tenant,)))
    yield profile_item(replace(household.TENANT, id=tenant), 0)
    yield call_item(RentCall(lease, month_on, month_on.replace(day=5), LINES), waits=True)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
