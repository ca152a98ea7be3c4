"""The stand-in for SES's receipts: its events are those that the portal reads."""

import json
from typing import Any

import pytest
from ministack.services import eventbridge

from chalicelib.domain.mail import Told
from chalicelib.handlers.mail_events import receipts
from infra.local.mail_receipts import tell
from infra.local.resources import MAIL_RECEIPTS, Resources, _tell_of_mails, client
from tests.conftest import ACCOUNT
from tests.town import portal_endpoint

TAGGED = {
    "FromEmailAddress": "ne-pas-repondre@littoral-habitat.example",
    "ConfigurationSetName": MAIL_RECEIPTS,
    "EmailTags": [{"Name": "receipt", "Value": "abc"}],
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(
        eventbridge, "_put_events", lambda asked, allow_aws_source: heard.extend(asked["Entries"])
    )
    return heard


def test_a_mail_with_a_receipt_is_told_to_be_sent_and_delivered(told: list[dict[str, Any]]) -> None:
    tell(TAGGED, "m-1", ["a@b.example"])

    found = [receipt for entry in told for receipt in receipts(json.loads(entry["Detail"]))]
    assert [(name, what) for name, what, _ in found] == [("abc", Told.SENT), ("abc", Told.DELIVERED)]
    assert {at.utcoffset() is not None for _, _, at in found} == {True}
    assert {entry["Resources"][0].rpartition("/")[2] for entry in told} == {MAIL_RECEIPTS}


@pytest.mark.parametrize("missing", ["ConfigurationSetName", "EmailTags"])
def test_of_another_mail_nothing_is_told(told: list[dict[str, Any]], missing: str) -> None:
    tell({name: value for name, value in TAGGED.items() if name != missing}, "m-1", ["a@b.example"])

    assert told == []


def test_what_is_told_goes_to_the_queue_of_mail_events(resources: Resources) -> None:
    events = client("events", portal_endpoint(resources), ACCOUNT)
    _tell_of_mails(events, ACCOUNT.access_key_id)
    rule = json.loads(events.describe_rule(Name=MAIL_RECEIPTS)["EventPattern"])
    (target,) = events.list_targets_by_rule(Rule=MAIL_RECEIPTS)["Targets"]

    assert rule == {"source": ["aws.ses"], "detail-type": ["Email Sent", "Email Delivered"]}
    assert target["Arn"].rpartition(":")[2] == resources.mail_events_queue.rpartition("/")[2]
