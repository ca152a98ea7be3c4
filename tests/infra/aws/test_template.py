"""The template, read: what must never be lost is kept, nobody waits for ever, nothing is open to all."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.landlord import read_landlord
from chalicelib.handlers.upload_jobs import CREATED, SCANNED
from infra.aws.merge import Twice, add_part, whole_template
from infra.aws.pages import ANSWERS
from infra.deploy.unborn import LOGS
from infra.local.resources import TABLE_DESCRIPTION
from tests.infra.aws.conftest import Packaged

STATEFUL = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"}
FUNCTION, QUEUE = "AWS::Serverless::Function", "AWS::SQS::Queue"
LANDLORD = ROOT / "landlord" / "landlord.toml"
GATEWAY_SECONDS = 29
LONGEST_LOG_DAYS = 365


def of_kind(template: dict[str, Any], *kinds: str) -> dict[str, dict[str, Any]]:
    found = {name: one for name, one in template["Resources"].items() if one["Type"] in kinds}
    assert found
    return found


def properties(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in of_kind(template, kind).items()}


def name_in(value: Any) -> str:
    """Give the resource that a reference points to."""
    match value:
        case {"Fn::GetAtt": [str(name), _]} | {"Ref": str(name)}:
            return name
        case {"Fn::Sub": str(text)}:
            return text.removeprefix("${").partition(".")[0]
    raise AssertionError(value)


def sources(template: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what feeds the functions: queues or schedules, with the function's name."""
    for function, one in properties(template, FUNCTION).items():
        for event in one.get("Events", {}).values():
            if event["Type"] == kind:
                yield function, event["Properties"]


def test_cfn_lint_has_nothing_to_say(packaged: Packaged) -> None:
    lint = [str(Path(sys.executable).parent / "cfn-lint"), "--regions", "eu-west-3", "--", str(packaged.file)]
    said = subprocess.run(lint, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_what_must_never_be_lost_outlives_the_stack(template: dict[str, Any]) -> None:
    for name, one in of_kind(template, *STATEFUL).items():
        assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


def test_the_table_can_be_put_back_as_it_was(template: dict[str, Any]) -> None:
    (table,) = properties(template, "AWS::DynamoDB::Table").values()

    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": 35,
    }
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at_epoch", "Enabled": True}
    assert name_in(table["SSESpecification"]["KMSMasterKeyId"]) == "StoreKey"


def test_the_table_is_the_one_of_the_local_cloud(template: dict[str, Any]) -> None:
    (table,) = properties(template, "AWS::DynamoDB::Table").values()

    assert {name: table[name] for name in TABLE_DESCRIPTION} == TABLE_DESCRIPTION


def test_buckets_are_private_keep_versions_and_forget_in_time(template: dict[str, Any]) -> None:
    for name, bucket in properties(template, "AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        assert "BucketEncryption" in bucket
        (rule,) = bucket["LifecycleConfiguration"]["Rules"]
        assert rule["Status"] == "Enabled"
        if name == "UploadsBucket":  # what is refused there is gone, and nothing stays
            assert "VersioningConfiguration" not in bucket
            assert rule["ExpirationInDays"] == 2
            continue
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 35


def test_the_one_list_of_addresses_that_take_no_mail_is_ours(template: dict[str, Any]) -> None:
    """SES's list would go on swallowing the mail to an address that its owner has lifted from ours."""
    settings = properties(template, "AWS::SES::ConfigurationSet")
    (identity,) = properties(template, "AWS::SES::EmailIdentity").values()

    for one in settings.values():
        assert one["SuppressionOptions"] == {"SuppressedReasons": []}
    assert name_in(identity["ConfigurationSetAttributes"]["ConfigurationSetName"]) == "MailSettings"


def test_files_arriving_are_told_of(template: dict[str, Any]) -> None:
    told = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}

    for name in ("FilesBucket", "UploadsBucket"):
        assert template["Resources"][name]["Properties"]["NotificationConfiguration"] == told


def test_what_comes_to_the_quarantine_and_what_is_found_in_it_reach_the_worker(
    template: dict[str, Any],
) -> None:
    """The words of the rules are those that the worker reads, and the plan is there where there is one."""
    resources = template["Resources"]
    heard = {}
    for name in ("UploadsArrivedRule", "UploadsScannedRule"):
        rule = resources[name]["Properties"]
        (target,) = rule["Targets"]
        assert name_in(target["Arn"]) == "UploadsQueue"
        assert name_in(target["DeadLetterConfig"]["Arn"]) == "UploadsDeadQueue"
        ((source, kind),) = zip(
            rule["EventPattern"]["source"], rule["EventPattern"]["detail-type"], strict=True
        )
        heard[source] = kind
    plan = resources["UploadsScanner"]

    assert heard == {"aws.s3": CREATED, "aws.guardduty": SCANNED}
    assert plan["Condition"] == resources["UploadsScannerRole"]["Condition"] == "HasScanner"
    assert template["Conditions"]["HasScanner"] == {
        "Fn::And": [{"Condition": "OnAws"}, {"Fn::Equals": [{"Ref": "Scanner"}, "guardduty"]}]
    }
    assert name_in(plan["Properties"]["ProtectedResource"]["S3Bucket"]["BucketName"]) == "UploadsBucket"


def test_buckets_and_queues_are_reached_by_tls_only(template: dict[str, Any]) -> None:
    guarded: set[str] = set()
    for policy in properties(template, "AWS::S3::BucketPolicy").values():
        guarded |= {name_in(policy["Bucket"])} if denies_without_tls(policy, "s3:*") else set()
    for policy in properties(template, "AWS::SQS::QueuePolicy").values():
        guarded |= (
            {name_in(one) for one in policy["Queues"]} if denies_without_tls(policy, "sqs:*") else set()
        )

    assert guarded == set(of_kind(template, "AWS::S3::Bucket", QUEUE))


def denies_without_tls(policy: dict[str, Any], actions: str) -> bool:
    """Tell whether a policy refuses, on AWS, all that does not come by TLS."""
    said = [one.get("Fn::If", ["", one])[1] for one in policy["PolicyDocument"]["Statement"]]
    return any(
        (one["Effect"], one["Action"], one["Condition"])
        == ("Deny", actions, {"Bool": {"aws:SecureTransport": "false"}})
        for one in said
    )


def test_queues_of_work_give_up_after_five_tries_into_a_queue_that_keeps(template: dict[str, Any]) -> None:
    queues = properties(template, QUEUE)
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        if name.endswith("DeadQueue"):
            assert queue["MessageRetentionPeriod"] == 14 * 86400
            assert "RedrivePolicy" not in queue
        else:
            dead = name_in(queue["RedrivePolicy"]["deadLetterTargetArn"])
            assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
            assert dead == f"{name.removesuffix('Queue')}DeadQueue"


def test_a_message_comes_back_only_after_its_worker_has_surely_ended(template: dict[str, Any]) -> None:
    queues, functions = properties(template, QUEUE), properties(template, FUNCTION)
    fed = list(sources(template, "SQS"))
    assert len(fed) >= 5
    for function, source in fed:
        queue = queues[name_in(source["Queue"])]
        assert queue["VisibilityTimeout"] >= 6 * functions[function]["Timeout"], function
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"], function
        most = source["ScalingConfig"]["MaximumConcurrency"]
        assert most <= functions[function]["ReservedConcurrentExecutions"], function


def test_schedules_leave_a_trace_when_they_cannot_run(template: dict[str, Any]) -> None:
    functions = properties(template, FUNCTION)
    scheduled = list(sources(template, "Schedule"))
    assert scheduled
    for function, source in scheduled:
        assert name_in(source["DeadLetterConfig"]["Arn"]).endswith("DeadQueue")
        assert name_in(functions[function]["DeadLetterQueue"]["TargetArn"]).endswith("DeadQueue")
        assert functions[function]["ReservedConcurrentExecutions"] == 1, "two sweeps at a time"


def test_functions_have_room_and_an_end(template: dict[str, Any]) -> None:
    functions = properties(template, FUNCTION)
    assert functions["APIHandler"]["Timeout"] < GATEWAY_SECONDS
    assert functions["IssueDocuments"]["MemorySize"] >= 1024
    for name, function in functions.items():
        assert function["MemorySize"] >= 512, name
        assert function["ReservedConcurrentExecutions"] > 0, name
        log = template["Resources"][name_in(function["LoggingConfig"]["LogGroup"])]
        assert log["Type"] == "AWS::Logs::LogGroup"


def test_each_layer_is_carried_by_its_own_worker(template: dict[str, Any]) -> None:
    carrying = {
        name: [name_in(layer) for layer in one["Layers"]]
        for name, one in properties(template, FUNCTION).items()
        if "Layers" in one
    }

    assert carrying == {
        "IssueDocuments": ["PapersLayer"],
        "IssuePapers": ["PapersLayer"],
        "InspectUploads": ["InspectionLayer"],
    }


def test_each_function_is_declared_everywhere(template: dict[str, Any]) -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    handlers = {one["Handler"].removeprefix("app.") for one in properties(template, FUNCTION).values()}

    assert handlers == set(config["lambda_functions"]) - {"api_handler"} | {"app"}


def test_logs_are_locked_and_do_not_last_for_ever(template: dict[str, Any]) -> None:
    for name, log in properties(template, "AWS::Logs::LogGroup").items():
        assert 180 <= log["RetentionInDays"] <= LONGEST_LOG_DAYS, name
        assert name_in(log["KmsKeyId"]) == "WatchKey", name


def test_the_api_is_throttled_and_logs_no_path_that_was_typed(template: dict[str, Any]) -> None:
    api = template["Resources"]["RestAPI"]["Properties"]
    (all_methods,) = api["MethodSettings"]
    logged = json.loads(api["AccessLogSetting"]["Format"].replace("$context.status", "200"))

    assert (all_methods["ResourcePath"], all_methods["HttpMethod"]) == ("/*", "*")
    assert 0 < all_methods["ThrottlingRateLimit"] <= all_methods["ThrottlingBurstLimit"] <= 500
    assert all_methods["DataTraceEnabled"] is False
    assert all_methods["MetricsEnabled"] is False, "by method nobody reads them, and each is paid for"
    assert logged["path"] == "$context.resourcePath"
    assert not {"$context.path", "$context.identity.sourceIp"} & {str(value) for value in logged.values()}


def test_the_api_waits_for_the_right_to_write_its_log(template: dict[str, Any]) -> None:
    assert template["Resources"]["RestAPI"]["DependsOn"] == "ApiAccount"
    assert template["Resources"]["ApiAccount"]["Type"] == "AWS::ApiGateway::Account"


def test_the_wall_counts_by_the_address_that_cloudfront_tells(template: dict[str, Any]) -> None:
    rules = template["Resources"]["Wall"]["Properties"]["Rules"]
    rates = [
        rule["Statement"]["RateBasedStatement"] for rule in rules if "RateBasedStatement" in rule["Statement"]
    ]

    assert rules[0]["Name"] == "only-through-cloudfront"
    assert {rate["ForwardedIPConfig"]["HeaderName"] for rate in rates} == {"x-viewer-ip"}
    assert all(10 <= rate["Limit"] <= 1000 and rate["EvaluationWindowSec"] == 300 for rate in rates)
    assert "x-viewer-ip" in template["Resources"]["ViewerAddress"]["Properties"]["FunctionCode"]


def test_the_wall_knows_a_new_key_before_cloudfront_shows_it(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    door = resources["Distribution"]

    assert set(door["DependsOn"]) == {"Wall", "WallAtTheApi"}
    assert {resources[name]["Condition"] for name in (*door["DependsOn"], "Distribution")} == {"OnAws"}


def test_what_a_failed_first_deployment_may_empty_is_the_bucket_of_logs(template: dict[str, Any]) -> None:
    logged = template["Resources"]["FilesBucket"]["Properties"]["LoggingConfiguration"]

    assert logged["DestinationBucketName"] == {"Ref": LOGS}
    assert logged["LogFilePrefix"]


def test_the_stack_tells_which_table_is_in_use(template: dict[str, Any]) -> None:
    """After a restore it is the copy, which the stack did not make."""
    assert template["Outputs"]["TableName"]["Value"] == {"Ref": "TableName"}


def test_people_get_a_page_whatever_api_gateway_answers(template: dict[str, Any]) -> None:
    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]

    assert set(responses) == set(ANSWERS)
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["StatusCode"] == 404
    for kind, one in responses.items():
        assert set(one["ResponseTemplates"]) == {"text/html", "application/json"}, kind
        page = one["ResponseTemplates"]["text/html"]
        assert page.startswith('<!doctype html><html lang="fr">')
        assert "05 46 00 00 00" in page
        assert "$" not in page, "API Gateway would look for a variable"
        headers = one["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'text/html; charset=utf-8'"
        assert all(value.count("'") == 2 for value in headers.values())


@pytest.mark.parametrize("stage", ["dev", "rehearsal", "prod"])
def test_the_file_of_a_stage_gives_the_parameters_of_the_template(
    template: dict[str, Any], stage: str
) -> None:
    given = json.loads((ROOT / "infra" / "aws" / "stages" / f"{stage}.json").read_text(encoding="utf-8"))
    needed = {name for name, one in template["Parameters"].items() if "Default" not in one}

    assert given["StageName"] == stage
    assert needed <= set(given) | {"SecretsVersion"}, "the deployment looks the version up"
    assert set(given) <= set(template["Parameters"]) | {"Account"}


def test_no_resource_policy_opens_to_all(template: dict[str, Any]) -> None:
    for kind in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for name, policy in properties(template, kind).items():
            for one in policy["PolicyDocument"]["Statement"]:
                said = one.get("Fn::If", ["", one])[1]
                assert said["Effect"] == "Deny" or said["Principal"] != "*", name
                assert said["Effect"] == "Deny" or "Condition" in said, name


def test_two_files_cannot_say_two_things() -> None:
    with pytest.raises(Twice, match=r"b\.yaml: Timeout"):
        add_part({"Resources": {"A": {"Timeout": 1}}}, {"Resources": {"A": {"Timeout": 2}}}, "b.yaml")


def test_what_files_share_does_not_travel() -> None:
    assert set(whole_template(read_landlord(LANDLORD))) == {
        "Description",
        "Parameters",
        "Conditions",
        "Rules",
        "Globals",
        "Outputs",
        "Resources",
    }
