"""Receipts while the books move: looked at again, never wrong, and never for ever."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.errors import Conflict
from chalicelib.domain.ledger import EntryKind, LedgerEntry
from chalicelib.domain.receipts import TRIES, look_at
from chalicelib.domain.settlement import Settlement, settle
from chalicelib.domain.tenants import Tenant
from tests.generated_accounts import a_call, an_entry, asked
from tests.mothers import ELOISE, FRANCOIS_XAVIER, a_lease, a_tenant
from tests.paper_bench import KeptReceipts, ReceiptBench, noon

NOV = a_call(date(2026, 11, 1), 412_18, 74_14)
NET = 486_32
DEBIT, REJECTED = EntryKind.DIRECT_DEBIT, EntryKind.REJECTED_DEBIT


def paid(id: str, on: date, cents: int) -> LedgerEntry:
    return an_entry(id, on, DEBIT, -cents)


@pytest.fixture
def bench() -> ReceiptBench:
    return ReceiptBench(KeptReceipts(a_lease(), (NOV,)))


def test_looking_again_changes_nothing(bench: ReceiptBench) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))
    before, printed = dict(bench.store.papers), len(bench.press.printed)

    bench.look(date(2026, 12, 5))

    assert bench.store.papers == before
    assert len(bench.press.printed) == printed


def test_books_that_move_meanwhile_are_read_again(bench: ReceiptBench) -> None:
    back = an_entry("back", date(2026, 11, 5), REJECTED, NET)
    bench.store.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    def rejected() -> None:
        if back not in bench.store.entries:
            bench.store.post(back)

    bench.store.before_writing = rejected
    bench.look(date(2026, 11, 6))

    assert bench.store.papers == {}
    assert not bench.store.due


def test_books_that_never_stand_still_send_the_message_back(bench: ReceiptBench) -> None:
    bench.store.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    def moves() -> None:
        bench.store.post(an_entry(f"x{len(bench.store.entries)}", date(2026, 11, 9), EntryKind.OTHER, 1))

    bench.store.before_writing = moves
    with pytest.raises(Conflict):
        bench.look(date(2026, 11, 6))

    assert bench.store.papers == {}
    assert len(bench.store.entries) == 2 + TRIES


def test_a_paper_that_was_printed_and_never_registered_stands_in_nobodys_way(bench: ReceiptBench) -> None:
    refund = an_entry("back", date(2026, 11, 5), EntryKind.REFUND, 20_00)
    bench.store.post(asked(NOV), paid("some", date(2026, 11, 5), 100_00))

    def refunded() -> None:
        if refund not in bench.store.entries:
            bench.store.post(refund)

    bench.store.before_writing = refunded
    bench.look(date(2026, 11, 6))

    (paper,) = bench.valid
    assert (paper.number, paper.cents) == ("R-2026-11-009126", 80_00)
    assert [values["received"] for _, values in bench.press.printed] == ["100,00\u00a0€", "80,00\u00a0€"]
    assert bench.files.kept[paper.key] == b"partial_receipt R-2026-11-009126 2"


def test_a_lease_that_is_not_there_is_nothing(bench: ReceiptBench) -> None:
    bench.store.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))

    look_at(bench.desk, "9999", noon(date(2026, 11, 6)))

    assert bench.valid == []
    assert bench.store.forgotten == ["9999"]


@pytest.mark.parametrize("known", [(), (a_tenant(FRANCOIS_XAVIER),)])
def test_nothing_is_issued_or_voided_while_not_all_holders_are_known(
    bench: ReceiptBench, known: tuple[Tenant, ...]
) -> None:
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))
    before, both = dict(bench.store.papers), (a_tenant(ELOISE), a_tenant(FRANCOIS_XAVIER))
    bench.store.lease, bench.store.holders = a_lease(holders=(ELOISE, FRANCOIS_XAVIER)), known

    bench.post(an_entry("back", date(2026, 11, 9), REJECTED, NET), paid("more", date(2026, 11, 9), 20_00))
    assert (bench.store.papers, bench.store.due) == (before, True)

    bench.store.holders = both
    bench.look(date(2026, 11, 9))
    assert (bench.said, bench.store.due) == ([("R-2026-11-009126", 20_00)], False)


def test_money_of_a_later_day_is_on_no_receipt_until_that_day(bench: ReceiptBench) -> None:
    bench.store.post(asked(NOV), paid("debit", date(2026, 11, 10), NET))

    bench.look(date(2026, 11, 9))
    assert (bench.valid, bench.store.due) == ([], True)

    bench.look(date(2026, 11, 10))
    assert (bench.said, bench.store.due) == ([("Q-2026-11-009126", NET)], False)


def test_a_taking_back_of_a_later_day_counts_from_that_day_on(bench: ReceiptBench) -> None:
    bench.store.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))
    bench.store.post(an_entry("back", date(2026, 11, 12), REJECTED, NET))

    bench.look(date(2026, 11, 11))
    assert (bench.said, bench.store.due) == ([("Q-2026-11-009126", NET)], True)

    bench.look(date(2026, 11, 12))
    assert (bench.said, bench.store.due) == ([], False)


def test_a_month_that_the_books_ask_for_without_naming_it_has_its_quittance(bench: ReceiptBench) -> None:
    bench.post(replace(asked(NOV), id="erp:77"), paid("debit", date(2026, 11, 5), NET))

    assert bench.said == [("Q-2026-11-009126", NET)]


def test_a_paper_is_taken_back_soon_however_many_debits_were_rejected(
    bench: ReceiptBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[int] = []

    def counted(entries: Iterable[LedgerEntry]) -> Settlement:
        asked_of.append(1)
        return settle(entries)

    monkeypatch.setattr("chalicelib.domain.receipt_rules.settle", counted)
    bench.post(asked(NOV), paid("debit", date(2026, 11, 5), NET))
    asked_of.clear()

    for rank in range(20):
        bench.store.post(an_entry(f"z{rank:02}", date(2026, 11, 9), REJECTED, NET // 10))
    bench.look(date(2026, 11, 9))

    assert bench.valid == []
    assert bench.store.papers["Q-2026-11-009126"].void_reason.startswith("Un paiement a été rejeté")
    assert len(asked_of) <= 8
