"""Queues of work in SQS: what the provider tells, papers to make, and what an account's owner hears."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from chalicelib.cloud import client
from chalicelib.domain.errors import Unavailable


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


class SqsAccess:
    """Implements ``chalicelib.domain.access.AccessQueue``."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _client(self) -> Any:
        return client("sqs")

    def ask(self, asking: Mapping[str, str]) -> None:
        """Send a worker to find out, and to tell or send what is asked."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(dict(asking)))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("access queue") from error
