"""What queues and schedules do: each message by itself, and again without harm."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from chalice.local import LambdaContext

import app
from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.errors import Absent
from chalicelib.domain.payments import PaymentStatus
from chalicelib.portal import portal
from infra.local.resources import Resources
from tests.town import Provider, work
from tests.visitors import Seen, Visitor

EVERY_QUARTER: dict[str, Any] = {
    "version": "0",
    "id": "1",
    "account": "000000000000",
    "region": "eu-west-3",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "detail": {},
    "resources": [],
    "time": "2026-11-23T09:00:00Z",
}


def messages(*bodies: Mapping[str, Any] | str) -> dict[str, Any]:
    """Write a batch as SQS gives it to the function."""
    records = [
        {
            "messageId": f"m-{place}",
            "receiptHandle": "r",
            "body": body if isinstance(body, str) else json.dumps(body),
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-3:000000000000:espace-locataire",
            "awsRegion": "eu-west-3",
        }
        for place, body in enumerate(bodies)
    ]
    return {"Records": records}


def call(name: str, event: dict[str, Any]) -> Any:
    return app.app.handler_map[name](event, LambdaContext(name, 1024, max_runtime_ms=180_000))


def left(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def page(visitor: Visitor) -> Seen:
    return visitor.send(visitor.get("/paiement/payer"), "/paiement")


def pending_id() -> str:
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    return pending.payment


def test_a_message_that_fails_comes_back_alone(page: Seen, provider: Provider) -> None:
    provider.pay(page.location)
    session = page.location.rsplit("/", 1)[1]

    answer = call(
        "sync_payments",
        messages(
            "{",
            {"kind": "checkout.session", "id": session},
            {"kind": "charge", "id": "ch_none"},
            {"kind": "checkout.session"},
        ),
    )

    assert left(answer) == ["m-0", "m-2", "m-3"]
    assert portal().ledger.account("9126").balance_cents == 0


def test_what_made_a_message_fail_is_in_the_log_with_its_trace(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    call("sync_payments", messages({"kind": "charge", "id": "ch_none"}))

    (line,) = (record for record in caplog.records if record.name == "portal.jobs")
    assert line.levelname == "WARNING"
    assert line.exc_info is not None
    assert line.exc_info[0] is Absent


def test_a_batch_that_fails_whole_comes_back_whole(provider: Provider) -> None:
    assert left(call("issue_documents", messages("{", "{}", {"ticket": "none"}))) == ["m-0", "m-1", "m-2"]


def test_a_ticket_is_made_once_however_often_it_is_asked_for(
    page: Seen, visitor: Visitor, provider: Provider, table: Resources
) -> None:
    payment = pending_id()
    provider.pay(page.location)
    provider.advance(1)
    work(table)
    first = portal().payments.get(payment)

    again = call("issue_documents", messages({"ticket": payment}, {"ticket": payment}))

    assert left(again) == []
    assert portal().payments.get(payment) == first
    assert first.ticketed_at is not None
    papers = portal().documents.of_lease("9126")[0]
    assert [paper.kind for paper in papers].count(DocumentKind.PAYMENT_TICKET) == 1


def test_a_payment_that_is_not_paid_gets_no_ticket(page: Seen) -> None:
    assert left(call("issue_documents", messages({"ticket": pending_id()}))) == ["m-0"]


def test_the_sweep_finds_what_no_event_told_of(page: Seen, provider: Provider, table: Resources) -> None:
    payment = pending_id()
    provider.core.switchboard.set("lose", 1.0)
    provider.pay(page.location)
    provider.advance(16 * 60)

    swept = call("sweep_payments", EVERY_QUARTER)
    work(table)

    assert swept == 1
    assert portal().payments.get(payment).status is PaymentStatus.PAID
    assert portal().payments.get(payment).ticketed_at is not None
    assert call("sweep_payments", EVERY_QUARTER) == 0


def test_every_function_that_aws_calls_is_tried_here_or_in_a_file_of_its_own() -> None:
    assert {source.name for source in app.app.event_sources} == {
        "sync_payments",
        "issue_documents",
        "sweep_payments",
        "record_mail_events",
        "clear_expired",
        "answer_access",
        "plan_insurance_alerts",
        "send_insurance_alerts",
        "inspect_uploads",
        "sweep_uploads",
        "plan_papers",
        "issue_papers",
        "send_mails",
    }
