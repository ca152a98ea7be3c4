"""Receipts in the table: what is given, or taken back, is so for the books as they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.rent_papers import ReceiptCase
from chalicelib.domain.verification import VerifiedPaper
from chalicelib.storage.codes import DynamoCodes
from chalicelib.storage.consents import ConsentItem, consent_key
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.parts import part_of
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.table import backwards
from infra.local.resources import Resources
from tests.mothers import NOW, TODAY, a_call, a_document, a_lease, a_tenant, put
from tests.storage.books import stored_items
from tests.storage.paper_homes import (
    MONTH_ON,
    a_home,
    a_receipt,
    is_marked,
    mails_about,
    move,
    queued,
    total,
    units_of,
)
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
PAPER = a_receipt()
REASON = "Le prélèvement a été rejeté."
Act = Callable[[DynamoReceipts, ReceiptCase], bool]


@pytest.fixture
def receipts(table: Resources) -> DynamoReceipts:
    a_home()
    move("9126", -366_32, "paid")
    return DynamoReceipts()


def case_of(receipts: DynamoReceipts) -> ReceiptCase:
    case = receipts.case("9126")
    assert case is not None
    return case


def issue(receipts: DynamoReceipts, case: ReceiptCase) -> bool:
    return receipts.issue(case, PAPER, "décembre 2026", mails_about(PAPER, "anna"))


def void(receipts: DynamoReceipts, case: ReceiptCase) -> bool:
    return receipts.void(case, PAPER, REASON, NOW)


def looked(receipts: DynamoReceipts, case: ReceiptCase) -> bool:
    return receipts.looked(case)


def decided(tenant: str, *decisions: str) -> ConsentItem:
    return ConsentItem(
        *consent_key("9126", tenant),
        lease="9126",
        tenant=tenant,
        decisions=[f"2026-11-0{day + 1}T08:00:00+00:00|{said}" for day, said in enumerate(decisions)],
    )


def test_a_case_says_entries_calls_papers_and_who_agreed(receipts: DynamoReceipts) -> None:
    put(decided("anna", "oui", "non", "oui"), decided("bruno", "oui", "non"))
    DynamoDocuments().add(a_document())
    move("9126", 10_00, "later", TODAY + timedelta(1))

    case = case_of(receipts)

    assert (case.lease, case.holders) == (a_lease("9126", ("anna",)), (a_tenant("anna"),))
    assert [entry.id for entry in case.entries] == ["paid", "later"]
    assert case.calls == (a_call("9126", MONTH_ON),)
    assert (case.papers, case.consenting, case.moves) == ((a_document(),), frozenset({"anna"}), 2)
    assert receipts.case("1") is None


def test_an_account_waits_from_each_posting_until_it_was_looked_at(receipts: DynamoReceipts) -> None:
    part = part_of("9126")
    assert receipts.waiting(part) == ["9126"]

    assert receipts.looked(case_of(receipts))
    assert not receipts.has_waiting(part)
    assert not receipts.has_waiting((part + 1) % 64)

    move("9126", 10_00, "more")
    assert receipts.has_waiting(part)


def test_an_account_without_a_posting_is_in_step(receipts: DynamoReceipts) -> None:
    a_home("9999")
    before = stored_items()

    case = receipts.case("9999")
    assert case is not None
    assert receipts.looked(case)
    assert stored_items() == before


def test_a_receipt_is_on_register_and_found_by_its_code_and_told(receipts: DynamoReceipts) -> None:
    assert issue(receipts, case_of(receipts))

    assert case_of(receipts).papers == (PAPER,)
    assert DynamoCodes().find(PAPER.code) == VerifiedPaper(
        DocumentKind.RENT_RECEIPT, PAPER.title, "décembre 2026", 366_32, TODAY
    )
    assert DynamoCodes().find("X" * 16) is None
    assert queued() == ["anna"]
    assert is_marked(), "there may be more to do"


def test_a_receipt_that_holds_no_more_says_so_on_register_and_by_its_code(receipts: DynamoReceipts) -> None:
    issue(receipts, case_of(receipts))

    assert void(receipts, case_of(receipts))

    (paper,) = case_of(receipts).papers
    assert (paper.void_at, paper.void_reason) == (NOW, REASON)
    verified = DynamoCodes().find(PAPER.code)
    assert verified is not None
    assert verified.void_at == NOW


def test_a_receipt_is_given_once_and_taken_back_once(receipts: DynamoReceipts) -> None:
    case = case_of(receipts)
    assert issue(receipts, case)
    given = stored_items()
    assert not issue(receipts, case)
    assert stored_items() == given

    assert void(receipts, case)
    taken_back = stored_items()
    assert not receipts.void(case, PAPER, "Une autre raison.", NOW + timedelta(1))
    assert stored_items() == taken_back


def test_a_number_is_given_once_even_on_another_day(receipts: DynamoReceipts) -> None:
    """A worker that read the register before another gave the number has another id for it by midnight."""
    case = case_of(receipts)
    assert issue(receipts, case)

    tomorrow = a_receipt(id=PAPER.id.replace("11-23", "11-24"))
    assert tomorrow.id != PAPER.id
    assert not receipts.issue(case, tomorrow, "décembre 2026", [])


@pytest.mark.parametrize("act", [issue, looked])
@pytest.mark.parametrize("moved", [1, -366_32])
def test_nothing_is_written_for_books_that_are_not_so_any_more(
    receipts: DynamoReceipts, act: Act, moved: int
) -> None:
    case = case_of(receipts)
    move("9126", moved, "meanwhile")
    before = stored_items()

    assert not act(receipts, case)

    assert stored_items() == before
    assert is_marked()
    assert act(receipts, case_of(receipts))


def test_nothing_is_taken_back_for_books_that_are_not_so_any_more(receipts: DynamoReceipts) -> None:
    issue(receipts, case_of(receipts))
    case = case_of(receipts)
    move("9126", 0, "of no weight")
    before = stored_items()

    assert not void(receipts, case)
    assert stored_items() == before


def test_a_posting_between_two_reads_of_a_case_makes_it_untrue(
    receipts: DynamoReceipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count is read first: entries that come later make the case false, never the other way round."""
    posted: list[bool] = []

    def meanwhile(pk: str, *bounds: str, **asked: bool) -> Any:
        if not posted:
            posted.append(move("9126", 5_00, "meanwhile"))
        return backwards(pk, *bounds, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr("chalicelib.storage.receipts.backwards", meanwhile)

    case = case_of(receipts)
    assert (len(case.entries), case.moves) == (2, 1)
    assert not issue(receipts, case)
    assert not looked(receipts, case)


def test_what_an_older_version_posted_without_counting_is_noticed(receipts: DynamoReceipts) -> None:
    case, item = case_of(receipts), total()
    move("9126", 5_00, "older")
    item.update([type(item).moves.set(case.moves)])

    assert not issue(receipts, case)
    assert not looked(receipts, case)
    assert issue(receipts, case_of(receipts))


def test_a_look_costs_five_reads_and_a_quittance_twelve(receipts: DynamoReceipts, counted: Counted) -> None:
    """Paper 2, code 2, mail 2 + 1 of the index, call 2 + 1, the account's condition 2.  No index: 2."""
    assert counted.during(lambda: case_of(receipts)) == {"Query": 3, "BatchGetItem": 2}
    case = case_of(receipts)

    assert units_of(lambda: issue(receipts, case)) == 12
    assert units_of(lambda: void(receipts, case)) == 6
    assert units_of(lambda: looked(receipts, case)) == 2
