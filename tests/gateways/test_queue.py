"""Queues: what is asked arrives as it was given; a queue that is not to be had is « unavailable »."""

import json
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain.errors import Unavailable
from chalicelib.gateways.queue import SqsAccess, SqsPapers, SqsWork
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT
from tests.town import portal_endpoint


def test_an_asking_arrives_as_it_was_given(resources: Resources) -> None:
    asking = {"id": "1", "kind": "many_failures", "email": "éloïse@demo.example"}

    SqsAccess(resources.access_queue).ask(asking)

    sqs = client("sqs", portal_endpoint(resources), ACCOUNT)
    (message,) = sqs.receive_message(QueueUrl=resources.access_queue)["Messages"]
    assert json.loads(message["Body"]) == asking


def test_a_queue_that_is_not_to_be_had_is_unavailable(resources: Resources) -> None:
    queue = SqsAccess(resources.access_queue)

    def away(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="sqs")

    queue._client.meta.events.register_first("before-parameter-build.sqs.SendMessage", away)

    with pytest.raises(Unavailable):
        queue.ask({"id": "1"})
    with pytest.raises(Unavailable):
        SqsAccess(f"{resources.access_queue}-that-is-not").ask({"id": "1"})


def received(resources: Resources, url: str) -> list[Any]:
    """Take all that waits in a queue."""
    sqs, found = client("sqs", portal_endpoint(resources), ACCOUNT), list[Any]()
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"]) for message in batch]
    return found


def papers(resources: Resources) -> SqsPapers:
    return SqsPapers(resources.papers_queue, resources.mails_queue, resources.documents_queue)


def test_each_task_is_a_message(resources: Resources) -> None:
    work = papers(resources)

    work.share_out([{"share": "notices", "part": part} for part in range(23)])
    work.send_mails([5])

    assert sorted(one["part"] for one in received(resources, resources.papers_queue)) == list(range(23))
    assert received(resources, resources.mails_queue) == [{"part": 5}]


def test_what_somebody_waits_for_goes_to_the_other_queue(resources: Resources) -> None:
    papers(resources).ask_certificate("9126", "9126-1", date(2026, 11, 23))
    SqsWork(resources.payments_queue, resources.documents_queue).look_at_receipts("9126")

    asked = received(resources, resources.documents_queue)
    certificate = {"lease": "9126", "tenant": "9126-1", "day": "2026-11-23"}
    assert sorted(asked, key=str) == [{"certificate": certificate}, {"receipts": ["9126"]}]
    assert received(resources, resources.papers_queue) == []


def test_a_certificate_that_nobody_heard_of_is_unavailable(resources: Resources) -> None:
    work = SqsPapers(resources.papers_queue, resources.mails_queue, f"{resources.documents_queue}-not")

    with pytest.raises(Unavailable):
        work.ask_certificate("9126", "9126-1", date(2026, 11, 23))
