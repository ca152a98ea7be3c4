"""The stack on the local AWS, signatures and policies enforced: it stands, and its parts find each other."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.resources import REGION
from tests.infra.aws.conftest import Packaged
from tests.infra.aws.mails import bounce
from tests.infra.aws.standing import Stack, stand


@pytest.fixture
def stack(aws: str, packaged: Packaged) -> Stack:
    urllib.request.urlopen(urllib.request.Request(f"{aws}/_ministack/reset", method="POST")).close()
    return stand(aws, packaged)


def until(seen: Callable[[], Any], tries: int = 100) -> Any:
    """Wait for something to be seen: consumers look at their queues every now and then."""
    for _ in range(tries):
        if found := seen():
            return found
        time.sleep(0.1)
    raise AssertionError("nothing to be seen")


def asked(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_the_stack_stands_and_the_portal_answers_with_its_own_rights(stack: Stack) -> None:
    """Ask for a page, and for what needs the secret and the table."""
    status, page = asked(f"{stack.api}/connexion")

    assert asked(f"{stack.api}/sante") == (200, '{"etat":"ok"}')
    assert status == 200
    assert "<h1>Se connecter</h1>" in page


def test_a_bounce_goes_from_the_queue_to_the_table(stack: Stack) -> None:
    url = stack.queue("MailEventsQueueUrl")
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=bounce("Nobody@courriel.example"))
    key = {"pk": {"S": "MAIL#nobody@courriel.example"}, "sk": {"S": "MAIL"}}

    table = stack.client("dynamodb")
    found = until(lambda: table.get_item(TableName=stack.outputs["TableName"], Key=key).get("Item"))

    assert found["trouble"] == {"S": "bounced"}


def as_function(stack: Stack, output: str, service: str) -> Any:
    """Make a client with the rights of a function."""
    function = stack.client("lambda").get_function_configuration(FunctionName=stack.outputs[output])
    session = stack.client("sts").assume_role(RoleArn=function["Role"], RoleSessionName="tests")
    given = session["Credentials"]
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=stack.endpoint,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def test_a_call_that_the_policy_does_not_allow_is_refused(stack: Stack) -> None:
    table = as_function(stack, "SyncPaymentsName", "dynamodb")
    name = stack.outputs["TableName"]
    nobody = {"pk": {"S": "PAYMENT#0"}, "sk": {"S": "PAYMENT"}}

    assert "Item" not in table.get_item(TableName=name, Key=nobody)
    refused: list[tuple[Any, dict[str, Any]]] = [
        (table.scan, {}),
        (table.delete_table, {}),
        (as_function(stack, "SweepPaymentsName", "dynamodb").get_item, {"Key": nobody}),
        (as_function(stack, "RecordMailEventsName", "dynamodb").get_item, {"Key": nobody}),
    ]
    for ask, what in refused:
        with pytest.raises(ClientError, match="AccessDenied"):
            ask(TableName=name, **what)
    with pytest.raises(ClientError, match="AccessDenied"):
        as_function(stack, "SyncPaymentsName", "s3").list_objects_v2(Bucket=stack.outputs["FilesBucketName"])


def test_every_alarm_fires_on_its_own_metric_and_not_on_a_calm_one(stack: Stack) -> None:
    """Put each metric just short of its threshold, then at or past it.

    The local cloud does not look at dimensions: ``test_alarms`` reads those.
    """
    cloudwatch = stack.client("cloudwatch")
    alarms = cloudwatch.describe_alarms(MaxRecords=100)["MetricAlarms"]
    assert len(alarms) >= 20
    rising = [one for one in alarms if one["ComparisonOperator"] != "LessThanThreshold"]
    for alarm in rising:
        put(
            cloudwatch,
            alarm,
            alarm["Threshold"] if alarm["ComparisonOperator"] == "GreaterThanThreshold" else 0,
        )
    assert firing(cloudwatch) == set()

    for alarm in rising:
        put(cloudwatch, alarm, alarm["Threshold"] * 2)
    silent = [one for one in alarms if one not in rising]
    for alarm in silent:
        put(cloudwatch, alarm, 0)
    assert firing(cloudwatch) == {one["AlarmName"] for one in alarms}

    for alarm in silent:
        put(cloudwatch, alarm, alarm["Threshold"])
    assert firing(cloudwatch) == {one["AlarmName"] for one in rising}


def firing(cloudwatch: Any) -> set[str]:
    return {
        one["AlarmName"]
        for one in cloudwatch.describe_alarms(StateValue="ALARM", MaxRecords=100)["MetricAlarms"]
    }


def put(cloudwatch: Any, alarm: dict[str, Any], value: float) -> None:
    one = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": value}
    cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[one])
