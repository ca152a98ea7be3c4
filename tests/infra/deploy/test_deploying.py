"""Deployments on the local cloud, one after another: up, up again, changed, refused, ill, back."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import Stage
from infra.deploy.stack import look_at
from tests.infra.aws.standing import SECRET, STAGE
from tests.infra.deploy.conftest import BUCKET, Operator, Step, new_operator, step

OTHER_TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "another-name",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    },
}
ILL = {"sante": '{"etat":"mal"}', "connexion": "Bonjour", "nulle-part": "?"}
Story = dict[str, Any]


@pytest.fixture(scope="module")
def story(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Deploy all morning; note what came of each step."""
    operator = new_operator(aws, tmp_path_factory.mktemp("story"))
    one, two = operator.package("one"), operator.package("two")
    told: Story = {"first": step(operator, operator.deploys, one), "bucket": bucket(operator)}
    told["manifest"] = described(operator, told["first"].release)
    told["again"] = step(operator, operator.deploys, one)
    operator.answer = False
    told["no"] = step(operator, operator.deploys, two)
    told["left"] = operator.client("cloudformation").list_change_sets(StackName=operator.place.stage.stack)
    told["runs after no"] = operator.runs(one)
    operator.answer = True
    told["table"] = step(operator, operator.deploys, operator.package("table", Table=OTHER_TABLE))
    told["queue"] = step(operator, operator.deploys, operator.package("queue", WorkQueue=None))
    told["changed"] = step(operator, operator.deploys, two)
    told["sees after change"] = operator.sees("/version")
    ill = operator.package("ill", ILL)
    told["ill"] = step(operator, operator.deploys, ill)
    told["runs when ill"] = operator.runs(ill)
    told["back"] = step(operator, operator.goes_back)
    told["sees when back"] = operator.sees("/version")
    return told


def bucket(operator: Operator) -> dict[str, Any]:
    """Read the settings of the bucket of code."""
    s3, mine = operator.client("s3"), {"Bucket": BUCKET}
    return {
        "private": s3.get_public_access_block(**mine)["PublicAccessBlockConfiguration"],
        "versions": s3.get_bucket_versioning(**mine)["Status"],
        "encryption": s3.get_bucket_encryption(**mine)["ServerSideEncryptionConfiguration"]["Rules"],
        "lifecycle": s3.get_bucket_lifecycle_configuration(**mine)["Rules"],
    }


def described(operator: Operator, release: str) -> dict[str, Any]:
    body = operator.client("s3").get_object(Bucket=BUCKET, Key=f"releases/{release}.json")["Body"]
    found: dict[str, Any] = json.loads(body.read())
    return found


def releases_in(told: Step) -> list[str]:
    return [key for key in told.kept if key.startswith("releases/")]


def test_the_first_deployment_makes_all_there_is_and_says_so(story: Story) -> None:
    first: Step = story["first"]

    assert first.deployed is not None
    assert first.deployed.changed
    assert first.deployed.release == first.release == first.deployed.outputs["Release"]
    assert first.asked == 1
    assert "+ Add     Table" in first.said
    assert "CREATE_COMPLETE              AWS::DynamoDB::Table" in first.said
    assert "/sante: as it should be" in first.said


def test_every_deployment_says_what_the_dns_has_to_tell(story: Story) -> None:
    told = "for the landlord's DNS: DistributionDomain d111111abcdef8.cloudfront.net"

    assert told in story["first"].said
    assert told in story["again"].said, "the first may have been cut off before"


def test_the_stack_of_a_stage_on_aws_is_protected_from_deletion(operator: Operator) -> None:
    keys = {"ORIGIN_KEY": "a", "ORIGIN_KEY_BEFORE": "a"}
    operator.client("secretsmanager").create_secret(Name="dev", SecretString=json.dumps(SECRET | keys))
    parameters = STAGE.parameters | {"StageName": "dev", "SecretsName": "dev"}
    operator.differently["stage"] = Stage("dev", parameters)
    operator.deploys(operator.package("one"))

    (stack,) = operator.client("cloudformation").describe_stacks(StackName="espace-locataire-dev")["Stacks"]
    assert stack["EnableTerminationProtection"] is True


def test_a_release_is_described_with_its_files_and_who_made_it(story: Story) -> None:
    told, first = story["manifest"], story["first"]

    assert (told["name"], told["before"]) == (first.release, "")
    assert told["by"] == "arn:aws:iam::000000000000:root"
    assert sorted(told["files"].values()) == [key for key in first.kept if not key.startswith("releases/")]


def test_the_bucket_of_code_is_private_encrypted_keeps_versions_and_forgets_in_time(story: Story) -> None:
    found = story["bucket"]

    assert len(found["private"]) == 4
    assert set(found["private"].values()) == {True}
    assert found["versions"] == "Enabled"
    assert found["encryption"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert found["lifecycle"][0]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 35


def test_the_same_package_again_changes_nothing_and_asks_nobody(story: Story) -> None:
    first, again = story["first"], story["again"]

    assert again.deployed.changed is False
    assert again.release == first.release
    assert again.asked == 0
    assert again.kept == first.kept
    assert "->" not in again.said, "nothing is uploaded twice"
    assert "nothing changes" in again.said


def test_nothing_changes_when_the_person_says_no(story: Story) -> None:
    refused = story["no"]

    assert refused.refused == "Declined: nothing was changed"
    assert story["runs after no"]
    assert refused.release == story["first"].release
    assert releases_in(refused) == releases_in(story["first"])
    assert [one["ExecutionStatus"] for one in story["left"]["Summaries"]] == ["EXECUTE_COMPLETE"]


@pytest.mark.parametrize(("what", "shown"), [("table", "~ Modify  Table"), ("queue", "- Remove  WorkQueue")])
def test_what_must_not_be_lost_is_never_replaced_or_deleted(story: Story, what: str, shown: str) -> None:
    refused = story[what]

    assert refused.refused.startswith("DeploymentFailed: refused, nothing was changed")
    assert shown in refused.refused
    assert refused.asked == 0
    assert refused.release == story["first"].release


def test_changed_code_is_what_runs_afterwards(story: Story) -> None:
    changed = story["changed"]

    assert story["sees after change"] == "two"
    assert changed.release not in {"", story["first"].release}
    assert "~ Modify  APIHandler" in changed.said
    assert "documents-layer.zip" not in changed.said, "the layer is there already"


def test_a_portal_that_does_not_answer_well_is_told_with_the_way_back(story: Story) -> None:
    told = story["ill"].refused

    assert '/sante answers 200, \'{"etat":"mal"}\' instead of 200' in told
    assert "/connexion answers 200 with a page that has no title (h1)" in told
    assert "/nulle-part answers 200 instead of 403 or 404" in told
    assert told.endswith("make rollback STAGE=rehearsal")
    assert story["runs when ill"]


def test_the_release_before_stands_again(story: Story) -> None:
    back = story["back"]

    assert story["sees when back"] == "two"
    assert back.release == back.deployed.release == story["changed"].release
    assert back.asked == 1
    assert f"{story['ill'].release} stands, before it\n  {story['changed'].release}" in back.said
    assert f"\n  {story['first'].release}" in back.said
    assert "/sante: as it should be" in back.said


def test_a_new_version_of_the_secret_reaches_the_functions_and_the_release_keeps_its_name(
    operator: Operator,
) -> None:
    package = operator.package("one")
    first = operator.deploys(package)
    version = operator.renews_the_secret()
    second = operator.deploys(package)

    assert operator.function()["Environment"]["Variables"] == {"SECRETS_VERSION": version}
    assert (second.changed, second.release) == (True, first.release)


def test_a_first_deployment_that_was_refused_can_be_made_later(operator: Operator) -> None:
    package = operator.package("one")
    operator.answer = False
    refused = step(operator, operator.deploys, package)
    assert refused.refused == "Declined: nothing was changed"
    assert look_at(operator.place).status == "REVIEW_IN_PROGRESS"

    operator.answer = True
    assert operator.deploys(package).changed


def rewritten(package: Path, old: str, new: str) -> Path:
    template = package / "template.yaml"
    template.write_text(template.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return package


def test_a_parameter_that_the_stage_does_not_give_is_one_line(operator: Operator) -> None:
    told = step(operator, operator.deploys, rewritten(operator.package("one"), "MailDomain", "Mail"))

    assert told.refused.startswith("NotReady: CloudFormation refuses: ")
    assert "Mail" in told.refused


def test_a_template_that_does_not_name_the_zip_is_refused(operator: Operator) -> None:
    told = step(
        operator, operator.deploys, rewritten(operator.package("one"), "./deployment.zip", "s3://a/b")
    )

    assert "does not speak of ./deployment.zip" in told.refused
