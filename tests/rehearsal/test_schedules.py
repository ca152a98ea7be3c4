"""The schedules: EventBridge calls their functions at their hour, and they do what they are for."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.collection import SWEPT_AFTER
from chalicelib.portal import now, portal
from tests.rehearsal import journeys
from tests.rehearsal.stage import LiveStage


def test_the_sweep_is_called_every_quarter_of_an_hour_and_by_its_rule_alone(stage: LiveStage) -> None:
    schedule = stage.schedule("sweep_payments")

    assert schedule.settings["State"] == "ENABLED"
    assert schedule.settings["ScheduleExpression"] == "rate(15 minutes)"
    assert schedule.targets() == [schedule.function.settings["FunctionArn"]]
    assert schedule.may_call()


def test_the_sweep_finds_a_payment_of_which_no_event_was_ever_sent(stage: LiveStage) -> None:
    with stage.office.silent():
        paying = journeys.pay(stage, stage.debtor())
    lost = portal().payments.get(paying.payment)
    assert not lost.booked
    long_ago = now() - SWEPT_AFTER - timedelta(minutes=5)
    portal().payments.save(replace(lost, started_at=long_ago))

    stage.schedule("sweep_payments").fall_due()

    journeys.settled_once(stage, paying)
    assert portal().payments.get(paying.payment).started_at == long_ago
