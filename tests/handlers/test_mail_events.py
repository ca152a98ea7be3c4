"""Bounces and complaints: who takes no mail gets none, and a bounce that passes changes nothing."""

import json
import logging
from datetime import UTC, datetime

import pytest

from chalicelib.domain.mail import Undeliverable
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.handlers.mail_events import bad_addresses
from chalicelib.portal import portal
from infra.local.resources import Resources
from tests.handlers.test_jobs import call, left, messages
from tests.infra.aws.mails import bounce, complaint, event

EMAIL = "somebody@courriel.example"
AT = datetime(2026, 11, 23, 8, 40, 12, 345000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "trouble"), [(bounce(EMAIL), Trouble.BOUNCED), (complaint(EMAIL), Trouble.COMPLAINED)]
)
def test_an_address_in_trouble_is_kept_and_gets_no_more_mail(
    table: Resources, told: str, trouble: Trouble
) -> None:
    assert call("record_mail_events", messages(told)) == {"batchItemFailures": []}

    assert portal().mail_health.find(EMAIL) == BadAddress(EMAIL, trouble, AT)
    with pytest.raises(Undeliverable, match="came back"):
        portal().registry.mail.send(EMAIL, "payment_ticket", {})


def test_a_bounce_that_may_pass_changes_nothing(table: Resources) -> None:
    assert call("record_mail_events", messages(bounce(EMAIL, "Transient"))) == {"batchItemFailures": []}

    assert portal().mail_health.find(EMAIL) is None


def test_an_operator_hears_of_it_without_the_address(
    table: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "portal.alarm"):
        call("record_mail_events", messages(bounce(EMAIL)))

    (record,) = caplog.records
    assert record.__dict__["alarm"] == "mail_undeliverable"
    assert EMAIL not in json.dumps(record.__dict__, default=str)


def test_an_event_that_cannot_be_read_comes_back_alone(table: Resources) -> None:
    answer = call("record_mail_events", messages(bounce(EMAIL), "{}", complaint("other@courriel.example")))

    assert left(answer) == ["m-1"]
    assert portal().mail_health.find(EMAIL)
    assert portal().mail_health.find("other@courriel.example")


def test_an_event_told_twice_is_kept_once(table: Resources) -> None:
    call("record_mail_events", messages(bounce(EMAIL), bounce(EMAIL)))

    assert portal().mail_health.find(EMAIL) == BadAddress(EMAIL, Trouble.BOUNCED, AT)


def test_the_name_beside_an_address_is_left_out() -> None:
    detail = json.loads(bounce(f"Some Body <{EMAIL}>"))["detail"]

    assert [bad.email for bad in bad_addresses(detail)] == [EMAIL]


def test_what_is_neither_a_bounce_nor_a_complaint_is_nothing() -> None:
    detail = json.loads(event("Email Delivered", {"eventType": "Delivery"}))["detail"]

    assert list(bad_addresses(detail)) == []
