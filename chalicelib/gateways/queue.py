"""Queues of work in SQS: what the provider tells, papers to make, and what an account's owner hears."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
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
        self._ask_for_papers({"ticket": payment})

    def look_at_receipts(self, lease: str) -> None:
        """Send a worker to bring a lease's receipts in step with its books."""
        self._ask_for_papers({"receipts": [lease]})

    def _ask_for_papers(self, asked: Mapping[str, Any]) -> None:
        self._client.send_message(QueueUrl=self._documents_url, MessageBody=json.dumps(asked))


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


class SqsLookout:
    """Implements ``chalicelib.domain.quarantine.Lookout`` and ``chalicelib.domain.certificates.Herald``."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _client(self) -> Any:
        return client("sqs")

    def look_again(self, tenant: str, id: str) -> None:
        """Send the worker to look at an upload."""
        asked = {"look_again": {"tenant": tenant, "id": id}}
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(asked))

    def tell_of_certificate(self, lease: str, reference: str) -> None:
        """Send the worker to write to who sent a certificate."""
        from botocore.exceptions import BotoCoreError, ClientError

        asked = {"certificate": {"lease": lease, "reference": reference}}
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(asked))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("uploads queue") from error


class SqsAlerts:
    """Shares out the work of insurance alerts."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _client(self) -> Any:
        return client("sqs")

    def share_out(self, tasks: Iterable[Mapping[str, Any]]) -> None:
        """Send a worker to each task."""
        for task in tasks:
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(task))


class SqsPapers:
    """Shares out the work of papers, and of the mails that wait; takes what a tenant asks for."""

    def __init__(self, papers_url: str, mails_url: str, documents_url: str) -> None:
        self._papers_url, self._mails_url, self._documents_url = papers_url, mails_url, documents_url

    @cached_property
    def _client(self) -> Any:
        return client("sqs")

    def share_out(self, tasks: Sequence[Mapping[str, Any]]) -> None:
        """Send a worker to each task; what was sent twice is done once."""
        self._send(self._papers_url, tasks)

    def send_mails(self, parts: Sequence[int]) -> None:
        """Send a worker to the mails of each part."""
        self._send(self._mails_url, [{"part": part} for part in parts])

    def ask_certificate(self, lease: str, tenant: str, day: date) -> None:
        """Send a worker to make a certificate of rent; ``Unavailable`` if nobody hears of it."""
        from botocore.exceptions import BotoCoreError, ClientError

        asked = {"certificate": {"lease": lease, "tenant": tenant, "day": day.isoformat()}}
        try:
            self._client.send_message(QueueUrl=self._documents_url, MessageBody=json.dumps(asked))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("documents queue") from error

    def _send(self, url: str, said: Iterable[Mapping[str, Any]]) -> None:
        for one in said:
            self._client.send_message(QueueUrl=url, MessageBody=json.dumps(one))
