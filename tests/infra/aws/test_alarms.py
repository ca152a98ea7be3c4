"""Alarms: what can go wrong has one, it looks at the right metric, and somebody reads what to do."""

import json
import re
from typing import Any

import pytest

from chalicelib.config import ROOT
from chalicelib.domain.alarms import Alarm

ALARM, LOGS, FILTER = "AWS::CloudWatch::Alarm", "AWS::Logs::LogGroup", "AWS::Logs::MetricFilter"
GUIDE = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
OWN = {"Fn::Sub": "espace-locataire/${StageName}"}
# Alarms whose line of log comes with what is still to be built.
ALARM_DOLLARS = 0.10  # a month
TO_COME = {"reconciliation_difference"}


@pytest.fixture
def alarms(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return properties(template, ALARM)


def properties(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


def short_name(alarm: dict[str, Any]) -> str:
    return str(alarm["AlarmName"]["Fn::Sub"]).removeprefix("espace-locataire-${StageName}-")


def dimension(alarm: dict[str, Any], name: str) -> Any:
    return next((one["Value"] for one in alarm.get("Dimensions", []) if one["Name"] == name), None)


def of_queues(alarms: dict[str, dict[str, Any]], metric: str) -> dict[str, dict[str, Any]]:
    """Give the alarms on a metric of queues, by the queue they look at."""
    found = [one for one in alarms.values() if (one["Namespace"], one["MetricName"]) == ("AWS/SQS", metric)]
    return {dimension(one, "QueueName")["Fn::GetAtt"][0]: one for one in found}


def test_every_alarm_reaches_somebody_and_names_itself_once(alarms: dict[str, dict[str, Any]]) -> None:
    names = [short_name(alarm) for alarm in alarms.values()]

    assert len(names) == len(set(names))
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["AlarmDescription"]


def test_every_alarm_is_in_the_guide_and_the_guide_knows_no_other(alarms: dict[str, dict[str, Any]]) -> None:
    section = GUIDE.partition("## Alarms\n")[2].partition("\n## ")[0]
    told = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}

    assert told == {short_name(alarm) for alarm in alarms.values()}


def test_the_guide_counts_the_alarms_that_are_paid_for(alarms: dict[str, dict[str, Any]]) -> None:
    told = re.search(r"alarms (\d+\.\d\d) \((\d+)\)", GUIDE.partition("## Cost\n")[2])

    assert told
    assert told.groups() == (f"{ALARM_DOLLARS * len(alarms):.2f}", str(len(alarms)))


def test_what_is_asked_of_the_api_s_metrics_comes_without_the_detailed_ones(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    dimensions = [
        {one["Name"] for one in alarm["Dimensions"]}
        for alarm in alarms.values()
        if alarm["Namespace"] == "AWS/ApiGateway"
    ]
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for widget in json.loads(_plain(body))["widgets"]:
        shown = [one for one in widget["properties"]["metrics"] if one[0] == "AWS/ApiGateway"]
        dimensions += [{name for name in one[2::2] if isinstance(name, str)} for one in shown]

    assert len(dimensions) > 4
    assert all(one == {"ApiName", "Stage"} for one in dimensions)


def test_nothing_lies_unseen_in_a_dead_letter_queue(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    dead = {name for name in properties(template, "AWS::SQS::Queue") if name.endswith("DeadQueue")}
    watched = of_queues(alarms, "ApproximateNumberOfMessagesVisible")

    assert set(watched) == dead
    assert {one["Threshold"] for one in watched.values()} == {1}
    assert {one["ComparisonOperator"] for one in watched.values()} == {"GreaterThanOrEqualToThreshold"}


def test_no_message_waits_for_more_than_a_quarter_of_an_hour_unseen(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    work = {name for name in properties(template, "AWS::SQS::Queue") if not name.endswith("DeadQueue")}
    watched = of_queues(alarms, "ApproximateAgeOfOldestMessage")

    assert set(watched) == work
    assert {(one["ComparisonOperator"], one["Threshold"]) for one in watched.values()} == {
        ("GreaterThanThreshold", 900)
    }


def test_what_the_portal_raises_in_its_log_becomes_an_alarm(alarms: dict[str, dict[str, Any]]) -> None:
    own = [one for one in alarms.values() if (one["Namespace"], one["MetricName"]) == (OWN, "Alarms")]

    assert {dimension(one, "alarm") for one in own} == set(Alarm) | TO_COME


def test_every_function_s_log_is_read_for_alarms(template: dict[str, Any]) -> None:
    logs = {
        one["LoggingConfig"]["LogGroup"]["Ref"]
        for one in properties(template, "AWS::Serverless::Function").values()
    }
    raised = [
        one for one in properties(template, FILTER).values() if one["FilterPattern"] == "{ $.alarm = * }"
    ]

    assert {one["LogGroupName"]["Ref"] for one in raised} == logs
    for one in raised:
        (metric,) = one["MetricTransformations"]
        assert (metric["MetricNamespace"], metric["MetricName"]) == (OWN, "Alarms")
        assert metric["Dimensions"] == [{"Key": "alarm", "Value": "$.alarm"}]


@pytest.mark.parametrize("metric", ["SignInsRefused", "WebhooksFailed"])
def test_what_is_counted_in_the_access_log_is_watched(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]], metric: str
) -> None:
    counted = properties(template, FILTER)[metric]
    (made,) = counted["MetricTransformations"]
    watching = [one for one in alarms.values() if one["MetricName"] == metric]

    assert counted["LogGroupName"] == {"Ref": "AccessLog"}
    assert (made["MetricNamespace"], made["MetricName"]) == (OWN, metric)
    assert [one["Namespace"] for one in watching] == [OWN]


def test_the_paths_that_are_counted_are_routes(template: dict[str, Any]) -> None:
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    filters = properties(template, FILTER)

    doors = ("/connexion", "/gestion/connexion", "/gestion/code")
    for metric, counted in (("SignInsRefused", doors), ("WebhooksFailed", ("/webhooks/stripe",))):
        for path in counted:
            assert f'$.path = "{path}"' in filters[metric]["FilterPattern"]
            assert "post" in paths[path]


def test_errors_for_tenants_and_silence_of_the_sweep_are_heard(alarms: dict[str, dict[str, Any]]) -> None:
    assert alarms["ServerErrorsAlarm"]["MetricName"] == "5XXError"
    assert dimension(alarms["ServerErrorsAlarm"], "ApiName") == "espace-locataire"
    assert alarms["SweepMissingAlarm"]["TreatMissingData"] == "breaching"
    assert dimension(alarms["SweepMissingAlarm"], "FunctionName") == {"Ref": "SweepPayments"}


def test_every_worker_that_fails_is_heard(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    workers = set(properties(template, "AWS::Serverless::Function")) - {"APIHandler"}
    errors = [
        one for one in alarms.values() if (one["Namespace"], one["MetricName"]) == ("AWS/Lambda", "Errors")
    ]

    assert {dimension(one, "FunctionName")["Ref"] for one in errors} == workers


def test_the_dashboard_shows_what_exists(template: dict[str, Any]) -> None:
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    named = {part.partition("}")[0].partition(".")[0] for part in body.split("${")[1:]}

    assert named <= set(template["Resources"]) | set(template["Parameters"]) | {"AWS::Region"}
    assert len(json.loads(_plain(body))["widgets"]) >= 6


def _plain(body: str) -> str:
    """Fill the variables in with something, so that what is left is JSON."""
    return re.sub(r"\$\{[^}]+\}", "x", body)
