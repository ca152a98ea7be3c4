"""The queues' consumers, as Lambda's poller is on AWS (consommateurs des files)."""

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Chalice, SQSEventConfig
from chalice.local import LambdaContext

from infra.local.resources import REGION

log = logging.getLogger(__name__)
_WAIT_SECONDS = 1
_PAUSE_SECONDS = 0.5


class QueueLoop:
    """One thread per queue: receives batches, has them handled, deletes what went well.

    What failed comes back after the queue's visibility time, and after five times ends in the dead queue:
    that is the queue's doing, here as on AWS.
    """

    def __init__(self, app: Chalice, sqs: Any, queue_urls: Mapping[str, str]) -> None:
        self._app, self._sqs, self._urls = app, sqs, queue_urls
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Consume every queue that a function of ``app`` listens to."""
        for config in self._app.event_sources:
            if isinstance(config, SQSEventConfig):
                thread = threading.Thread(target=self._consume, args=(config,), daemon=True, name=config.name)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Stop after the batches that are being handled."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def handle_batch(self, config: SQSEventConfig, wait_seconds: int = _WAIT_SECONDS) -> int:
        """Receive one batch, have it handled, delete what went well; give how many messages there were."""
        url = self._urls[queue_name(config)]
        batch = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, config.batch_size),
            WaitTimeSeconds=wait_seconds,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not batch:
            return 0
        failed = self._failures(config, batch)
        done = [message for message in batch if message["MessageId"] not in failed]
        if done:
            self._sqs.delete_message_batch(
                QueueUrl=url,
                Entries=[
                    {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                    for place, message in enumerate(done)
                ],
            )
        return len(batch)

    def _consume(self, config: SQSEventConfig) -> None:
        while not self._stopped.is_set():
            try:
                self.handle_batch(config)
            except (BotoCoreError, ClientError) as error:
                log.warning("queue %s does not answer: %s", queue_name(config), error)
                self._stopped.wait(_PAUSE_SECONDS)

    def _failures(self, config: SQSEventConfig, batch: list[dict[str, Any]]) -> set[str]:
        """Call the function and give the messages to leave: those it names, all of them if it raises."""
        event = {"Records": [_record(message, queue_name(config)) for message in batch]}
        context = LambdaContext(config.name, 1024, max_runtime_ms=180_000)
        with ThreadPoolExecutor(max_workers=1) as running:
            call = running.submit(self._app.handler_map[config.name], event, context)
        if error := call.exception():
            log.error("function %s failed", config.name, exc_info=error)
            return {message["MessageId"] for message in batch}
        answer = call.result()
        failures = answer.get("batchItemFailures") or [] if isinstance(answer, dict) else []
        return {failure["itemIdentifier"] for failure in failures}


def queue_name(config: SQSEventConfig) -> str:
    """Give the name of the queue a function listens to."""
    return str(config.queue or str(config.queue_arn).rpartition(":")[2])


def _record(message: dict[str, Any], queue: str) -> dict[str, Any]:
    """Write a message as Lambda gets it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:000000000000:{queue}",
        "awsRegion": REGION,
    }
