"""Alerts about insurance (« relances »): every hour their work is shared out, and each part done by a worker.

A worker goes on for ten minutes of the fifteen that Lambda gives it, and leaves the rest to the next hour.
The speeds keep DynamoDB's keys far below 100 writes a second, and five workers below the 14 mails a second
that SES begins with.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.domain.insurance_alerts import Step, Task, file_alerts, plan_alerts
from chalicelib.domain.insurance_mailing import mail_alerts
from chalicelib.domain.mail import is_hour_of_mails
from chalicelib.domain.stints import Stint
from chalicelib.handlers.batches import each_message
from chalicelib.portal import now, portal

STINT_SECONDS = 600.0
LEASES_EACH_SECOND, MAILS_EACH_SECOND = 40.0, 2.0
LEASES_HEAD_START = 5.0  # seconds; mails have none: 64 parts that each have one would be too many at once


def plan_insurance_alerts(event: CloudWatchEvent) -> int:
    """Every hour, send workers to the parts in which something is due; give to how many."""
    tasks = plan_alerts(portal().alert_calendar, portal().alert_outbox, now())
    portal().alert_work.share_out(map(_spelled, tasks))
    return len(tasks)


def send_insurance_alerts(event: SQSEvent) -> dict[str, Any]:
    """Put alerts on file, or mail them; give back the messages to send again."""

    def work(record: Any) -> None:
        task = _read(json.loads(record.body))
        STEPS[task.step](task, now())

    return each_message(event, work)


def _file(task: Task, at: datetime) -> None:
    file_alerts(portal().alert_calendar, task, at, _stint_of_leases())


def _mail(task: Task, at: datetime) -> None:
    """Mail, unless the message came too late in the day: the alerts wait for the morning."""
    if is_hour_of_mails(at):
        mail_alerts(portal().alert_desk, task, now, Stint(STINT_SECONDS, MAILS_EACH_SECOND))


def _stint_of_leases() -> Stint:
    return Stint(STINT_SECONDS, LEASES_EACH_SECOND, LEASES_HEAD_START)


def _spelled(task: Task) -> dict[str, Any]:
    return {"step": task.step.value, "shard": task.shard, "days": [day.isoformat() for day in task.days]}


def _read(body: dict[str, Any]) -> Task:
    return Task(Step(body["step"]), body["shard"], tuple(date.fromisoformat(day) for day in body["days"]))


STEPS: dict[Step, Callable[[Task, datetime], None]] = {Step.FILE: _file, Step.MAIL: _mail}
