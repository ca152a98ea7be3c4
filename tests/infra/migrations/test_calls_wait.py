"""The second migration: calls and accounts of before there were papers wait, each once, whoever works."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import french
from chalicelib.storage.keys import book_key, calls_key, lease_key, receipts_key
from chalicelib.storage.leases import call_item, lease_items
from chalicelib.storage.ledger import DynamoLedger, TotalItem
from chalicelib.storage.parts import part_of
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.table import Item
from infra.local.resources import Resources, client
from infra.migrations.m0002_calls_wait_for_their_notice import MIGRATION, lay
from infra.migrations.records import PARTITION
from infra.migrations.running import Migrating
from tests.conftest import ACCOUNT
from tests.infra.migrations.conftest import Dead, Mortal
from tests.mothers import a_call, a_lease, a_posting, put
from tests.storage.books import check_books, stored_items
from tests.storage.paper_homes import total
from tests.town import portal_endpoint

THIS = french.today(datetime.now(UTC)).replace(day=1)
LAST, NEXT = (THIS - timedelta(days=1)).replace(day=1), (THIS + timedelta(days=31)).replace(day=1)
AFTER_NEXT = (NEXT + timedelta(days=31)).replace(day=1)


def migrating(table: Resources, dynamodb: Any = None) -> Migrating:
    known = dynamodb or client("dynamodb", portal_endpoint(table), ACCOUNT)
    return Migrating(known, table.table, by="a test", silence=None, page=2)


def of_before(lease: str) -> None:
    """Have a lease with calls of three months and a balance, as older versions wrote them."""
    put(*lease_items(a_lease(lease)), *(call_item(a_call(lease, month)) for month in (LAST, THIS, NEXT)))
    DynamoLedger().post(a_posting(lease))
    total(lease).update([TotalItem.moves.remove(), TotalItem.due_pk.remove(), TotalItem.due_sk.remove()])


def waiting(lease: str) -> list[date]:
    notices = DynamoRentNotices()
    return [month for month in (LAST, THIS, NEXT) if lease in notices.waiting(month, part_of(lease))]


def marked(lease: str) -> bool:
    return lease in DynamoReceipts().waiting(part_of(lease))


def test_calls_of_months_to_come_and_accounts_wait_and_nothing_else_changes(table: Resources) -> None:
    """This month's notice was the landlord's own: a second one would ask twice."""
    of_before("9126")
    before = stored_items()

    migrating(table).run([MIGRATION])

    assert (waiting("9126"), marked("9126"), total("9126").moves) == ([NEXT], True, 1)
    part, lease = part_of("9126"), {"due_sk": {"S": "9126"}}
    added = {
        (lease_key("9126"), f"CALL#{NEXT:%Y-%m}"): lease | {"due_pk": {"S": calls_key(NEXT, part)}},
    }
    account = (book_key("lease:9126"), "TOTAL")
    added[account] = lease | {"due_pk": {"S": receipts_key(part)}, "moves": {"N": "1"}}
    after = {key: item for key, item in stored_items().items() if key[0] != "MIGRATIONS"}
    assert after == {key: item | added.get(key, {}) for key, item in before.items()}
    assert check_books().keys() == {"9126"}


def test_what_was_looked_at_or_issued_since_is_not_laid_again(table: Resources) -> None:
    of_before("9126")
    migrating(table).run([MIGRATION])
    receipts = DynamoReceipts()
    case = receipts.case("9126")
    assert case is not None
    assert receipts.looked(case)
    issued = call_item(a_call("9126", NEXT))
    issued.notice = "avis-1"
    put(issued)

    again = {key: lay(item) for key, item in stored_items().items() if item["kind"]["S"] in MIGRATION.kinds}

    assert set(again.values()) == {None}


def test_run_anew_it_finds_what_an_older_release_brought_in_meanwhile(table: Resources) -> None:
    """As docs/running.md says of a release that came back and went again."""
    of_before("9126")
    migrating(table).run([MIGRATION])
    put(call_item(a_call("9126", AFTER_NEXT)))
    migrating(table).run([MIGRATION])
    assert "9126" not in DynamoRentNotices().waiting(AFTER_NEXT, part_of("9126"))

    Item(PARTITION, f"{MIGRATION.number:04}").delete()
    (record,) = migrating(table).run([MIGRATION])

    assert (record.number, record.changed) == (2, 1)
    assert "9126" in DynamoRentNotices().waiting(AFTER_NEXT, part_of("9126"))


@pytest.mark.parametrize("afterwards", [False, True])
def test_whoever_dies_is_followed_by_one_who_ends_it_while_postings_go_on(
    table: Resources, afterwards: bool
) -> None:
    of_before("9126")
    dynamodb = client("dynamodb", portal_endpoint(table), ACCOUNT)
    for calls in range(2, 20):
        try:
            migrating(table, Mortal(dynamodb, calls, afterwards)).run([MIGRATION])
        except Dead:
            DynamoLedger().post(a_posting("9126", 1, f"meanwhile {calls}"))
        else:
            break

    assert calls > 5
    assert (waiting("9126"), marked("9126")) == ([NEXT], True)
    assert check_books()["9126"] == total("9126").cents


def test_a_posting_meanwhile_is_neither_lost_nor_counted_off(table: Resources) -> None:
    of_before("9126")
    stale = stored_items()[book_key("lease:9126"), "TOTAL"]
    DynamoLedger().post(a_posting("9126", 5_00, "meanwhile"))

    assert lay(stale) is not None
    assert migrating(table)._migrate(MIGRATION, stale) is False
    assert (total("9126").moves, marked("9126")) == (1, True)
