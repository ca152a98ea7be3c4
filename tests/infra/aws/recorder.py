"""Listens to what a function asks of AWS, as IAM would name it (« relevé des appels »).

It stands where every client of botocore passes, PynamoDB's too.  A transaction is allowed by what it does to
its items; an address that is signed is asked for by whoever opens it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore import signers
from botocore.client import BaseClient

from infra.aws.policies import Call

SETTINGS_OF_MAIL = "espace-locataire"
IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


class Unknown(Exception):
    """A service that nobody taught the recorder: write down how its calls are named."""


@contextmanager
def recorded(account: str, region: str) -> Iterator[set[Call]]:
    """Record the calls that are made meanwhile."""
    calls: set[Call] = set()
    make, sign = BaseClient._make_api_call, signers.generate_presigned_url
    sign_form = signers.generate_presigned_post

    def note(self: Any, operation: str, asked: Mapping[str, Any]) -> Any:
        service = self.meta.service_model.signing_name
        calls.update(calls_of(service, operation, asked, account, region))
        return make(self, operation, asked)

    def note_signed(self: Any, method: str, Params: Mapping[str, Any], **more: Any) -> Any:  # noqa: N803
        operation = self.meta.method_to_api_mapping[method]
        calls.update(calls_of(self.meta.service_model.signing_name, operation, Params, account, region))
        return sign(self, method, Params=Params, **more)

    def note_form(self: Any, Bucket: str, Key: str, **more: Any) -> Any:  # noqa: N803
        calls.add(Call("s3:PutObject", f"arn:aws:s3:::{Bucket}/{Key}"))
        return sign_form(self, Bucket, Key, **more)

    # Clients get their signing methods when they are made: those made meanwhile get these.
    with (
        patch.object(BaseClient, "_make_api_call", note),
        patch.object(signers, "generate_presigned_url", note_signed),
        patch.object(signers, "generate_presigned_post", note_form),
    ):
        yield calls


def calls_of(
    service: str, operation: str, asked: Mapping[str, Any], account: str, region: str
) -> Iterable[Call]:
    """Name what one request asks for: IAM actions on resources."""
    arn = f"arn:aws:{service}:{region}:{account}"
    match service:
        case "dynamodb":
            yield from _dynamodb(operation, asked, arn)
        case "s3":
            yield from _s3(operation, asked)
        case "sqs":  # ten messages together are asked for as one is
            queue = asked["QueueUrl"].rsplit("/", 1)[1]
            yield Call(f"sqs:{operation.removesuffix('Batch')}", f"{arn}:{queue}")
        case "ses":
            yield from _ses(asked, arn)
        case "secretsmanager":
            yield Call(f"secretsmanager:{operation}", f"{arn}:secret:{asked['SecretId']}-abcdef")
        case _:
            raise Unknown(f"{service} {operation}")


def _s3(operation: str, asked: Mapping[str, Any]) -> Iterator[Call]:
    bucket = f"arn:aws:s3:::{asked['Bucket']}"
    match operation:
        case "ListObjectsV2":
            yield Call("s3:ListBucket", bucket)
        case "HeadObject":
            yield Call("s3:GetObject", f"{bucket}/{asked['Key']}")
        case "CopyObject":
            source = asked["CopySource"]
            yield Call("s3:GetObject", f"arn:aws:s3:::{source['Bucket']}/{source['Key']}")
            yield Call("s3:PutObject", f"{bucket}/{asked['Key']}")
        case _:
            yield Call(f"s3:{operation}", f"{bucket}/{asked['Key']}")


def _dynamodb(operation: str, asked: Mapping[str, Any], arn: str) -> Iterator[Call]:
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        for item in asked["TransactItems"]:
            ((kind, one),) = item.items()
            yield Call(f"dynamodb:{IN_A_TRANSACTION[kind]}", f"{arn}:table/{one['TableName']}", _keys(one))
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for table in asked["RequestItems"]:
            yield Call(f"dynamodb:{operation}", f"{arn}:table/{table}")
    else:
        index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
        yield Call(f"dynamodb:{operation}", f"{arn}:table/{asked['TableName']}{index}", _keys(asked))


def _keys(asked: Mapping[str, Any]) -> frozenset[str]:
    found = (asked.get("Key") or asked.get("Item") or {}).get("pk")
    return frozenset(found.values()) if found else frozenset()


def _ses(asked: Mapping[str, Any], arn: str) -> Iterator[Call]:
    """Name both rights: AWS checks ``SendRawEmail`` for a raw message, its documents tell of ``SendEmail``.

    Where the request names no settings, they are those of the identity.
    """
    domain = asked["FromEmailAddress"].rpartition("@")[2].rstrip(">")
    settings = asked.get("ConfigurationSetName", SETTINGS_OF_MAIL)
    for action in ("ses:SendEmail", "ses:SendRawEmail"):
        yield Call(action, f"{arn}:identity/{domain}")
        yield Call(action, f"{arn}:configuration-set/{settings}")
