"""A first deployment that failed and could not be undone: what it left goes, unless somebody's is in it.

The local cloud removes a protected table with the rest, so CloudFormation's word is put into its mouth here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.deploy import DeploymentFailed
from infra.deploy.stack import look_at
from tests.infra.aws.standing import STAGE
from tests.infra.deploy.conftest import Operator

TABLE = STAGE.parameters["TableName"]


def bucket(name: str) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": name}}


BUCKETS = {"FilesBucket": bucket("left-files"), "AccessLogBucket": bucket("left-logs")}
LEFT = {"Table", *BUCKETS}


@contextmanager
def half_undone(operator: Operator) -> Iterator[None]:
    """Have CloudFormation say that it could not remove what stands."""
    stands = [True]

    def tells_the_status(parsed: Any, **_: Any) -> None:
        if stands and "Stacks" in parsed:
            parsed["Stacks"][0]["StackStatus"] = "ROLLBACK_FAILED"

    def tells_the_resources(parsed: Any, **_: Any) -> None:
        for one in parsed["StackResources"]:
            one["ResourceStatus"] = "DELETE_FAILED" if one["LogicalResourceId"] in LEFT else "DELETE_COMPLETE"

    def goes(**_: Any) -> None:
        stands.clear()

    with (
        operator.at_each("after-call", "DescribeStacks", tells_the_status),
        operator.at_each("after-call", "DescribeStackResources", tells_the_resources),
        operator.at_each("before-call", "DeleteStack", goes),
    ):
        yield


def test_what_a_first_deployment_left_is_removed_when_it_holds_nothing(operator: Operator) -> None:
    first = operator.deploys(operator.package("one", **BUCKETS))
    operator.client("s3").put_object(Bucket="left-logs", Key="files/2026-11-23", Body=b"who asked")
    operator.asked.clear()
    two = operator.package("two", **BUCKETS)
    with half_undone(operator):
        deployed = operator.deploys(two)

    assert operator.asked[0].endswith("Remove what is left of it?")
    assert f"{TABLE} is left (AWS::DynamoDB::Table)" in operator.said
    assert deployed.changed
    assert deployed.release != first.release
    assert operator.runs(two)
    assert "Contents" not in operator.client("s3").list_objects_v2(Bucket="left-logs")


def entrust(operator: Operator, what: str) -> None:
    if what == TABLE:
        item = {"pk": {"S": "LEASE#1"}, "sk": {"S": "LEASE"}}
        operator.client("dynamodb").put_item(TableName=TABLE, Item=item)
    else:
        operator.client("s3").put_object(Bucket=what, Key="tickets/1.pdf", Body=b"")


@pytest.mark.parametrize(
    ("what", "by_hand"),
    [
        (TABLE, f"aws dynamodb delete-table --region eu-west-3 --table-name {TABLE}"),
        ("left-files", "aws s3 rb --force s3://left-files"),
    ],
)
def test_what_holds_something_stays_and_nobody_is_asked(operator: Operator, what: str, by_hand: str) -> None:
    operator.deploys(operator.package("one", **BUCKETS))
    entrust(operator, what)
    operator.asked.clear()

    with (
        half_undone(operator),
        pytest.raises(DeploymentFailed, match=f"and {what} is not empty: nothing was removed") as told,
    ):
        operator.deploys(operator.package("two", **BUCKETS))
    assert by_hand in str(told.value)
    assert operator.asked == []
    assert TABLE in operator.client("dynamodb").list_tables()["TableNames"]
    assert look_at(operator.place).exists
