"""Whatever posts to a lease's account counts it, and marks the account until its receipts are looked at."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.payments import EUR, Fact, FactKind, PaymentStatus, event_of, posting_of
from chalicelib.storage.intake_books import spelled_total
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.table import connection
from tests.deliveries import bring, files, only
from tests.faults import Faults
from tests.mothers import NOW, a_payment, a_posting
from tests.storage.books import check_books, stored_items
from tests.storage.paper_homes import MONTH_ON, a_home, a_paper, is_marked, move, total

pytestmark = pytest.mark.usefixtures("table")


def post() -> None:
    assert DynamoLedger().post(a_posting(id="one more"))


def settle() -> None:
    payments, fact = DynamoPayments(), Fact("ch_1", FactKind.CHARGE, 100_00, EUR, NOW)
    payments.add(a_payment(), "")
    paid = replace(payments.get(a_payment().id), status=PaymentStatus.PAID, paid_at=NOW)
    payments.settle(paid, posting_of(paid, fact), event_of(paid, fact))


def bring_entries() -> None:
    assert bring(only(ecritures=[{"numero": "E2", "debit": "1,00"}])).exit_code == 0


def bring_the_same_entry_with_more() -> None:
    bring(only(ecritures=[{}, {"numero": "E3", "debit": "2,00"}]))


def issue_a_notice() -> None:
    case = DynamoRentNotices().case("9126", MONTH_ON)
    assert case is not None
    assert DynamoRentNotices().issue(case, a_paper(), [])


PATHS = (post, settle, bring_entries, bring_the_same_entry_with_more, issue_a_notice)


def look() -> None:
    case = DynamoReceipts().case("9126")
    assert case is not None
    assert DynamoReceipts().looked(case)


@pytest.mark.parametrize("path", PATHS)
def test_every_posting_marks_the_account_and_counts_once(path: Callable[[], None]) -> None:
    bring(files())
    a_home()
    look()
    assert not is_marked()
    before = total()

    path()

    assert is_marked()
    assert total().moves == before.moves + 1
    assert check_books()["9126"] == total().cents


@pytest.mark.parametrize("path", PATHS)
def test_a_first_posting_marks_the_account_too(path: Callable[[], None]) -> None:
    a_home()

    path()

    assert (is_marked(), total().moves) == (True, 1)


def test_a_posting_that_is_there_already_marks_nothing() -> None:
    a_home()
    move("9126", 5_00, "once")
    look()
    before = stored_items()

    assert not move("9126", 5_00, "once")
    assert stored_items() == before


def test_a_posting_that_is_asked_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    a_home()
    lost = iter(["after"])
    Faults(connection().client, lambda operation: next(lost, None) if "Write" in operation else None)

    move("9126", 5_00, "once")

    assert (total().moves, total().cents, next(lost, None)) == (1, 5_00, None)


def test_the_import_spells_a_balance_as_the_ledger_does() -> None:
    a_home("1")
    move("1", 5_00, "a", kind=EntryKind.RENT_CALL)
    kept = stored_items()["BOOK#lease:1", "TOTAL"]
    update: dict[str, Any] = spelled_total("2", 5_00)["Update"]
    connection().dispatch("UpdateItem", update)

    of_two = stored_items()["BOOK#lease:2", "TOTAL"]
    assert of_two == kept | {
        "pk": {"S": "BOOK#lease:2"},
        "due_sk": {"S": "2"},
        "due_pk": of_two["due_pk"],
    }
    assert is_marked("2")


def test_the_landlords_own_accounts_have_no_balance_to_mark() -> None:
    a_home()
    move("9126", 5_00, "once")

    assert [pk for pk, sk in stored_items() if sk == "TOTAL"] == ["BOOK#lease:9126"]
