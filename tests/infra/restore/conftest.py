"""Fixtures of the drill: the stage of the rehearsal with its table and its bucket, on the local AWS."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest

from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.files import S3Files
from chalicelib.storage.table import leave_table, use_table
from infra.deploy import Place
from infra.deploy.stack import look_at
from infra.local.resources import REGION, Resources, client, create_table
from tests.conftest import ACCOUNT
from tests.infra.aws.standing import STAGE, place_at
from tests.mothers import (
    ELOISE,
    a_certificate,
    a_document,
    a_request,
    a_tenant,
    an_action,
    settle_in,
)
from tests.rehearsal.waiting import until

TABLE = STAGE.parameters["TableName"]
ACCOUNT_NUMBER = "000000000000"
MOST = 25  # in one request


@dataclass
class Landlord:
    """A landlord's table and bucket, and an operator who reads what is said."""

    endpoint: str
    lines: list[str] = field(default_factory=list)
    first: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def place(self) -> Place:
        return place_at(self.endpoint, say=self.lines.append)

    @property
    def bucket(self) -> str:
        return f"{STAGE.stack}-files-{ACCOUNT_NUMBER}"

    def stands(self, table: str = TABLE) -> None:
        """Have the stage's stack stand, with a table in use."""
        template = {
            "Parameters": {"TableName": {"Type": "String"}},
            "Resources": {"Alarms": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {"FilesBucketName": {"Value": self.bucket}},
        }
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(
            StackName=STAGE.stack,
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": "TableName", "ParameterValue": table}],
        )
        until(lambda: look_at(self.place).status == "CREATE_COMPLETE", "the stack")

    @cached_property
    def files(self) -> S3Files:
        return S3Files(self.bucket)

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def client(self, service: str) -> Any:
        return client(service, self.endpoint, ACCOUNT)

    def settle(self, homes: int, papers: int) -> list[str]:
        """Settle tenants in, and keep papers of theirs; give the tenants."""
        tenants = [f"{ELOISE}{number}" for number in range(homes)]
        for number, tenant in enumerate(tenants):
            lease = f"L{number}"
            settle_in(
                a_tenant(tenant),
                (lease,),
                requests=[a_request(f"D{number:06}", tenant, lease=lease)],
                actions=[an_action()],
                certificates=[a_certificate(lease)],
            )
        for number in range(papers):
            self.keep_paper(f"L{number % homes}", number)
        return tenants

    def keep_paper(self, lease: str, number: int) -> None:
        content = f"%PDF-1.7 paper {number} of {lease}".encode() * 10
        key, id = f"tickets/{lease}/{number:032}.pdf", f"ticket-2026-11-23-{number:032}"
        self.files.put(key, content, "application/pdf")
        DynamoDocuments().add(replace(a_document(lease), id=id, key=key, size_bytes=len(content)))

    def items(self, table: str = TABLE) -> list[dict[str, Any]]:
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]

    def tables(self) -> set[str]:
        return set(self.client("dynamodb").list_tables()["TableNames"])

    def wipe(self) -> None:
        """Lose everything: every item, every file."""
        dynamodb, s3, items = self.client("dynamodb"), self.client("s3"), self.items()
        for start in range(0, len(items), MOST):
            gone = [{"pk": item["pk"], "sk": item["sk"]} for item in items[start : start + MOST]]
            dynamodb.batch_write_item(RequestItems={TABLE: [{"DeleteRequest": {"Key": key}} for key in gone]})
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            keys = [{"Key": one["Key"]} for one in page.get("Contents", [])]
            s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys})
        assert (self.items(), s3.list_objects_v2(Bucket=self.bucket)["KeyCount"]) == ([], 0)


@pytest.fixture
def landlord(aws: str, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[Landlord]:
    """Lay the stage out as its template does."""
    one = Landlord(aws)
    dynamodb, s3 = one.client("dynamodb"), one.client("s3")
    create_table(dynamodb, TABLE)
    dynamodb.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    s3.create_bucket(Bucket=one.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=one.bucket, VersioningConfiguration={"Status": "Enabled"})
    monkeypatch.setenv("PORTAL_TABLE", TABLE)
    monkeypatch.setenv("PORTAL_FILES_BUCKET", one.bucket)
    leave_table()
    use_table(TABLE)
    events, asking = dynamodb.meta.events, "after-call.dynamodb.DescribeContinuousBackups"

    def as_on_aws(parsed: Any, **_: Any) -> None:
        """Say from when on a table can be restored; the local cloud says now of every table."""
        told = parsed.get("ContinuousBackupsDescription", {})
        recovery = told.get("PointInTimeRecoveryDescription", {})
        if "EarliestRestorableDateTime" in recovery:
            recovery["EarliestRestorableDateTime"] = one.first

    events.register(asking, as_on_aws)
    yield one
    events.unregister(asking, as_on_aws)
    leave_table()
