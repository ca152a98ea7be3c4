"""A stack whose first deployment failed: what is left of it goes, if nobody entrusted anything to it.

CloudFormation undoes a failed creation, but not all of it: a table that is protected from deletion stays, and
a bucket that access was logged into.  Only what the stack made itself and could not remove is touched, and
only when it is empty (« pile mort-née »).
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.change_set import GOES_ON
from infra.deploy.ending import begun
from infra.deploy.failure import DeploymentFailed
from infra.deploy.place import REGION, Place
from infra.deploy.stack import Events, wait_until_done

TABLE, BUCKET, LEFT = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "DELETE_FAILED"
# What lies in this one was written by S3, not by a tenant.
LOGS = "AccessLogBucket"


@dataclass(frozen=True)
class Left:
    """Something that CloudFormation made and could not remove."""

    logical: str
    kind: str
    name: str

    @property
    def by_hand(self) -> str:
        """Spell how a person removes it."""
        if self.kind == TABLE:
            named = f"--region {REGION} --table-name {self.name}"
            return (
                f"  aws dynamodb update-table --no-deletion-protection-enabled {named}\n"
                f"  aws dynamodb delete-table {named}"
            )
        return f"  aws s3api list-object-versions --bucket {self.name}\n  aws s3 rb --force s3://{self.name}"


def remove_unborn(place: Place) -> None:
    """Remove a stack that never stood, with the table and the buckets that it left.

    ``DeploymentFailed`` when the person says no, or when one of them holds something.
    """
    stack, status = place.stage.stack, _found(place)
    left = _left(place, status["StackId"])
    _refuse_full(place, left)
    for one in left:
        place.say(f"  {one.name} is left ({one.kind}), and nothing was entrusted to it")
    if not place.ask(f"The first deployment of {stack} failed and was undone. Remove what is left of it?"):
        raise DeploymentFailed(
            f"{stack} stays as it is ({status['StackStatus']}): it has to go before it can be made anew"
        )
    with begun(GOES_ON):
        for one in left:
            _remove_table(place, one.name) if one.kind == TABLE else _remove_bucket(place, one)
        events = Events(place, status["StackId"])
        place.client("cloudformation").delete_stack(StackName=status["StackId"])
        end = wait_until_done(place, status["StackId"], events)
    if end != "DELETE_COMPLETE":
        raise DeploymentFailed(f"{stack} could not be removed ({end}): read its events")


def _found(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = place.client("cloudformation").describe_stacks(StackName=place.stage.stack)
    (stack,) = found["Stacks"]
    return dict(stack)


def _left(place: Place, stack: str) -> list[Left]:
    """List the table and the buckets that this stack made and could not remove, as long as they are there."""
    told = place.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    found = [
        Left(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for one in told
        if one["ResourceType"] in {TABLE, BUCKET} and one["ResourceStatus"] == LEFT
    ]
    return [one for one in found if _is_there(place, one)]


def _is_there(place: Place, one: Left) -> bool:
    try:
        if one.kind == TABLE:
            place.client("dynamodb").describe_table(TableName=one.name)
        else:
            place.client("s3").head_bucket(Bucket=one.name)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"ResourceNotFoundException", "404", "NoSuchBucket"}:
            return False
        raise
    return True


def _refuse_full(place: Place, left: list[Left]) -> None:
    full = [one for one in left if _holds_something(place, one)]
    if full:
        raise DeploymentFailed(
            f"the first deployment of {place.stage.stack} failed, and "
            + " and ".join(one.name for one in full)
            + " is not empty: nothing was removed.  See whose that is; what may go goes with\n"
            + "\n".join(one.by_hand for one in full)
        )


def _holds_something(place: Place, one: Left) -> bool:
    if one.kind == TABLE:
        read = place.client("dynamodb").scan(TableName=one.name, Limit=1, ConsistentRead=True)
        return bool(read["Items"])
    if one.logical == LOGS:
        return False
    held = place.client("s3").list_object_versions(Bucket=one.name, MaxKeys=1)
    return bool(held.get("Versions") or held.get("DeleteMarkers"))


def _remove_table(place: Place, name: str) -> None:
    dynamodb = place.client("dynamodb")
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)


def _remove_bucket(place: Place, one: Left) -> None:
    s3 = place.client("s3")
    if one.logical == LOGS:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=one.name):
            keys = [
                {"Key": held["Key"], "VersionId": held["VersionId"]}
                for held in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            ]
            if keys:
                s3.delete_objects(Bucket=one.name, Delete={"Objects": keys, "Quiet": True})
    s3.delete_bucket(Bucket=one.name)
