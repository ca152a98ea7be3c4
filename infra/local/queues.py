"""What waits in the queues, and what died there (files d’attente)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.resources import DEAD_SUFFIX


class UnknownQueue(LookupError):
    """No queue has that name."""


@dataclass(frozen=True)
class QueueState:
    """How many messages wait, are being handled, have been given up."""

    name: str
    waiting: int
    in_flight: int
    dead: int


class Queues:
    """The portal's queues as the panel shows them."""

    def __init__(self, sqs: Any, urls: Mapping[str, str]) -> None:
        self._sqs, self._urls = sqs, urls

    def states(self) -> list[QueueState]:
        """Count the messages of each queue."""
        return [
            QueueState(name, *self._counts(url), sum(self._counts(_dead(url))))
            for name, url in self._urls.items()
        ]

    def dead_letters(self, name: str) -> list[str]:
        """Show up to ten messages that were given up, without taking them; ``UnknownQueue``."""
        received = self._sqs.receive_message(
            QueueUrl=_dead(self._url(name)), MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [str(message["Body"]) for message in received.get("Messages", [])]

    def redrive(self, name: str) -> int:
        """Put the messages that were given up back into their queue and give how many; ``UnknownQueue``."""
        url, moved = self._url(name), 0
        while batch := self._sqs.receive_message(
            QueueUrl=_dead(url), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in batch:
                self._sqs.send_message(
                    QueueUrl=url,
                    MessageBody=message["Body"],
                    MessageAttributes=message.get("MessageAttributes", {}),
                )
                self._sqs.delete_message(QueueUrl=_dead(url), ReceiptHandle=message["ReceiptHandle"])
                moved += 1
        return moved

    def _url(self, name: str) -> str:
        if name not in self._urls:
            raise UnknownQueue(name)
        return self._urls[name]

    def _counts(self, url: str) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])


def _dead(url: str) -> str:
    return url + DEAD_SUFFIX
