"""The books in the table: each fact once, and a balance that is the sum of its lines."""

import threading
from datetime import date

import pytest

from chalicelib.domain.errors import Conflict
from chalicelib.domain.ledger import (
    STRIPE,
    SUSPENSE,
    EntryKind,
    LeaseAccount,
    Line,
    Posting,
    lease_account,
    with_running_balance,
)
from chalicelib.storage import ledger as storage
from chalicelib.storage.keys import book_key
from chalicelib.storage.ledger import DynamoLedger, EntryItem, TotalItem
from chalicelib.storage.table import connection
from tests.faults import Faults
from tests.mothers import a_posting
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def ledger() -> DynamoLedger:
    return DynamoLedger()


def sum_of_lines(lease: str) -> int:
    return sum(
        item.cents
        for item in EntryItem.query(book_key(lease_account(lease)), EntryItem.sk.startswith("ENTRY#"))
    )


def test_a_posting_is_written_once_however_often_it_is_posted(ledger: DynamoLedger) -> None:
    assert ledger.post(a_posting())
    assert not ledger.post(a_posting())

    assert ledger.account("9126") == LeaseAccount("9126", 486_32)
    assert sum_of_lines("9126") == 486_32


def test_both_sides_are_in_the_books(ledger: DynamoLedger) -> None:
    on, id = date(2026, 11, 23), "ch_1"
    lines = (Line(lease_account("9126"), -100_00), Line(STRIPE, 100_00))
    ledger.post(Posting(id, on, EntryKind.CARD_PAYMENT, "Paiement par carte", lines, "p-1"))

    hers = EntryItem.get(book_key(lease_account("9126")), f"ENTRY#{on.isoformat()}#{id}")
    theirs = EntryItem.get(f"{book_key(STRIPE)}#{on.isoformat()}", f"ENTRY#{on.isoformat()}#{id}")
    assert (hers.cents, theirs.cents) == (-100_00, 100_00)
    assert TotalItem.count(f"{book_key(STRIPE)}") == 0


def test_money_that_belongs_to_no_lease_touches_no_balance(ledger: DynamoLedger) -> None:
    lines = (Line(SUSPENSE, -5_00), Line(STRIPE, 5_00))

    assert ledger.post(Posting("ch_2", date(2026, 11, 23), EntryKind.OTHER, "À affecter", lines))
    assert ledger.account(SUSPENSE).balance_cents == 0


def test_accounts_of_several_leases_come_in_the_order_asked_in_one_request(
    ledger: DynamoLedger, counted: Counted
) -> None:
    ledger.post(a_posting("9126", 10_00))
    ledger.post(a_posting("9127", -3_00))
    counted.calls.clear()

    found = ledger.accounts(["9127", "none", "9126"])

    assert counted.calls == {"BatchGetItem": 1}
    assert [(one.lease, one.balance_cents) for one in found] == [
        ("9127", -3_00),
        ("none", 0),
        ("9126", 10_00),
    ]
    assert ledger.accounts([]) == []


def test_a_statement_has_the_balance_and_what_was_booked_since_newest_first(
    ledger: DynamoLedger, counted: Counted
) -> None:
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1), date(2026, 11, 1)]
    for place, on in enumerate(days):
        ledger.post(a_posting(cents=100 * (place + 1), id=f"p{place}", booked_on=on))
    counted.calls.clear()

    account, entries = ledger.statement("9126", date(2026, 1, 1))

    assert counted.calls == {"Query": 1}
    assert account.balance_cents == 10_00
    assert [entry.booked_on for entry in entries] == days[:0:-1]
    assert [row.running_cents for row in with_running_balance(account, entries)] == [10_00, 6_00, 3_00]


def test_a_statement_longer_than_a_page_of_the_table_comes_whole(ledger: DynamoLedger) -> None:
    label = "x" * 20_000
    for number in range(60):
        ledger.post(a_posting(cents=1, id=f"p{number:02}", label=label))

    account, entries = ledger.statement("9126", date(2026, 1, 1))

    assert account.balance_cents == len(entries) == 60


def test_eight_postings_at_once_are_all_counted_and_the_same_one_once(ledger: DynamoLedger) -> None:
    answers: list[bool] = []

    def post(id: str) -> None:
        answers.append(ledger.post(a_posting(cents=1_00, id=id)))

    threads = [threading.Thread(target=post, args=(f"p{number % 4}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 4 + [True] * 4
    assert ledger.account("9126").balance_cents == sum_of_lines("9126") == 4_00


def test_a_posting_that_meets_another_is_tried_again(
    ledger: DynamoLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    left = [3]

    def twice(_: str) -> str | None:
        left[0] -= 1
        return "conflict" if left[0] >= 0 else None

    Faults(connection().client, twice)

    assert ledger.post(a_posting())
    assert ledger.account("9126").balance_cents == 486_32


def test_a_posting_that_always_meets_another_gives_up_and_writes_nothing(
    ledger: DynamoLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults = Faults(connection().client, lambda operation: "conflict" if "Transact" in operation else None)

    with pytest.raises(Conflict):
        ledger.post(a_posting())

    assert faults.calls["TransactWriteItems"] == storage.TRIES
    assert ledger.account("9126").balance_cents == 0


def test_a_posting_whose_answer_was_lost_is_known_at_the_next_try(
    ledger: DynamoLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    left = [1]

    def once(operation: str) -> str | None:
        left[0] -= operation == "TransactWriteItems"
        return "after" if left[0] == 0 and operation == "TransactWriteItems" else None

    Faults(connection().client, once)
    ledger.post(a_posting())

    assert not ledger.post(a_posting())
    assert ledger.account("9126").balance_cents == sum_of_lines("9126") == 486_32
