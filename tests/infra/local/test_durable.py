"""The local AWS forgets nothing, whether it is stopped politely or not (nuage local)."""

import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError

import pytest

from infra.local.kept_items import KeptItems
from infra.local.resources import EXPIRY_ATTRIBUTE
from tests.infra.local.conftest import LocalAws

SNAPSHOT_SECONDS = 1.2


def key(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"LEASE#{number}"}, "sk": {"S": "ENTRY"}}


def item(aws: LocalAws, number: int) -> dict[str, Any] | None:
    found = aws.client("dynamodb").get_item(TableName=aws.resources.table, Key=key(number)).get("Item")
    return None if found is None else dict(found)


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answered:
            return int(answered.status)
    except HTTPError as refused:
        return refused.code


def test_a_restart_keeps_items_objects_messages_and_mails(local_aws: LocalAws) -> None:
    resources = local_aws.resources
    whole = {**key(1), "cents": {"N": "-68432"}, "blob": {"B": b"\x00\xff"}}
    local_aws.client("dynamodb").put_item(TableName=resources.table, Item=whole)
    local_aws.client("s3").put_object(
        Bucket=resources.files_bucket, Key="a/é.pdf", Body=b"%PDF", ContentType="application/pdf"
    )
    local_aws.client("sqs").send_message(QueueUrl=resources.payments_queue, MessageBody="kept")
    local_aws.client("sesv2").send_email(
        FromEmailAddress=resources.mail_sender,
        Destination={"ToAddresses": ["a@b.example"]},
        Content={"Simple": {"Subject": {"Data": "Reçu"}, "Body": {"Text": {"Data": "Bonjour"}}}},
    )

    local_aws.cloud.stop()
    local_aws.start()

    kept = local_aws.client("s3").get_object(Bucket=resources.files_bucket, Key="a/é.pdf")
    received = local_aws.client("sqs").receive_message(QueueUrl=resources.payments_queue)
    assert item(local_aws, 1) == whole
    assert (kept["Body"].read(), kept["ContentType"]) == (b"%PDF", "application/pdf")
    assert [message["Body"] for message in received["Messages"]] == ["kept"]
    assert len(list(local_aws.mail_dir.glob("*.eml"))) == 1


def test_what_was_acknowledged_outlives_a_kill_at_once(local_aws: LocalAws) -> None:
    dynamodb, table = local_aws.client("dynamodb"), local_aws.resources.table
    dynamodb.put_item(TableName=table, Item=key(1))
    dynamodb.put_item(TableName=table, Item=key(2))
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": key(3)}},
            {"Delete": {"TableName": table, "Key": key(1)}},
            {
                "Update": {
                    "TableName": table,
                    "Key": key(2),
                    "UpdateExpression": "ADD cents :more",
                    "ExpressionAttributeValues": {":more": {"N": "100"}},
                }
            },
        ]
    )

    local_aws.cloud.kill()
    local_aws.start()

    assert item(local_aws, 1) is None
    assert item(local_aws, 2) == {**key(2), "cents": {"N": "100"}}
    assert item(local_aws, 3) == key(3)


def test_a_refused_transaction_leaves_nothing_on_disk_either(local_aws: LocalAws) -> None:
    dynamodb, table = local_aws.client("dynamodb"), local_aws.resources.table
    dynamodb.put_item(TableName=table, Item=key(1))

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": key(2)}},
                {
                    "Put": {
                        "TableName": table,
                        "Item": key(1),
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
            ]
        )
    local_aws.cloud.kill()
    local_aws.start()

    assert item(local_aws, 2) is None


def test_messages_and_objects_outlive_a_kill_after_the_snapshot(local_aws: LocalAws) -> None:
    resources = local_aws.resources
    local_aws.client("s3").put_object(Bucket=resources.files_bucket, Key="a", Body=b"kept")
    local_aws.client("sqs").send_message(QueueUrl=resources.documents_queue, MessageBody="kept")
    time.sleep(SNAPSHOT_SECONDS)

    local_aws.cloud.kill()
    local_aws.start()

    received = local_aws.client("sqs").receive_message(QueueUrl=resources.documents_queue)
    kept = local_aws.client("s3").get_object(Bucket=resources.files_bucket, Key="a")
    assert [message["Body"] for message in received["Messages"]] == ["kept"]
    assert kept["Body"].read() == b"kept"


def test_the_index_and_the_conditions_work_on_items_read_back(local_aws: LocalAws) -> None:
    dynamodb, table = local_aws.client("dynamodb"), local_aws.resources.table
    due = {"due_pk": {"S": "INSURANCE"}, "due_sk": {"S": "2026-11-23"}}
    dynamodb.put_item(TableName=table, Item={**key(1), **due})
    local_aws.cloud.kill()
    local_aws.start()

    found = dynamodb.query(
        TableName=table,
        IndexName="due",
        KeyConditionExpression="due_pk = :kind",
        ExpressionAttributeValues={":kind": {"S": "INSURANCE"}},
    )

    assert found["Items"] == [{**key(1), **due}]
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName=table, Item=key(1), ConditionExpression="attribute_not_exists(pk)")


def test_an_item_past_its_expiry_is_not_read_back(local_aws: LocalAws) -> None:
    dynamodb, table = local_aws.client("dynamodb"), local_aws.resources.table
    for number, expiry in ((1, time.time() - 60), (2, time.time() + 3600)):
        dynamodb.put_item(TableName=table, Item={**key(number), EXPIRY_ATTRIBUTE: {"N": str(int(expiry))}})

    local_aws.cloud.kill()
    local_aws.start()

    assert item(local_aws, 1) is None
    assert item(local_aws, 2) is not None


def test_a_deleted_table_does_not_come_back(local_aws: LocalAws) -> None:
    dynamodb, table = local_aws.client("dynamodb"), local_aws.resources.table
    dynamodb.put_item(TableName=table, Item=key(1))
    dynamodb.delete_table(TableName=table)

    local_aws.cloud.kill()
    local_aws.start()
    assert dynamodb.list_tables()["TableNames"] == []
    local_aws.create()

    assert item(local_aws, 1) is None


def test_counters_of_several_threads_are_exact_after_a_kill(local_aws: LocalAws) -> None:
    dynamodb, table = local_aws.client("dynamodb"), local_aws.resources.table

    def count(_: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key=key(1),
            UpdateExpression="ADD cents :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(200)))
    local_aws.cloud.kill()
    local_aws.start()

    assert item(local_aws, 1) == {**key(1), "cents": {"N": "200"}}


def test_creating_the_resources_again_changes_nothing(shared_aws: LocalAws) -> None:
    before = shared_aws.client("sqs").list_queues()["QueueUrls"]

    again = shared_aws.create()

    assert again == shared_aws.resources
    assert shared_aws.client("sqs").list_queues()["QueueUrls"] == before
    assert again.payments_queue in before


def test_only_a_sound_signed_address_opens_a_file(shared_aws: LocalAws) -> None:
    s3, bucket = shared_aws.client("s3"), shared_aws.resources.files_bucket
    s3.put_object(Bucket=bucket, Key="mine.pdf", Body=b"mine")
    s3.put_object(Bucket=bucket, Key="hers.pdf", Body=b"hers")

    signed = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "mine.pdf"}, ExpiresIn=60)
    short = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "mine.pdf"}, ExpiresIn=1)
    time.sleep(2.1)

    assert status(signed) == 200
    assert status(signed.partition("?")[0]) == 403
    assert status(signed.replace("mine.pdf", "hers.pdf")) == 403
    assert status(short) == 403


def test_the_local_aws_ends_when_who_started_it_is_gone(local_aws: LocalAws) -> None:
    process = local_aws.cloud._process
    assert process is not None
    assert process.stdin is not None

    process.stdin.close()

    assert process.wait(10) == 0


def test_kept_items_are_all_written_or_none(tmp_path: Any) -> None:
    kept = KeptItems(tmp_path / "items.sqlite3")

    with pytest.raises(TypeError):
        kept.write([("arn", "a", "1", {"n": {"N": "1"}}), ("arn", "b", "1", {"n": object()})])

    assert kept.items("arn", EXPIRY_ATTRIBUTE) == {}
    kept.write([("arn", "a", "1", {"n": {"N": "1"}})])
    assert json.dumps(kept.items("arn", EXPIRY_ATTRIBUTE)) == '{"a": {"1": {"n": {"N": "1"}}}}'
    kept.close()
