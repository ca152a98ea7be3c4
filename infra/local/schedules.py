"""The jobs that AWS would fire at their hour, fired by the portal's clock (tâches planifiées)."""

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalice.app import Chalice, ScheduledEventConfig
from chalice.local import LambdaContext
from croniter import croniter

log = logging.getLogger(__name__)
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_CHECK_SECONDS = 0.5


class UnknownJob(LookupError):
    """No job has that name."""


@dataclass(frozen=True)
class Outcome:
    """How a job went; ``error`` is empty when it went well."""

    fired_at: datetime
    error: str = ""


@dataclass(frozen=True)
class Job:
    """What the panel shows of a job."""

    name: str
    expression: str
    description: str
    next_due_at: datetime
    last: Outcome | None


def next_due(expression: str, after: datetime) -> datetime:
    """Give the first moment after ``after`` that an EventBridge expression names; ``ValueError`` if none."""
    if rate := _RATE.fullmatch(expression):
        return after + int(rate[1]) * timedelta(**{f"{rate[2]}s": 1})
    if cron := _CRON.fullmatch(expression):
        minute, hour, day, month, weekday, _year = cron.groups()
        weekday = re.sub(r"(?<![#\d])\d", lambda number: str(int(number[0]) - 1), weekday)
        moment: datetime = croniter(
            " ".join(part.replace("?", "*") for part in (minute, hour, day, month, weekday)), after
        ).get_next(datetime)
        return moment
    raise ValueError(f"not an EventBridge expression: {expression}")


class Schedules:
    """Fires each job when its moment has come; however far the clock jumps, once."""

    def __init__(self, app: Chalice, clock: Callable[[], datetime], path: Path) -> None:
        self._app, self._clock, self._path = app, clock, path
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._running = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")
        self._configs = {
            config.name: config for config in app.event_sources if isinstance(config, ScheduledEventConfig)
        }
        self._last: dict[str, Outcome] = {}
        self._since = self._read()

    def start(self, *first: str) -> None:
        """Watch the clock in a thread, which fires the jobs ``first`` before it waits for any moment."""
        threading.Thread(target=self._watch, args=first, daemon=True, name="schedules").start()

    def stop(self) -> None:
        """Stop after the job that is running."""
        self._stopped.set()
        self._running.shutdown()

    def jobs(self) -> list[Job]:
        """Give every job, in the order of its name."""
        return [
            Job(name, _expression(config), config.description, self._due_at(name), self._last.get(name))
            for name, config in sorted(self._configs.items())
        ]

    def fire(self, name: str) -> Outcome:
        """Fire a job now and wait for its end; ``UnknownJob`` if there is none of that name."""
        if name not in self._configs:
            raise UnknownJob(name)
        return self._fire(name, self._clock())

    def check(self) -> list[str]:
        """Fire what is due, the longest awaited first, and give the names."""
        now = self._clock()
        due = sorted((at, name) for name in self._configs if (at := self._due_at(name)) <= now)
        for _, name in due:
            with self._lock:
                # Noted before: a job that ends the process would otherwise end it at each start.
                self._since[name] = now
                self._write()
            self._fire(name, now)
        return [name for _, name in due]

    def _watch(self, *first: str) -> None:
        for name in first:
            self.fire(name)
        while not self._stopped.wait(_CHECK_SECONDS):
            self.check()

    def _due_at(self, name: str) -> datetime:
        return next_due(_expression(self._configs[name]), self._since[name])

    def _fire(self, name: str, now: datetime) -> Outcome:
        handler = self._app.handler_map[name]
        context = LambdaContext(name, 1024, max_runtime_ms=900_000)
        error = self._running.submit(handler, _event(name, now), context).exception()
        if error is not None:
            log.error("job %s failed", name, exc_info=error)
        outcome = Outcome(now, f"{type(error).__name__}: {error}" if error else "")
        self._last[name] = outcome
        return outcome

    def _read(self) -> dict[str, datetime]:
        kept = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        now = self._clock()
        return {name: datetime.fromisoformat(kept[name]) if name in kept else now for name in self._configs}

    def _write(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({name: at.isoformat() for name, at in self._since.items()}), "utf-8")
        fresh.replace(self._path)


def _expression(config: ScheduledEventConfig) -> str:
    expression = config.schedule_expression
    return expression if isinstance(expression, str) else str(expression.to_string())


def _event(name: str, at: datetime) -> dict[str, Any]:
    """Write the event that EventBridge sends."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "eu-west-3",
        "resources": [f"arn:aws:events:eu-west-3:000000000000:rule/{name}"],
        "detail": {},
    }
