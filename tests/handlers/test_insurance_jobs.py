"""The jobs of insurance alerts: the schedule shares out, workers file and mail, SES tells what came of it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.insurance import Period
from chalicelib.domain.insurance_alerts import AlertState
from chalicelib.domain.mail import Told
from chalicelib.domain.stints import Stint
from chalicelib.handlers import insurance_jobs
from chalicelib.handlers.mail_events import receipts
from chalicelib.portal import portal
from chalicelib.storage.insurance import shard_of
from chalicelib.storage.parts import part_of
from infra.local.resources import Resources
from tests.conftest import Clock
from tests.gateways.test_mail import mailbox
from tests.handlers.test_jobs import EVERY_QUARTER, call, left, messages
from tests.infra.aws.mails import bounce, receipt
from tests.insured import InTable, parts, somebody
from tests.town import Counted, work

LAST = date(2026, 12, 23)
PARTS = 4
YEAR = Period(LAST - timedelta(days=364), LAST)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have workers keep their pace without sleeping; give how long they would have."""
    slept: list[float] = []

    def paced(seconds: float, each_second: float, head_start: float = 0.0) -> Stint:
        return Stint(seconds, each_second, head_start, clock=lambda: sum(slept), sleep=slept.append)

    monkeypatch.setattr(insurance_jobs, "Stint", paced)
    return slept


@pytest.fixture
def insured(table: Resources, clock: Clock, slept: list[float], monkeypatch: pytest.MonkeyPatch) -> InTable:
    """Have lease 9126 insured until thirty days from today; its work is cut into fewer parts."""
    parts(monkeypatch, PARTS)
    place = InTable()
    place.insure("9126", YEAR, today=date(2026, 11, 1))
    portal().alert_calendar.keep_seen(date(2026, 11, 23))
    return place


def test_the_schedule_sends_workers_where_something_is_due_and_nowhere_else(
    insured: InTable, table: Resources, aws: str, counted: Counted
) -> None:
    asked = counted.during(lambda: fire(table, 1))

    assert asked["Query"] == 3 * PARTS + PARTS + 2  # the index by day and part, who waits; the day, the lease
    assert fire(table, 1)
    assert fire(table, 0)
    (kept,) = mailbox(aws)
    assert kept["To"] == ["t9126@demo.example"]
    assert kept["Subject"] == "Votre assurance habitation expire le 23\u00a0décembre 2026"
    ((alert, mail),) = insured.read_file("9126")
    assert alert.state is AlertState.SENT
    assert mail is not None
    assert mail.sent_at is not None


def fire(table: Resources, tasks: int) -> bool:
    """Fire the schedule, see to how many parts it sent workers, and let them work."""
    assert call("plan_insurance_alerts", EVERY_QUARTER) == tasks
    work(table)
    return True


def a_task(step: str, shard: int, *days: str) -> str:
    return json.dumps({"step": step, "shard": shard, "days": days})


def test_a_message_that_comes_late_in_the_evening_mails_nothing(
    insured: InTable, clock: Clock, aws: str
) -> None:
    call("send_insurance_alerts", messages(a_task("file", shard_of("9126"), "2026-11-23")))
    to_mail = messages(a_task("mail", part_of("t9126")))

    clock.at = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    assert call("send_insurance_alerts", to_mail) == {"batchItemFailures": []}
    assert mailbox(aws) == []

    clock.advance(hours=12)
    call("send_insurance_alerts", to_mail)
    assert len(mailbox(aws)) == 1


def test_parts_with_one_mail_each_keep_the_pace_too(insured: InTable, slept: list[float]) -> None:
    insured.insure("9127", YEAR, today=date(2026, 11, 1), holders=[somebody("t9127"), somebody("anna")])
    for lease in ("9126", "9127"):
        call("send_insurance_alerts", messages(a_task("file", shard_of(lease), "2026-11-23")))
    assert slept == [], "leases have a head start"

    for shard in range(PARTS):
        call("send_insurance_alerts", messages(a_task("mail", shard)))

    assert sum(slept) == pytest.approx(3 / insurance_jobs.MAILS_EACH_SECOND)


def test_a_message_that_nobody_understands_goes_back(insured: InTable) -> None:
    assert left(call("send_insurance_alerts", messages(a_task("dance", 1)))) == ["m-0"]


def test_what_ses_tells_of_an_alert_is_in_the_landlords_file(insured: InTable, table: Resources) -> None:
    fire(table, 1)
    fire(table, 1)
    ((_, sent),) = insured.read_file("9126")
    assert sent is not None

    told = [
        receipt(sent.id, "Delivery", "2026-11-23T09:00:05Z"),
        bounce(sent.email, receipt=sent.id),
        receipt("unknown", "Send"),
    ]
    assert call("record_mail_events", messages(*told)) == {"batchItemFailures": []}

    ((_, known),) = insured.read_file("9126")
    assert known is not None
    assert known.delivered_at == datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)
    assert known.bounced_at == datetime(2026, 11, 23, 8, 40, 12, 345000, tzinfo=UTC)
    assert portal().mail_health.find(sent.email) is not None


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (json.loads(receipt("m", "Send"))["detail"], [Told.SENT]),
        (json.loads(receipt("m", "Delivery"))["detail"], [Told.DELIVERED]),
        (json.loads(bounce("a@b.example", receipt="m"))["detail"], [Told.BOUNCED]),
        (json.loads(bounce("a@b.example"))["detail"], []),
        (json.loads(receipt("m", "Complaint"))["detail"], []),
    ],
)
def test_an_event_of_a_mail_with_a_receipt_says_what_became_of_it(
    detail: dict[str, Any], expected: list[Told]
) -> None:
    found = list(receipts(detail))

    assert [told for _, told, _ in found] == expected
    assert {name for name, _, _ in found} <= {"m"}
