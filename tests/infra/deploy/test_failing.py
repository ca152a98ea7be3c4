"""Deployments that go wrong on the way: what failed is said, and what stood before stands again."""

import json

import pytest

from infra.deploy import DeploymentFailed, NotReady
from infra.deploy.stack import look_at
from tests.infra.deploy.conftest import BUCKET, Operator

BROKEN = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": "https://nowhere", "Timeout": "1"},
    "DependsOn": "Table",
}
TAKEN = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}}
CAUSE = "what failed, the cause first:\n"


def test_what_failed_is_said_and_what_stood_stands_again(operator: Operator) -> None:
    one = operator.package("one")
    first = operator.deploys(one)

    with pytest.raises(DeploymentFailed, match=r"UPDATE_ROLLBACK_COMPLETE: .* before stands again"):
        operator.deploys(operator.package("two", Broken=BROKEN))
    failed = operator.said.partition(CAUSE)[2].splitlines()
    assert "_FAILED" in failed[0]
    assert "AWS::CloudFormation::WaitCondition  Broken: " in failed[0]
    assert operator.runs(one)
    assert operator.parameters["Release"] == first.release


def test_what_was_found_wrong_before_it_began_is_said_too(operator: Operator) -> None:
    with pytest.raises(DeploymentFailed):
        operator.deploys(operator.package("one", Taken=TAKEN))

    assert f"identifier '{BUCKET}' already exists" in operator.said.partition(CAUSE)[2]


def test_a_first_deployment_that_failed_is_removed_and_made_anew(operator: Operator) -> None:
    with pytest.raises(DeploymentFailed, match=r"ends in ROLLBACK_COMPLETE: .* nothing stands"):
        operator.deploys(operator.package("one", Broken=BROKEN))
    assert look_at(operator.place).status == "ROLLBACK_COMPLETE"
    assert operator.client("dynamodb").list_tables()["TableNames"] == [], "it would be in the way"
    operator.asked.clear()
    two = operator.package("two")
    deployed = operator.deploys(two)

    assert deployed.changed
    assert operator.asked[0].endswith("Remove what is left of it?")
    assert operator.runs(two)


def test_what_is_left_of_a_first_deployment_stays_when_the_person_says_no(operator: Operator) -> None:
    with pytest.raises(DeploymentFailed):
        operator.deploys(operator.package("one", Broken=BROKEN))
    operator.answer = False

    with pytest.raises(DeploymentFailed, match="has to go before"):
        operator.deploys(operator.package("two"))
    assert look_at(operator.place).status == "ROLLBACK_COMPLETE"


def test_a_stack_that_is_being_changed_is_left_alone(operator: Operator) -> None:
    waiting = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"},
        },
    }
    stack, body = operator.place.stage.stack, json.dumps({"Resources": waiting})
    operator.client("cloudformation").create_stack(StackName=stack, TemplateBody=body)

    with pytest.raises(NotReady, match=r"is being changed \(CREATE_IN_PROGRESS\)"):
        operator.deploys(operator.package("one"))


def test_of_two_deployments_at_once_one_is_told_that_it_was_overtaken(operator: Operator) -> None:
    operator.deploys(operator.package("one"))
    quicker = operator.package("quicker")

    def ask(_: str) -> bool:
        operator.differently.clear()
        operator.deploys(quicker)
        return True

    operator.differently["ask"] = ask
    with pytest.raises(DeploymentFailed, match="another deployment was quicker"):
        operator.deploys(operator.package("slower"))
    assert operator.runs(quicker)
