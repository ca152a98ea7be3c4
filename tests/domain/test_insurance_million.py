"""Q6: a million leases insured to the same day, the workers killed twenty times; one file, one mail for each.

Time is counted, not spent: each question costs what DynamoDB takes to answer it, and a worker's pauses pass
by themselves.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.insurance import Cover, Period
from chalicelib.domain.insurance_alerts import Alert, AlertState, InsuredLease, Step, file_alerts, plan_alerts
from chalicelib.domain.insurance_calendar import Milestone
from chalicelib.domain.insurance_mailing import AlertDesk, mail_alerts
from chalicelib.domain.stints import Stint
from chalicelib.domain.tenants import Tenant
from chalicelib.handlers.insurance_jobs import LEASES_EACH_SECOND, LEASES_HEAD_START, STINT_SECONDS
from chalicelib.storage.insurance import alerts_key, shard_of
from chalicelib.storage.insurance_alerts import waiting_key
from chalicelib.storage.parts import part_of
from tests.insured import Killed, Letters, noon, somebody
from tests.insured_in_memory import InMemory, Known

LEASES, KILLS, WORKERS, MOST_WRITES = 1_000_000, 20, 5, 100
LAST = date(2027, 12, 31)
YEAR = (Period(date(2027, 1, 1), LAST),)
ON = LAST - timedelta(days=30)
SECONDS = {"file": 0.010, "insured": 0.004, "due": 0.006}
MANY = pytest.param(LEASES, marks=pytest.mark.long)


class Anybody(dict[str, Tenant]):
    """Knows a tenant of every name."""

    def get(self, id: str, default: Any = None) -> Tenant:
        return somebody(id)


class Town(InMemory):
    """Counts time, and what is written under each key of the index in each second of it."""

    def __init__(self, leases: int) -> None:
        super().__init__()
        self.seconds, self.stalls, self.deaths = 0.0, Counter[tuple[str, int]](), 0
        self.tenants = Anybody()
        self._dice = random.Random(leases)
        self.fatal: set[int] = set()
        self.moment = 0
        for number in range(leases):
            lease = str(number)
            self.leases[lease] = self.known(lease)
            self.days.setdefault((ON, shard_of(lease)), {})[lease] = None

    @staticmethod
    def known(lease: str) -> Known:
        return Known(Cover(lease, YEAR), ON, 0, None, (f"t{lease}",))

    def stint(self) -> Stint:
        """Give a worker its time: this town's."""
        return Stint(
            STINT_SECONDS,
            LEASES_EACH_SECOND,
            LEASES_HEAD_START,
            clock=lambda: self.seconds,
            sleep=self.pass_by,
        )

    def pass_by(self, seconds: float) -> None:
        """Let time go."""
        self.seconds += seconds

    def happen(self, operation: str, when: str) -> None:
        """Take the time of a question, or die."""
        self.moment += 1
        if self.moment in self.fatal:
            self.deaths += 1
            raise Killed
        if when == "before":
            self.seconds += SECONDS.get(operation, 0.004)

    def kill(self, times: int, within: int) -> None:
        """Choose when to die, among so many moments from now on."""
        self.fatal = {self.moment + one for one in self._dice.sample(range(1, within), times)}

    def file(self, lease: InsuredLease, alerts: Sequence[Alert], coming: Milestone | None) -> bool:
        second, shard = int(self.seconds), shard_of(lease.cover.lease)
        written = [alerts_key(day, shard) for day in (lease.due_on, coming and coming.on) if day]
        written += [waiting_key(part_of(alert.tenant)) for alert in alerts]
        self.stalls.update((key, second) for key in written)
        return super().file(lease, alerts, coming)


def until_done(work: Callable[[], object]) -> int:
    """Do a piece of work until nobody dies of it; give how many times that took."""
    times = 1
    while True:
        try:
            work()
        except Killed:
            times += 1
        else:
            return times


@pytest.mark.parametrize("leases", [5_000, MANY])
def test_a_million_leases_that_end_on_one_day_are_filed_within_the_hour_and_mailed_once(leases: int) -> None:
    town, letters, longest = Town(leases), Letters(), 0.0
    town.seen, town.around = ON, town.happen
    town.kill(KILLS, 4 * leases)

    filing = plan_alerts(town, town, noon(ON).replace(hour=1))
    assert {task.step for task in filing} == {Step.FILE}
    for task in filing:
        began = town.seconds
        until_done(lambda: file_alerts(town, task, noon(ON), town.stint()))  # noqa: B023
        longest = max(longest, town.seconds - began)
    assert town.deaths == KILLS
    town.kill(KILLS, 8 * leases)
    letters.around = partial(town.happen, "ses")
    for at in (noon(ON), noon(ON) + timedelta(hours=1, minutes=5)):
        for task in plan_alerts(town, town, at):
            until_done(
                lambda: mail_alerts(AlertDesk(town, letters), task, lambda: at, Stint(1e12, 1e9))  # noqa: B023
            )
        for _, _, receipt in letters.sent:  # SES tells of what it took
            if town.mails[receipt].sent_at is None:
                town.mails[receipt] = replace(town.mails[receipt], sent_at=at)
    for task in plan_alerts(town, town, noon(ON) + timedelta(hours=2)):
        mail_alerts(AlertDesk(town, letters), task, lambda: noon(ON) + timedelta(hours=2), Stint(1e12, 1e9))

    assert town.deaths == 2 * KILLS
    assert longest < STINT_SECONDS
    own = Counter(count for (key, _), count in town.stalls.items() if key.startswith("INSURANCE"))
    shared = Counter(count for (key, _), count in town.stalls.items() if key.startswith("ALERTS"))
    assert max(own) <= MOST_WRITES
    assert WORKERS * max(shared) <= MOST_WRITES
    assert len(town.alerts) == len(letters.sent) == len({to for to, _, _ in letters.sent}) == leases
    assert {alert.state for alert in town.alerts.values()} == {AlertState.SENT}
