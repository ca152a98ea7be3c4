"""Addresses that take no mail, where they are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.mail_health import BadAddress, Trouble, mail_trouble, resume_mail
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.storage.accounts import DynamoAccounts, account_item
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.mail_health import DynamoMailHealth
from chalicelib.storage.table import backwards
from infra.local.resources import Resources
from tests.mothers import ELOISE, NADEGE, an_account, put
from tests.town import Counted

BAD = BadAddress("somebody@courriel.example", Trouble.BOUNCED, datetime(2026, 11, 23, 8, 40, tzinfo=UTC))
HOUR = timedelta(hours=1)
WISHED_AT = BAD.since_at + HOUR


def told(after: timedelta, trouble: Trouble = Trouble.BOUNCED) -> BadAddress:
    """Give a trouble of the same address, told so long after the first."""
    return replace(BAD, trouble=trouble, since_at=BAD.since_at + after)


def timeline(tenant: str = ELOISE) -> list[TimelineEvent]:
    return [item.to_domain() for item in backwards(tenant_key(tenant), "ACTION#", "ACTION#~")]


@pytest.fixture
def health(table: Resources) -> DynamoMailHealth:
    return DynamoMailHealth()


def test_nothing_is_wrong_with_an_address_that_nobody_told_of(health: DynamoMailHealth) -> None:
    health.record(BAD)

    assert health.find("another@courriel.example") is None


def test_an_address_in_trouble_is_found_whatever_the_case_of_its_letters(health: DynamoMailHealth) -> None:
    health.record(BAD)

    assert health.find("Somebody@Courriel.Example") == BAD


def test_an_accented_domain_is_found_as_it_is_written_and_as_ses_tells_of_it(
    health: DynamoMailHealth,
) -> None:
    told_by_ses = replace(BAD, email="camille@xn--rsidence-b1a.example")
    health.record(told_by_ses)

    assert health.find("Camille@résidence.example") == told_by_ses


@pytest.mark.parametrize("turned", [False, True])
def test_the_latest_trouble_is_kept_in_whatever_order_they_are_told(
    health: DynamoMailHealth, turned: bool
) -> None:
    both = [BAD, told(HOUR, Trouble.COMPLAINED)]
    for one in reversed(both) if turned else both:
        health.record(one)

    assert health.find(BAD.email) == told(HOUR, Trouble.COMPLAINED)


def test_a_trouble_that_is_lifted_is_one_no_more_and_is_in_the_timeline(health: DynamoMailHealth) -> None:
    health.record(BAD)

    resume_mail(health, ELOISE, "Somebody@Courriel.Example", WISHED_AT)

    assert mail_trouble(health, BAD.email) is None
    assert health.find(BAD.email) == replace(BAD, lifts=(WISHED_AT,))
    assert timeline() == [TimelineEvent(WISHED_AT, Action.MAIL_RESUMED, "Somebody@Courriel.Example")]


@pytest.mark.parametrize("after", [timedelta(0), -HOUR, HOUR / 2, HOUR])
def test_what_came_back_before_the_lift_and_is_told_after_it_holds_nothing_back(
    health: DynamoMailHealth, after: timedelta
) -> None:
    health.record(BAD)
    resume_mail(health, ELOISE, BAD.email, WISHED_AT)
    lifted = health.find(BAD.email)

    health.record(told(after, Trouble.COMPLAINED))

    assert mail_trouble(health, BAD.email) is None
    assert health.find(BAD.email) == lifted


def test_what_comes_back_after_the_lift_holds_mail_back_again(health: DynamoMailHealth) -> None:
    health.record(BAD)
    resume_mail(health, ELOISE, BAD.email, WISHED_AT)

    health.record(told(2 * HOUR))

    assert mail_trouble(health, BAD.email) == replace(told(2 * HOUR), lifts=(WISHED_AT,))


def test_of_two_lifts_at_a_time_one_is_written(health: DynamoMailHealth) -> None:
    """Both clicks have read the same trouble; the second arrives when the first is done."""
    health.record(BAD)
    clicks = [WISHED_AT, WISHED_AT + timedelta(milliseconds=3)]

    written = [
        health.lift(BAD.lifted(at), ELOISE, TimelineEvent(at, Action.MAIL_RESUMED, BAD.email))
        for at in clicks
    ]

    assert written == [True, False]
    assert health.find(BAD.email) == replace(BAD, lifts=(WISHED_AT,))
    assert len(timeline()) == 1


def test_a_lift_of_what_was_read_does_not_lift_what_was_told_since(health: DynamoMailHealth) -> None:
    health.record(BAD)
    health.record(told(HOUR / 2, Trouble.COMPLAINED))
    event = TimelineEvent(WISHED_AT, Action.MAIL_RESUMED, BAD.email)

    assert not health.lift(BAD.lifted(WISHED_AT), ELOISE, event)
    assert mail_trouble(health, BAD.email) == told(HOUR / 2, Trouble.COMPLAINED)
    assert timeline() == []


def test_where_nothing_is_held_back_nothing_is_written(health: DynamoMailHealth, counted: Counted) -> None:
    health.record(BAD)
    resume_mail(health, ELOISE, BAD.email, WISHED_AT)
    counted.calls.clear()

    resume_mail(health, ELOISE, BAD.email, WISHED_AT + HOUR)
    resume_mail(health, NADEGE, "another@courriel.example", WISHED_AT)

    assert counted.writes == 0
    assert [len(timeline(tenant)) for tenant in (ELOISE, NADEGE)] == [1, 0]


def test_trouble_with_mail_leaves_the_account_alone(health: DynamoMailHealth) -> None:
    account = an_account(email=BAD.email)
    put(account_item(account))
    health.record(BAD)

    assert DynamoAccounts().find(BAD.email) == account
