"""The bucket of code as it is made on AWS, where only what comes by TLS gets in."""

import json
from typing import Any

import pytest

from infra.deploy import NotReady, Place
from infra.deploy.code_store import known_code_store, open_code_store
from tests.infra.aws.standing import STAGE
from tests.infra.deploy.conftest import BUCKET, Operator


@pytest.fixture
def on_aws(stranger: Operator, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Give a place that thinks it is AWS: no endpoint, and credentials as boto3 finds them."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stranger.endpoint)
    return Place(stage=STAGE, ask=lambda _: False, say=lambda _: None)


def test_on_aws_the_bucket_refuses_what_does_not_come_by_tls(on_aws: Place, stranger: Operator) -> None:
    store = open_code_store(on_aws)

    policy = json.loads(stranger.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    (statement,) = policy["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert store.url("templates/a.yaml") == f"https://{BUCKET}.s3.eu-west-3.amazonaws.com/templates/a.yaml"


def test_settings_that_somebody_changed_are_put_right(stranger: Operator) -> None:
    open_code_store(stranger.place)
    stranger.client("s3").delete_public_access_block(Bucket=BUCKET)
    open_code_store(stranger.place)

    found = stranger.client("s3").get_public_access_block(Bucket=BUCKET)
    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}


def test_a_bucket_of_somebody_else_is_not_used(stranger: Operator) -> None:
    place = stranger.place
    refused: Any = place.client("s3").exceptions.ClientError(
        {"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket"
    )

    def refuse(**_: Any) -> None:
        raise refused

    place.client("s3").meta.events.register("before-call.s3.HeadBucket", refuse)
    try:
        with pytest.raises(NotReady, match=f"the bucket {BUCKET} is not ours to use"):
            open_code_store(place)
    finally:
        place.client("s3").meta.events.unregister("before-call.s3.HeadBucket", refuse)


def test_every_request_names_the_owner_that_it_expects(stranger: Operator) -> None:
    owners: list[str] = []

    def note(params: Any, **_: Any) -> None:
        owners.append(params["headers"].get("x-amz-expected-bucket-owner", ""))

    s3 = stranger.place.client("s3")
    open_code_store(stranger.place)
    s3.meta.events.register("before-call.s3.*", note)
    try:
        store = known_code_store(stranger.place)
        store.write("releases/a.json", {})
        assert store.has("releases/a.json")
        assert store.read("releases/a.json") == b"{}\n"
        assert store.read("releases/b.json") is None
    finally:
        s3.meta.events.unregister("before-call.s3.*", note)

    assert owners == ["000000000000"] * 4
