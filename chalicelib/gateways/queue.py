"""Queues of work in SQS: one for what the provider tells, one for papers."""

import json
from functools import cached_property
from typing import Any

from chalicelib.cloud import client


class SqsWork:
    """Implements ``chalicelib.domain.payments.Work``."""

    def __init__(self, payments_url: str, documents_url: str) -> None:
        self._payments_url = payments_url
        self._documents_url = documents_url

    @cached_property
    def _client(self) -> Any:
        return client("sqs")

    def sync_payment(self, kind: str, id: str) -> None:
        """Send a worker to look at an object of the provider."""
        self._client.send_message(
            QueueUrl=self._payments_url, MessageBody=json.dumps({"kind": kind, "id": id})
        )

    def issue_ticket(self, payment: str) -> None:
        """Send a worker to make a ticket."""
        self._client.send_message(QueueUrl=self._documents_url, MessageBody=json.dumps({"ticket": payment}))
