"""The queue of what owners of accounts are to be sent or told."""

import json

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain.errors import Unavailable
from chalicelib.gateways.queue import SqsAccess
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
