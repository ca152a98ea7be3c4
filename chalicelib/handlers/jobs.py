"""What schedules and queues do.  Each job can be done twice, late, or be cut, with the same result."""

import json
from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.domain.collection import sweep, sync_object
from chalicelib.domain.documents import issue_ticket
from chalicelib.portal import now, portal


def sync_payments(event: SQSEvent) -> dict[str, Any]:
    """Look at the objects of the provider that events named; give back the messages to send again."""

    def look(record: Any) -> None:
        asked = json.loads(record.body)
        sync_object(portal().collection, asked["kind"], asked["id"], now())

    return _each(event, look)


def issue_documents(event: SQSEvent) -> dict[str, Any]:
    """Make, keep and send papers; give back the messages to send again."""

    def issue(record: Any) -> None:
        issue_ticket(portal().registry, json.loads(record.body)["ticket"], now())

    return _each(event, issue)


def sweep_payments(event: CloudWatchEvent) -> int:
    """Every quarter of an hour, look at the payments whose outcome or ticket nobody told of."""
    return sweep(portal().collection, now())


def _each(event: SQSEvent, work: Any) -> dict[str, Any]:
    """Do a batch message by message: one that fails comes back alone (ReportBatchItemFailures)."""
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=event.to_dict(), record_handler=work, processor=processor)
    return dict(answer)
