"""Each function may do what its policy says, and is refused everything else."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.stage import FUNCTIONS, WEB, LiveStage

Call = tuple[str, str, dict[str, Any]]
NOBODY = {"pk": {"S": "PAYMENT#0"}, "sk": {"S": "PAYMENT"}}
# Calls that no function makes: service, operation, what is asked.
NOBODYS: list[Call] = [
    ("dynamodb", "scan", {"TableName": "{table}"}),
    ("dynamodb", "delete_table", {"TableName": "{table}"}),
    ("s3", "list_objects_v2", {"Bucket": "{files}"}),
    ("s3", "put_object", {"Bucket": "{files}", "Key": "elsewhere/forged.pdf", "Body": b""}),
    ("secretsmanager", "get_secret_value", {"SecretId": "another"}),
    ("iam", "list_users", {}),
]
# Calls that another function needs, and this one must not make.
ANOTHERS: dict[str, list[Call]] = {
    WEB: [
        ("s3", "put_object", {"Bucket": "{files}", "Key": "tickets/9126/forged.pdf", "Body": b""}),
        ("s3", "get_object", {"Bucket": "{uploads}", "Key": "9126-1/x"}),
        ("sqs", "receive_message", {"QueueUrl": "{payments}"}),
    ],
    "sync_payments": [
        ("s3", "get_object", {"Bucket": "{files}", "Key": "tickets/9126/a.pdf"}),
        ("sqs", "send_message", {"QueueUrl": "{payments}", "MessageBody": "{}"}),
    ],
    "issue_documents": [
        ("dynamodb", "delete_item", {"TableName": "{table}", "Key": NOBODY}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "sweep_payments": [
        ("dynamodb", "get_item", {"TableName": "{table}", "Key": NOBODY}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "plan_insurance_alerts": [
        ("dynamodb", "update_item", {"TableName": "{table}", "Key": NOBODY}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "send_insurance_alerts": [
        ("dynamodb", "delete_item", {"TableName": "{table}", "Key": NOBODY}),
        ("s3", "get_object", {"Bucket": "{files}", "Key": "tickets/9126/a.pdf"}),
    ],
    "plan_papers": [
        ("dynamodb", "get_item", {"TableName": "{table}", "Key": NOBODY}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "issue_papers": [
        ("dynamodb", "delete_item", {"TableName": "{table}", "Key": NOBODY}),
        ("s3", "put_object", {"Bucket": "{files}", "Key": "tickets/9126/forged.pdf", "Body": b""}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "send_mails": [
        ("dynamodb", "put_item", {"TableName": "{table}", "Item": NOBODY}),
        ("s3", "get_object", {"Bucket": "{files}", "Key": "papers/9126/a.pdf"}),
    ],
    "inspect_uploads": [
        ("s3", "get_object", {"Bucket": "{files}", "Key": "tickets/9126/a.pdf"}),
        ("s3", "put_object", {"Bucket": "{files}", "Key": "tickets/9126/forged.pdf", "Body": b""}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "sweep_uploads": [
        ("dynamodb", "get_item", {"TableName": "{table}", "Key": NOBODY}),
        ("s3", "get_object", {"Bucket": "{uploads}", "Key": "9126-1/x"}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
    "record_mail_events": [("dynamodb", "get_item", {"TableName": "{table}", "Key": NOBODY})],
    "answer_access": [
        ("s3", "get_object", {"Bucket": "{files}", "Key": "tickets/9126/a.pdf"}),
        ("sqs", "send_message", {"QueueUrl": "{payments}", "MessageBody": "{}"}),
    ],
    "clear_expired": [
        ("dynamodb", "put_item", {"TableName": "{table}", "Item": NOBODY}),
        ("sqs", "send_message", {"QueueUrl": "{documents}", "MessageBody": "{}"}),
    ],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_call_that_the_policy_does_not_allow_is_refused(stage: LiveStage, name: str) -> None:
    names = {
        "{table}": stage.deployed.table,
        "{files}": stage.deployed.outputs["FilesBucketName"],
        "{uploads}": stage.deployed.outputs["UploadsBucketName"],
        "{payments}": stage.queue("payments").url,
        "{documents}": stage.queue("documents").url,
    }
    for service, operation, asked in NOBODYS + ANOTHERS[name]:
        ask = getattr(stage.function(name).client(service), operation)
        named = {
            key: names.get(value, value) if isinstance(value, str) else value for key, value in asked.items()
        }
        with pytest.raises(ClientError, match="AccessDenied"):
            ask(**named)


def test_each_function_is_tried_with_what_is_another_s() -> None:
    assert ANOTHERS.keys() == set(FUNCTIONS)


def test_the_pages_stand_on_the_policy_of_their_function_and_on_nothing_else(stage: LiveStage) -> None:
    visitor = stage.visitor()
    with stage.function(WEB).without_its_policy():
        refused = visitor.ask("GET", "/sante")

    assert refused.status == 500
    assert visitor.ask("GET", "/sante").status == 200
