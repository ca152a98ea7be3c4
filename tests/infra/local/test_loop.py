"""Queues are consumed as Lambda's poller does it (consommateurs des files)."""

from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Chalice, SQSEvent

from infra.local.loop import QueueLoop
from infra.local.queues import Queues, QueueState, UnknownQueue
from infra.local.resources import MAX_RECEIVES, PAYMENTS_QUEUE
from tests.infra.local.conftest import LocalAws


class Workshop:
    """A small app with one consumer, whose bad messages are chosen."""

    def __init__(self, aws: LocalAws) -> None:
        aws.create(visibility_seconds=0)
        self.url = aws.resources.payments_queue
        self.sqs = aws.client("sqs")
        self.bad: set[str] = set()
        self.raises = False
        self.seen: list[str] = []
        app = Chalice(app_name="workshop")
        app.on_sqs_message(queue=PAYMENTS_QUEUE, batch_size=10, name="consume")(self.consume)
        self.config: Any = app.event_sources[0]
        self.loop = QueueLoop(app, self.sqs, aws.resources.queue_urls())
        self.queues = Queues(self.sqs, aws.resources.queue_urls())

    def consume(self, event: SQSEvent) -> dict[str, Any]:
        records = event.to_dict()["Records"]
        self.seen += [record["body"] for record in records]
        if self.raises:
            raise RuntimeError("a bug")
        failed = [record for record in records if record["body"] in self.bad]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def turn(self, times: int = 1) -> int:
        return sum(self.loop.handle_batch(self.config, wait_seconds=0) for _ in range(times))

    def state(self) -> QueueState:
        return next(state for state in self.queues.states() if state.name == PAYMENTS_QUEUE)


@pytest.fixture
def workshop(shared_aws: LocalAws) -> Iterator[Workshop]:
    made = Workshop(shared_aws)
    yield made
    for url in (made.url, made.url + "-dead"):
        made.sqs.purge_queue(QueueUrl=url)
    shared_aws.create()


def test_only_the_messages_that_went_well_are_deleted(workshop: Workshop) -> None:
    workshop.send("good 1", "bad", "good 2")
    workshop.bad = {"bad"}

    workshop.turn()

    assert sorted(workshop.seen) == ["bad", "good 1", "good 2"]
    assert workshop.state().waiting == 1


def test_a_poisoned_message_ends_among_the_dead_and_can_be_put_back(workshop: Workshop) -> None:
    workshop.send("bad")
    workshop.bad = {"bad"}

    workshop.turn(MAX_RECEIVES + 1)

    assert workshop.seen == ["bad"] * MAX_RECEIVES
    assert workshop.state() == QueueState(PAYMENTS_QUEUE, 0, 0, 1)
    assert workshop.queues.dead_letters(PAYMENTS_QUEUE) == ["bad"]
    workshop.bad = set()
    assert workshop.queues.redrive(PAYMENTS_QUEUE) == 1
    workshop.turn()
    assert workshop.state() == QueueState(PAYMENTS_QUEUE, 0, 0, 0)


def test_a_function_that_raises_loses_no_message(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    workshop.send("1", "2")
    workshop.raises = True

    workshop.turn()

    assert workshop.state().waiting == 2
    assert "a bug" in caplog.text


def test_the_threads_consume_and_stop(workshop: Workshop) -> None:
    workshop.send(*"abcdefghijkl")

    workshop.loop.start()
    while workshop.state() != QueueState(PAYMENTS_QUEUE, 0, 0, 0):
        pass
    workshop.loop.stop()

    assert sorted(workshop.seen) == list("abcdefghijkl")


def test_a_record_says_what_lambda_says(workshop: Workshop) -> None:
    received: list[dict[str, Any]] = []
    workshop.loop._app.handler_map["consume"] = lambda event, _: received.append(event)
    workshop.send("a body")

    workshop.turn()

    record = received[0]["Records"][0]
    assert record["body"] == "a body"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSourceARN"].endswith(PAYMENTS_QUEUE)
    assert record["eventSource"] == "aws:sqs"


def test_an_unknown_queue_is_said_to_be_unknown(workshop: Workshop) -> None:
    with pytest.raises(UnknownQueue):
        workshop.queues.redrive("nobody's")
