"""A payment by card from the form to the books, and the workers, on the stand-in for Stripe (« caisse »)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from chalice.app import Chalice

from benchmarks import household
from benchmarks.browser import Browser, address_of, token_of
from benchmarks.place import ACCOUNT, WEBHOOK_SECRET
from chalicelib.domain.mail import RECEIPT_TAG
from chalicelib.gateways.stripe_events import ASKED_FOR
from infra.local.resources import (
    DOCUMENTS_QUEUE,
    MAIL_EVENTS_QUEUE,
    MAILS_QUEUE,
    PAPERS_QUEUE,
    PAYMENTS_QUEUE,
    Resources,
)
from infra.local.serving import Call, LoopbackServer, Reply
from infra.local.stripe import server
from infra.local.stripe.core import StandIn

CARD = "4242424242424242"
PREFIX = "/stripe"


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serve the stand-in on loopback, its clock at the household's."""
    held: list[StandIn] = []

    def answering(call: Call) -> Reply:
        answer = server.answer(held[0], call.method, call.target, dict(call.headers), call.body)
        return Reply(answer.status, answer.body, tuple(answer.headers.items()))

    loopback = LoopbackServer(0, answering)
    held.append(StandIn(loopback.address + PREFIX, int(household.NOW.timestamp())))
    loopback.start()
    try:
        yield held[0]
    finally:
        loopback.stop()


class Till:
    """Orders, pays, rings the webhook's bell, and runs the workers, as the cloud does."""

    def __init__(self, app: Chalice, browser: Browser, stripe: StandIn, resources: Resources) -> None:
        self._app = app
        self._browser = browser
        self._stripe = stripe
        self._queues = resources.queue_urls()
        self._sqs: Any = boto3.client("sqs")
        self._events: list[tuple[bytes, str]] = []
        stripe.register_endpoint(self._keep, WEBHOOK_SECRET, types=ASKED_FOR)

    def _keep(self, body: bytes, signature: str) -> int:
        self._events.append((body, signature))
        return 204

    @property
    def now(self) -> datetime:
        """Tell the time of the stand-in: it goes with each payment."""
        return datetime.fromtimestamp(self._stripe.now, UTC)

    def wait_until(self, day: date) -> None:
        """Let time go by until a day."""
        self._stripe.advance((day - self.now.date()) // timedelta(seconds=1))

    def order(self, lease: str) -> str:
        """Order a payment of the whole balance; give its id."""
        token = token_of(self._browser.get(f"/paiement/payer?contrat={lease}")["body"])
        page = address_of(self._browser.post("/paiement", token, contrat=lease, choix="solde"))
        self._session = page.rpartition("/")[2]
        return str(self._stripe.session(self._session)["client_reference_id"])

    def pay(self) -> list[dict[str, Any]]:
        """Pay what was ordered last; give the webhook's requests, which nobody has answered yet."""
        self._events.clear()
        self._stripe.pay(self._session, CARD)
        self._stripe.advance(30)
        return [
            self._browser.event("POST", "/webhooks/stripe", body, stripe_signature=signature)
            for body, signature in self._events
        ]

    def work(self) -> int:
        """Hand what waits in the queue of payments to its worker; give how many messages there were."""
        return self._drain(PAYMENTS_QUEUE, self._app.handler_map["sync_payments"])

    def issue(self) -> int:
        """Hand what waits in the queue of papers to its worker; give how many messages there were."""
        return self._drain(DOCUMENTS_QUEUE, self._app.handler_map["issue_documents"])

    def run(self) -> int:
        """Hand what waits in the queue of the month to its worker; give how many messages there were."""
        return self._drain(PAPERS_QUEUE, self._app.handler_map["issue_papers"])

    def mail(self) -> int:
        """Hand what waits in the queue of mails to its worker; give how many messages there were."""
        return self._drain(MAILS_QUEUE, self._app.handler_map["send_mails"])

    def tell(self, receipt: str) -> int:
        """Have SES tell that a mail was sent, and that it was delivered; give how often it told."""
        said = {"timestamp": self.now.isoformat()}
        mail = said | {"tags": {RECEIPT_TAG: [receipt]}}
        events = [
            {"eventType": "Send", "mail": mail},
            {"eventType": "Delivery", "mail": mail, "delivery": said},
        ]
        for event in events:
            self._sqs.send_message(
                QueueUrl=self._queues[MAIL_EVENTS_QUEUE], MessageBody=json.dumps({"detail": event})
            )
        return self._drain(MAIL_EVENTS_QUEUE, self._app.handler_map["record_mail_events"])

    def _drain(self, queue: str, worker: Any) -> int:
        done = 0
        url = self._queues[queue]
        while found := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            failed = worker({"Records": [_record(one, queue) for one in found]}, self._browser.context)
            if failed["batchItemFailures"]:
                raise AssertionError(json.dumps(failed))
            for one in found:
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            done += len(found)
        return done


def _record(message: dict[str, Any], queue: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-3:{ACCOUNT.access_key_id}:{queue}",
        "awsRegion": "eu-west-3",
    }
