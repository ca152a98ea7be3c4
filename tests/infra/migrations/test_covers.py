"""The first migration: covers of before there were alerts lie on the day of their next one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain import french
from chalicelib.domain.insurance import Cover, Period
from chalicelib.storage.insurance import CoverItem, alerts_key, cover_item, shard_of
from chalicelib.storage.keys import lease_key
from infra.local.resources import Resources, client
from infra.migrations.m0001_covers_lie_on_the_day_of_their_next_alert import MIGRATION, lay
from infra.migrations.running import Migrating
from tests.conftest import ACCOUNT
from tests.mothers import put
from tests.town import portal_endpoint

TODAY = french.today(datetime.now(UTC))
COMING, PAST = TODAY + timedelta(days=90), TODAY - timedelta(days=90)


def of_before(lease: str, until_on: date | None) -> CoverItem:
    return CoverItem(lease_key(lease), "COVER", lease=lease, until_on=until_on)


@pytest.mark.usefixtures("table")
def test_a_cover_of_before_is_laid_on_the_day_of_its_next_alert_and_stays_as_it_is(table: Resources) -> None:
    today = cover_item(Cover("3", (Period(PAST, COMING),)), TODAY)
    put(of_before("1", COMING), of_before("2", PAST), today)
    before = {lease: CoverItem.get(lease_key(lease), "COVER").serialize() for lease in "123"}

    dynamodb = client("dynamodb", portal_endpoint(table), ACCOUNT)
    Migrating(dynamodb, table.table, by="a test", silence=None).run([MIGRATION])

    after = {lease: CoverItem.get(lease_key(lease), "COVER").serialize() for lease in "123"}
    key = alerts_key(COMING - timedelta(days=30), shard_of("1"))
    assert after == before | {"1": before["1"] | {"due_pk": {"S": key}, "due_sk": {"S": "1"}}}


def test_it_changes_nothing_twice() -> None:
    item = of_before("1", COMING).serialize()
    change = lay(item)
    assert change is not None

    assert lay(item | dict(change.given)) is None
