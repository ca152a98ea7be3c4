"""Batches of messages (« lots »), as queues give them to the functions that work on them."""

import logging
from collections.abc import Callable
from typing import Any

from chalice.app import SQSEvent

_log = logging.getLogger("portal.jobs")


def each_message(event: SQSEvent, work: Callable[[Any], None]) -> dict[str, Any]:
    """Do a batch message by message: one that fails comes back alone (ReportBatchItemFailures).

    What made it fail is a warning in the log, with its trace: nobody else sees the exception.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False, logger=_log)
    answer = process_partial_response(event=event.to_dict(), record_handler=work, processor=processor)
    return dict(answer)
