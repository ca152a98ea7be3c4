"""Least privilege of the functions of insurance alerts, both ways; what SES tells reaches who records it."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.insurance import Cover
from chalicelib.domain.insurance_alerts import Alert
from chalicelib.domain.insurance_calendar import Stage, next_milestone
from chalicelib.domain.insurance_mailing import AlertMail
from chalicelib.domain.mail import Told
from chalicelib.storage.insurance import shard_of
from infra.local.mail_receipts import TOLD
from infra.local.resources import Resources
from tests.conftest import Clock
from tests.handlers.conftest import eloise, provider
from tests.handlers.test_insurance_jobs import LAST, YEAR, a_task
from tests.handlers.test_jobs import EVERY_QUARTER, call, messages
from tests.infra.aws.test_policies import Listen, listen, same_both_ways, town
from tests.infra.aws.test_template import name_in, properties
from tests.insured import InTable, parts, somebody
from tests.mothers import TODAY
from tests.town import Provider

__all__ = ["eloise", "listen", "provider", "town"]
COVER, DONE = Cover("9300", (YEAR,)), {"batchItemFailures": list[str]()}


@pytest.fixture
def insured(town: Provider, monkeypatch: pytest.MonkeyPatch) -> InTable:
    parts(monkeypatch, 1)
    place = InTable()
    place.insure("9300", YEAR, today=TODAY - timedelta(days=9), holders=[somebody("a"), somebody("b", "")])
    return place


def test_who_plans_the_alerts_may_do_what_it_does(
    insured: InTable, listen: Listen, resources: Resources
) -> None:
    same_both_ways(
        "plan_insurance_alerts", listen(lambda: call("plan_insurance_alerts", EVERY_QUARTER)), resources
    )


def test_who_sends_the_alerts_may_do_what_it_does(
    insured: InTable, listen: Listen, resources: Resources, clock: Clock
) -> None:
    """A mail that was cut after it left waits to be settled; the other is sent now."""
    cut = Alert("9300", LAST, Stage.MONTH_BEFORE, "c", clock.at)
    mail = AlertMail("a mail", "c", "c@demo.example", TODAY, (cut,), clock.at)
    lease = insured.calendar.insured("9300")
    assert lease is not None
    assert insured.calendar.file(lease, [cut], next_milestone(COVER, TODAY))
    assert insured.outbox.claim(mail, None)
    insured.outbox.note(mail.id, Told.SENT, clock.at)

    def work() -> None:
        tasks = a_task("file", shard_of("9300"), TODAY.isoformat()), a_task("mail", 0)
        assert call("send_insurance_alerts", messages(*tasks)) == DONE

    calls = listen(work)

    assert {alert.tenant: alert.state.value for alert, _ in insured.read_file("9300")} == {
        "a": "envoyee",
        "b": "non_envoyee",
        "c": "envoyee",
    }
    same_both_ways("send_insurance_alerts", calls, resources)


def test_each_word_of_ses_about_a_receipt_reaches_who_records_it(template: dict[str, Any]) -> None:
    rule = template["Resources"]["MailReceiptsRule"]["Properties"]
    (settings,) = rule["EventPattern"]["resources"]
    (destination,) = (
        one["EventDestination"]["MatchingEventTypes"]
        for one in properties(template, "AWS::SES::ConfigurationSetEventDestination").values()
        if name_in(one["ConfigurationSetName"]) == "MailReceipts"
    )

    assert settings["Fn::Sub"].endswith("configuration-set/${MailReceipts}")
    assert [name_in(target["Arn"]) for target in rule["Targets"]] == ["MailEventsQueue"]
    assert {kind for kind, _ in TOLD} < set(rule["EventPattern"]["detail-type"])
    assert destination == ["send", "delivery", "bounce", "complaint"]
