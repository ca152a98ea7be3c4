"""Rent notices in the table: paper, entry, mails and the end of waiting, all of it or nothing."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.leases import CallLine, CallLineKind, RentCall
from chalicelib.domain.ledger import EntryKind, LedgerEntry
from chalicelib.domain.rent_papers import NoticeCase
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.leases import CallItem, call_place
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.parts import part_of
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.table import Item, together
from tests.mothers import a_call, a_lease, a_tenant, put
from tests.storage.books import check_books, stored_items
from tests.storage.paper_homes import (
    MONTH_ON,
    a_home,
    a_paper,
    is_marked,
    mails_about,
    move,
    queued,
    total,
    units_of,
)
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
CALLED = 366_32
PART = part_of("9126")


@pytest.fixture
def notices() -> DynamoRentNotices:
    return DynamoRentNotices()


def case_of(notices: DynamoRentNotices, lease: str = "9126") -> NoticeCase:
    case = notices.case(lease, MONTH_ON)
    assert case is not None
    return case


def entries(lease: str = "9126") -> list[LedgerEntry]:
    return DynamoLedger().statement(lease, date(2020, 1, 1))[1]


def test_a_call_waits_in_its_month_and_part_until_its_notice_is_made(notices: DynamoRentNotices) -> None:
    a_home()
    assert notices.waiting(MONTH_ON, PART) == ["9126"]
    assert notices.has_waiting(MONTH_ON, PART)
    assert not notices.has_waiting(date(2027, 1, 1), PART)
    assert not notices.has_waiting(MONTH_ON, (PART + 1) % 64)

    assert notices.issue(case_of(notices), a_paper(), mails_about(a_paper(), "anna"))

    assert not notices.has_waiting(MONTH_ON, PART)
    assert case_of(notices).notice == a_paper().id


def test_a_case_says_call_lease_holders_and_what_was_owed_before(notices: DynamoRentNotices) -> None:
    a_home(holders=("anna", "bruno"))
    put(*a_later_call())
    assert case_of(notices) == NoticeCase(
        a_call("9126", MONTH_ON),
        a_lease("9126", ("anna", "bruno")),
        (a_tenant("anna"), a_tenant("bruno")),
        0,
        None,
        "",
        "",
        0,
    )

    move("9126", -12_00, "paid")
    move("9126", CALLED, "call:2026-12", MONTH_ON, EntryKind.RENT_CALL)

    case = case_of(notices)
    assert (case.balance_before_cents, case.booked_cents, case.moves) == (-12_00, CALLED, 2)


def a_later_call() -> list[CallItem]:
    return [CallItem(*call_place("9126", date(2027, 1, 1)), month_on=MONTH_ON, due_on=MONTH_ON, lines=[])]


def test_there_is_no_case_without_a_call_or_without_a_lease(notices: DynamoRentNotices) -> None:
    a_home("9126")
    put(CallItem(*call_place("9999", MONTH_ON), month_on=MONTH_ON, due_on=MONTH_ON, lines=[]))

    assert notices.case("9126", date(2026, 11, 1)) is None
    assert notices.case("9999", MONTH_ON) is None
    assert notices.case("1", MONTH_ON) is None


def test_a_notice_books_its_entry_registers_its_paper_and_queues_a_mail_to_each_holder(
    notices: DynamoRentNotices,
) -> None:
    a_home(holders=("anna", "bruno"))

    assert notices.issue(case_of(notices), a_paper(), mails_about(a_paper(), "anna", "bruno"))

    label = "Avis d’échéance de décembre 2026"
    assert entries() == [LedgerEntry("call:2026-12", MONTH_ON, EntryKind.RENT_CALL, label, CALLED)]
    assert check_books() == {"9126": CALLED}
    assert DynamoDocuments().get("9126", a_paper().id) == a_paper()
    assert queued() == ["anna", "bruno"]
    assert is_marked()


def test_an_entry_that_the_books_have_is_not_booked_again(notices: DynamoRentNotices) -> None:
    a_home()
    move("9126", CALLED, "call:2026-12", MONTH_ON, EntryKind.RENT_CALL)

    assert notices.issue(case_of(notices), a_paper(), mails_about(a_paper(), "anna"))

    assert check_books() == {"9126": CALLED}
    assert total().moves == 2, "the call may have come after the money: the receipts are looked at again"
    assert is_marked()


@pytest.mark.parametrize(
    ("cents", "kind", "on", "after"),
    [
        (CALLED, EntryKind.RENT_CALL, date(2026, 12, 31), CALLED),
        (CALLED - 1, EntryKind.RENT_CALL, MONTH_ON, 2 * CALLED - 1),
        (CALLED, EntryKind.OTHER, MONTH_ON, 2 * CALLED),
        (CALLED, EntryKind.RENT_CALL, date(2026, 11, 30), 2 * CALLED),
        (CALLED, EntryKind.RENT_CALL, date(2027, 1, 1), 2 * CALLED),
    ],
)
def test_what_the_landlord_booked_without_naming_the_month_is_not_asked_for_twice(
    notices: DynamoRentNotices, cents: int, kind: EntryKind, on: date, after: int
) -> None:
    a_home()
    move("9126", cents, "erp:1", on, kind)
    case = case_of(notices)
    alike = after == CALLED

    assert (case.booked_cents, case.balance_before_cents) == ((CALLED, 0) if alike else (None, cents))
    assert notices.issue(case, a_paper(), [])
    assert check_books() == {"9126": after}


def test_an_entry_between_two_reads_of_a_case_makes_it_untrue(
    notices: DynamoRentNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The balance is read before the entries: one that comes between is counted off, and noticed."""
    a_home()

    def late(keys: list[tuple[str, str]]) -> list[Item]:
        found = list(together(keys))
        move("9126", CALLED, "erp:1", MONTH_ON, EntryKind.RENT_CALL)
        return found

    monkeypatch.setattr("chalicelib.storage.rent_notices.together", late)
    case = case_of(notices)

    assert not notices.issue(case, a_paper(), [])
    assert check_books() == {"9126": CALLED}


def test_a_month_that_asks_for_nothing_is_in_the_books_all_the_same(notices: DynamoRentNotices) -> None:
    a_home()
    even = (CallLine(CallLineKind.RENT, "Loyer", 100), CallLine(CallLineKind.HOUSING_BENEFIT, "APL", -100))
    rewrite(replace(a_call("9126", MONTH_ON), lines=even))

    assert notices.issue(case_of(notices), a_paper(), [])

    assert [entry.cents for entry in entries()] == [0]


def rewrite(call: RentCall) -> None:
    """Change a call as a landlord's file does."""
    lines = [f"{line.kind.value}|{line.cents}|{line.label}" for line in call.lines]
    item = CallItem(*call_place(call.lease, call.month_on))
    item.update([CallItem.lines.set(lines), CallItem.due_on.set(call.due_on)])


@pytest.mark.parametrize("booked", [True, False])
@pytest.mark.parametrize("moved", [-5_00, 5_00])
def test_nothing_is_written_when_the_books_have_moved(
    notices: DynamoRentNotices, booked: bool, moved: int
) -> None:
    a_home()
    if booked:
        move("9126", CALLED, "call:2026-12", MONTH_ON, EntryKind.RENT_CALL)
    case = case_of(notices)
    move("9126", moved, "meanwhile")
    before = stored_items()

    assert not notices.issue(case, a_paper(), mails_about(a_paper(), "anna"))

    assert stored_items() == before
    assert notices.issue(case_of(notices), a_paper(), mails_about(a_paper(), "anna"))


def test_what_moves_back_and_forth_has_moved(notices: DynamoRentNotices) -> None:
    a_home()
    move("9126", 1, "first")
    case = case_of(notices)
    move("9126", 5_00, "there")
    move("9126", -5_00, "back")

    assert not notices.issue(case, a_paper(), [])


def test_what_an_older_version_posted_without_counting_has_moved(notices: DynamoRentNotices) -> None:
    a_home()
    case = case_of(notices)
    older("9126", 5_00)

    assert not notices.issue(case, a_paper(), [])
    again = case_of(notices)
    assert (again.moves, again.balance_before_cents) == (0, 5_00)
    assert notices.issue(again, a_paper(), [])


def older(lease: str, cents: int) -> None:
    """Post as versions did before there were papers."""
    move(lease, cents, "older")
    total(lease).update([type(total(lease)).moves.remove()])


@pytest.mark.parametrize(
    "changed",
    [
        {"due_on": date(2026, 12, 10)},
        {"lines": (CallLine(CallLineKind.RENT, "Loyer", CALLED),)},
        {"lines": ()},
    ],
)
def test_nothing_is_written_when_the_call_is_another_by_then(
    notices: DynamoRentNotices, changed: dict[str, object]
) -> None:
    a_home()
    case = case_of(notices)
    rewrite(replace(case.call, **changed))  # type: ignore[arg-type]
    before = stored_items()

    assert not notices.issue(case, a_paper(), mails_about(a_paper(), "anna"))

    assert stored_items() == before


def test_a_notice_that_is_made_is_not_made_again(notices: DynamoRentNotices) -> None:
    a_home()
    case = case_of(notices)
    assert notices.issue(case, a_paper(), mails_about(a_paper(), "anna"))
    before = stored_items()

    other = a_paper("A-2026-12-009126-2")
    assert not notices.issue(case, a_paper(), mails_about(a_paper(), "anna"))
    assert not notices.issue(case_of(notices), other, mails_about(other, "anna"))

    assert stored_items() == before


def test_a_problem_is_news_once_and_the_call_stays_waiting(notices: DynamoRentNotices) -> None:
    a_home()

    assert notices.tell_problem("9126", MONTH_ON, "L’avis n’a aucune ligne.")
    assert not notices.tell_problem("9126", MONTH_ON, "L’avis n’a aucune ligne.")
    assert notices.tell_problem("9126", MONTH_ON, "Une autre raison.")

    assert case_of(notices).problem == "Une autre raison."
    assert notices.waiting(MONTH_ON, PART) == ["9126"]
    assert not notices.tell_problem("1", MONTH_ON, "Sans avis.")
    assert notices.issue(case_of(notices), a_paper(), [])
    assert case_of(notices).problem == ""
    assert not notices.tell_problem("9126", MONTH_ON, "Trop tard.")


def test_a_notice_costs_three_reads_and_one_transaction_of_fifteen_units(
    notices: DynamoRentNotices, counted: Counted
) -> None:
    """Call 2 + 1 of the index, paper 2, the two lines of the entry 4, balance 2 + 1, mail 2 + 1."""
    a_home()
    move("9126", -12_00, "paid")

    assert counted.during(lambda: case_of(notices)) == {"Query": 2, "BatchGetItem": 1}
    case = case_of(notices)
    assert units_of(lambda: notices.issue(case, a_paper(), mails_about(a_paper(), "anna"))) == 15
