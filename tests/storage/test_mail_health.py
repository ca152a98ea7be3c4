"""Addresses that take no mail, where they are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.storage.accounts import DynamoAccounts, account_item
from chalicelib.storage.mail_health import DynamoMailHealth
from infra.local.resources import Resources
from tests.mothers import an_account, put

BAD = BadAddress("somebody@courriel.example", Trouble.BOUNCED, datetime(2026, 11, 23, 8, 40, tzinfo=UTC))


@pytest.fixture
def health(table: Resources) -> DynamoMailHealth:
    return DynamoMailHealth()


def test_nothing_is_wrong_with_an_address_that_nobody_told_of(health: DynamoMailHealth) -> None:
    health.record(BAD)

    assert health.find("another@courriel.example") is None


def test_an_address_in_trouble_is_found_whatever_the_case_of_its_letters(health: DynamoMailHealth) -> None:
    health.record(BAD)

    assert health.find("Somebody@Courriel.Example") == BAD


def test_the_latest_trouble_is_kept(health: DynamoMailHealth) -> None:
    later = replace(BAD, trouble=Trouble.COMPLAINED, since_at=BAD.since_at + timedelta(days=1))
    health.record(BAD)
    health.record(later)

    assert health.find(BAD.email) == later


def test_trouble_with_mail_leaves_the_account_alone(health: DynamoMailHealth) -> None:
    account = an_account(email=BAD.email)
    put(account_item(account))
    health.record(BAD)

    assert DynamoAccounts().find(BAD.email) == account
