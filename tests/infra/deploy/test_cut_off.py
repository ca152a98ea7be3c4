"""Deployments that are cut off, overtaken or answered late: nothing is taken for done, or for not begun."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy import Stage
from infra.deploy.__main__ import main
from infra.deploy.stack import look_at
from tests.infra.aws.standing import STAGE
from tests.infra.deploy.conftest import Operator, step
from tests.rehearsal.waiting import until

EXPIRED = ClientError({"Error": {"Code": "ExpiredToken"}}, "DescribeStacks")


class Expiry:
    """A token that is good until a change has begun."""

    begun = False

    def begins(self, **_: Any) -> None:
        self.begun = True

    def is_looked_at(self, **_: Any) -> None:
        if self.begun:
            raise EXPIRED


def test_a_token_that_expires_in_the_middle_does_not_say_that_nothing_was_begun(
    operator: Operator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package, token = operator.package("one"), Expiry()
    operator.differently["stage"] = Stage("dev", STAGE.parameters)
    monkeypatch.setattr("infra.deploy.__main__.build", lambda *_: package)
    monkeypatch.setattr("infra.deploy.deploying.all_migrations", list)
    monkeypatch.setattr("infra.deploy.secret.ORIGIN_KEYS", ())

    def deploys() -> int:
        return main(["deploy", "rehearsal", "--yes"], lambda _, ask: replace(operator.place, ask=ask))

    with (
        operator.at_each("after-call", "ExecuteChangeSet", token.begins),
        operator.at_each("before-call", "DescribeStacks", token.is_looked_at),
    ):
        assert deploys() == 1
    said = capsys.readouterr().err
    assert said.startswith("the credentials have expired: sign in again; AWS goes on by itself; sign in")
    assert said.endswith("then the same command goes on from there\n")

    until(lambda: look_at(operator.place).status == "CREATE_COMPLETE", "the end")
    operator.lines.clear()
    assert deploys() == 0
    assert "nothing changes" in operator.said
    (stack,) = operator.client("cloudformation").describe_stacks(StackName="espace-locataire-dev")["Stacks"]
    assert stack["EnableTerminationProtection"] is True
    assert "for the landlord's DNS: DistributionDomain" in operator.said


def test_a_change_is_put_back_when_it_fails_whatever_the_stack_was_made_with(operator: Operator) -> None:
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params["body"])

    with operator.at_each("before-call", "ExecuteChangeSet", note):
        operator.deploys(operator.package("one"))

    assert [(one["DisableRollback"], one["RetainExceptOnCreate"]) for one in asked] == [("false", "true")]


class Late:
    """CloudFormation at its slowest: after the change has begun, one answer each is that of before."""

    def __init__(self) -> None:
        self.stale: set[str] = set()
        self.events: list[Any] = []

    def begins(self, **_: Any) -> None:
        self.stale = {"status", "events"}

    def tells_the_status(self, parsed: Any, **_: Any) -> None:
        if "status" in self.stale:
            self.stale.remove("status")
            parsed["Stacks"][0]["StackStatus"] = "CREATE_COMPLETE"

    def tells_the_events(self, parsed: Any, **_: Any) -> None:
        if "events" in self.stale:
            self.stale.remove("events")
            parsed["StackEvents"] = list(self.events)
        self.events = parsed["StackEvents"]


def test_how_the_stack_ended_the_time_before_is_not_taken_for_the_end(operator: Operator) -> None:
    operator.deploys(operator.package("one"))
    late, two = Late(), operator.package("two")

    with (
        operator.at_each("after-call", "ExecuteChangeSet", late.begins),
        operator.at_each("after-call", "DescribeStacks", late.tells_the_status),
        operator.at_each("after-call", "DescribeStackEvents", late.tells_the_events),
    ):
        deployed = operator.deploys(two)

    assert "UPDATE_COMPLETE              AWS::CloudFormation::Stack" in operator.said
    assert operator.runs(two)
    assert deployed.release == operator.parameters["Release"]


def test_a_release_that_came_while_another_was_uploaded_is_not_overwritten(operator: Operator) -> None:
    operator.deploys(operator.package("one"))
    slower, quicker = operator.package("slower"), operator.package("quicker")

    def say(line: str) -> None:
        if "->" in line:
            operator.differently.clear()
            operator.deploys(quicker)

    operator.differently["say"] = say
    told = step(operator, operator.deploys, slower)

    assert told.refused.startswith("NotReady: another deployment came between")
    assert operator.runs(quicker)
    sets = operator.client("cloudformation").list_change_sets(StackName=operator.place.stage.stack)
    assert {one["ExecutionStatus"] for one in sets["Summaries"]} == {"EXECUTE_COMPLETE"}


QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "more"}}


def test_the_way_back_takes_a_queue_with_it_that_came_since_once_it_holds_nothing(operator: Operator) -> None:
    one, two = operator.package("one"), operator.package("two", MoreQueue=QUEUE)
    operator.deploys(one)
    operator.deploys(two)
    sqs = operator.client("sqs")
    (url,) = sqs.list_queues(QueueNamePrefix="more")["QueueUrls"]
    for delay in (60, 0):
        sqs.send_message(QueueUrl=url, MessageBody="{}", DelaySeconds=delay)
        told = step(operator, operator.goes_back)
        assert told.refused.startswith("DeploymentFailed: refused, nothing was changed")
        assert "- Remove  MoreQueue" in told.refused
        assert operator.runs(two)
        sqs.purge_queue(QueueUrl=url)

    operator.goes_back()
    assert operator.runs(one)
    assert "MoreQueue may go: nothing waits in it" in operator.said
    assert sqs.list_queues(QueueNamePrefix="more").get("QueueUrls", []) == []


def test_a_table_that_came_since_stands_in_the_way_back_even_empty(operator: Operator) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    }
    operator.deploys(operator.package("one"))
    operator.deploys(operator.package("two", More=table))

    assert "- Remove  More " in step(operator, operator.goes_back).refused


def test_the_commit_is_in_the_question_with_its_being_changed(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.deploy.releases.present_commit", lambda: "0a1b2c (changed)")
    operator.answer = False

    step(operator, operator.deploys, operator.package("one"))
    assert operator.asked[-1].endswith("(commit 0a1b2c (changed))?")
