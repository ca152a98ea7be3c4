"""The local AWS of the tests: what one test leaves behind, the next one does not find."""

from typing import Any

import pytest

from chalicelib.storage.table import connection
from infra.local.resources import Resources, client, create_resources
from tests.conftest import ACCOUNT, KeptConnection, ask
from tests.local_aws import GO_BACK
from tests.town import portal_endpoint

KEY = {"pk": {"S": "LEASE#1"}, "sk": {"S": "LEASE"}}


@pytest.fixture
def services(resources: Resources) -> dict[str, Any]:
    endpoint = portal_endpoint(resources)
    return {name: client(name, endpoint, ACCOUNT) for name in ("dynamodb", "s3", "sqs", "sesv2")}


def test_what_a_test_writes_is_gone_and_what_was_laid_out_is_there(
    aws: str, resources: Resources, services: dict[str, Any]
) -> None:
    dynamodb, s3, sqs = services["dynamodb"], services["s3"], services["sqs"]
    laid_out = described(services, resources)
    dynamodb.put_item(TableName=resources.table, Item=KEY)
    dynamodb.create_table(
        TableName="another",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    s3.put_object(Bucket=resources.files_bucket, Key="a.pdf", Body=b"%PDF")
    sqs.send_message(QueueUrl=resources.payments_queue, MessageBody="left")
    sqs.set_queue_attributes(QueueUrl=resources.documents_queue, Attributes={"VisibilityTimeout": "77"})
    services["sesv2"].create_email_identity(EmailIdentity="another.example")

    ask(aws + GO_BACK)

    assert described(services, resources) == laid_out
    assert "Item" not in dynamodb.get_item(TableName=resources.table, Key=KEY)
    assert s3.list_objects_v2(Bucket=resources.files_bucket)["KeyCount"] == 0
    assert "Messages" not in sqs.receive_message(QueueUrl=resources.payments_queue)
    assert dynamodb.list_tables()["TableNames"] == [resources.table]


def test_what_was_laid_out_is_all_that_the_portal_asks_for(
    aws: str, resources: Resources, services: dict[str, Any]
) -> None:
    before = described(services, resources)

    assert create_resources(aws, ACCOUNT) == resources
    assert described(services, resources) == before
    assert before["expiry"]["TimeToLiveStatus"] == "ENABLED"


def test_what_is_written_after_going_back_is_read_by_key_and_by_index(
    resources: Resources, services: dict[str, Any]
) -> None:
    due = {"due_pk": {"S": "INSURANCE"}, "due_sk": {"S": "2026-11-23"}}
    services["dynamodb"].put_item(TableName=resources.table, Item=KEY | due)

    found = services["dynamodb"].query(
        TableName=resources.table,
        IndexName="due",
        KeyConditionExpression="due_pk = :kind",
        ExpressionAttributeValues={":kind": {"S": "INSURANCE"}},
    )

    assert found["Items"] == [KEY | due]


def test_the_kept_connection_brings_no_hook_of_another_test(
    table: Resources, kept_connection: KeptConnection
) -> None:
    heard: list[str] = []
    client_of_the_table = connection().client
    client_of_the_table.meta.events.register_first(
        "before-send.dynamodb.*", lambda event_name, **_: heard.append(event_name)
    )
    client_of_the_table.get_item(TableName=table.table, Key=KEY)

    kept_connection.use(table.table)
    connection().client.get_item(TableName=table.table, Key=KEY)

    assert heard == ["before-send.dynamodb.GetItem"]
    assert connection().client is client_of_the_table


def described(services: dict[str, Any], resources: Resources) -> dict[str, Any]:
    """Describe what is laid out, but for the moments when somebody said so again."""
    table = services["dynamodb"].describe_table(TableName=resources.table)["Table"]
    queues = {
        url: services["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        for url in services["sqs"].list_queues()["QueueUrls"]
    }
    for attributes in queues.values():
        del attributes["LastModifiedTimestamp"]
    expiry = services["dynamodb"].describe_time_to_live(TableName=resources.table)
    return {
        "table": table,
        "expiry": expiry["TimeToLiveDescription"],
        "queues": queues,
        "buckets": [one["Name"] for one in services["s3"].list_buckets()["Buckets"]],
        "senders": [
            one["IdentityName"] for one in services["sesv2"].list_email_identities()["EmailIdentities"]
        ],
    }
