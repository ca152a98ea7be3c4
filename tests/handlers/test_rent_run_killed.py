"""A month's run whose workers are killed in the middle: each home has one of each thing, and nothing twice.

The workers are processes of their own, killed without warning (SIGKILL) while they work on the real queue.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.config import ROOT
from chalicelib.portal import portal
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.handlers.test_jobs import EVERY_QUARTER, call
from tests.handlers.test_paper_jobs import december
from tests.homes import CALLED_CENTS, DECEMBER, move_in, numbers
from tests.storage.books import stored_items
from tests.town import portal_endpoint

__all__ = ["december"]
LONG_RUN = pytest.param(2_684, 20, 5.0, marks=pytest.mark.long)
HOLDERS = 2
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@dataclass
class Queue:
    """The queue of papers."""

    sqs: Any
    url: str

    def empty(self) -> None:
        """Forget what waits, and what was with workers that were killed."""
        self.sqs.purge_queue(QueueUrl=self.url)

    def is_idle(self) -> bool:
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=list(COUNTS))["Attributes"]
        return not any(int(count) for count in found.values())


@dataclass
class Made:
    """What a run left behind."""

    items: dict[str, Counter[str]]
    files: list[str]

    def each_once(self, kind: str, homes: list[str], times: int = 1) -> bool:
        return self.items.get(kind) == Counter(dict.fromkeys(homes, times))


@pytest.fixture
def queue(table: Resources, december: Clock) -> Queue:
    """Have the messages of a worker that was killed stay away for longer than the test takes, as on AWS."""
    sqs = client("sqs", portal_endpoint(table), ACCOUNT)
    sqs.set_queue_attributes(QueueUrl=table.papers_queue, Attributes={"VisibilityTimeout": "1800"})
    return Queue(sqs, table.papers_queue)


class Workers:
    """Two workers at a time; one that is killed is followed by another."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._program = [sys.executable, "-m", "tests.paper_worker", clock.at.isoformat()]
        self._dice, self._alive = random.Random(seed), list[subprocess.Popen[bytes]]()

    def __enter__(self) -> "Workers":
        self._alive = [self._start() for _ in range(2)]
        for process in self._alive:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        while self._alive:
            self._end(self._alive.pop())

    def kill_one(self) -> None:
        """Kill one of them wherever it is."""
        place = self._dice.randrange(len(self._alive))
        self._end(self._alive[place])
        self._alive[place] = self._start()

    def work(self, longest: float) -> None:
        """Let them work for a while."""
        time.sleep(self._dice.uniform(0, longest))

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        assert process.poll() is None, "it never ends by itself"
        process.kill()
        process.communicate()


def left_behind(resources: Resources) -> Made:
    items: dict[str, Counter[str]] = {}
    for item in stored_items().values():
        whose = item["tenant"]["S"] if "template" in item else item["pk"]["S"].partition("#")[2]
        items.setdefault(item["kind"]["S"], Counter())[whose.partition("-")[0]] += 1
    s3 = client("s3", portal_endpoint(resources), ACCOUNT)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=resources.files_bucket, Prefix="papers/")
    return Made(items, [one["Key"] for page in pages for one in page.get("Contents", [])])


@pytest.mark.parametrize(("count", "kills", "longest"), [(12, 2, 0.2), LONG_RUN])
def test_workers_that_are_killed_leave_one_of_each_thing_for_each_home(
    table: Resources, queue: Queue, december: Clock, count: int, kills: int, longest: float
) -> None:
    homes = numbers(count)
    move_in(homes, holders=HOLDERS)
    call("plan_papers", EVERY_QUARTER)
    with Workers(december, count) as workers:
        for _ in range(kills):
            workers.work(longest)
            assert portal().runs.progress(DECEMBER).waiting, "they are killed in the middle"
            workers.kill_one()
        december.advance(hours=1)
        call("plan_papers", EVERY_QUARTER)
        until(lambda: not portal().runs.progress(DECEMBER).waiting)
        made = left_behind(table)

        assert made.each_once("document", homes)
        assert made.each_once("queued_mail", homes, HOLDERS)
        assert len(made.files) == len(set(made.files)) == count
        assert {portal().ledger.account(lease).balance_cents for lease in homes} == {CALLED_CENTS}
        assert made.items["entry"].total() == 2 * count, "each posting has two lines"

        queue.empty()
        batches = [homes[place : place + 20] for place in range(0, count, 20)]
        portal().paper_work.share_out([{"notices": batch, "month": "2026-12"} for batch in batches])
        until(queue.is_idle)
        assert left_behind(table) == made, "run again, nothing is new"


def until(seen: Callable[[], bool]) -> None:
    while not seen():
        time.sleep(0.05)
