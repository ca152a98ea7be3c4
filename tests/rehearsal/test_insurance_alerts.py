"""Alerts about insurance on the stage: the schedule fires, one mail leaves and is proved, no second one."""

from datetime import timedelta

import pytest

from chalicelib.domain import french
from chalicelib.domain.insurance import Cover, Period
from chalicelib.domain.insurance_alerts import AlertState
from chalicelib.domain.mail import is_hour_of_mails
from chalicelib.portal import now, portal
from chalicelib.storage.insurance import cover_item
from tests.mothers import put
from tests.rehearsal.people import Debtor
from tests.rehearsal.stage import LiveStage


def test_a_tenant_whose_insurance_ends_gets_one_mail_however_often_the_schedule_fires(
    stage: LiveStage,
) -> None:
    """The first time the alert is put on file, the second it is mailed, the third there is nothing left."""
    tenant, schedule = stage.debtor(), stage.schedule("plan_insurance_alerts")
    insured_until_tonight(tenant)
    portal().alert_calendar.keep_seen(french.today(now()))

    schedule.fall_due()
    stage.until(lambda: on_file(tenant), "the alert on file")
    if not is_hour_of_mails(now()):
        pytest.skip("it is night: functions have the machine's clock, and mails leave from 8 to 20 h")
    schedule.fall_due()
    stage.until(lambda: on_file(tenant) == (AlertState.SENT, True), "the mail, and SES's word of it")
    schedule.fall_due()
    stage.until(lambda: stage.queue("alerts").waiting() == 0, "the workers")

    told = [mail.subject for mail in stage.mails(tenant.email) if "assurance" in mail.subject]
    assert told == ["Votre assurance habitation expire aujourd’hui"]
    assert stage.queue("alerts").dead() == 0


def insured_until_tonight(tenant: Debtor) -> None:
    today = french.today(now())
    year = Period(today - timedelta(days=364), today)
    known = portal().alert_calendar.insured(tenant.lease)
    assert known is not None
    put(cover_item(Cover(tenant.lease, (year,)), today, known.version + 1))


def on_file(tenant: Debtor) -> tuple[AlertState, bool] | None:
    """Give how the tenant's alert stands, and whether its mail is known to have arrived."""
    for alert, mail in portal().alert_outbox.of_lease(tenant.lease):
        return alert.state, bool(mail and mail.sent_at and mail.delivered_at)
    return None
