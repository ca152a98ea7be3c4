"""Notices and receipts by the real rules: killed at each write, by workers at once, by answers that get lost.

Whatever happens, a register that waits for no look is the one that the books call for, and nothing is twice.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from chalicelib.domain.consents import Consent, Decision
from chalicelib.domain.documents import Document
from chalicelib.domain.errors import Conflict
from chalicelib.domain.ledger import EntryKind, lease_account
from chalicelib.domain.outbox import QueuedMail, queued_mail
from chalicelib.domain.paper_desk import named
from chalicelib.domain.receipt_rules import difference, identity_of, is_ours, wanted
from chalicelib.domain.receipts import ReceiptDesk, look_at
from chalicelib.domain.rent_notices import NoticeDesk, issue_notice
from chalicelib.domain.rent_papers import ReceiptCase
from chalicelib.storage.codes import CodeItem
from chalicelib.storage.consents import consent_item
from chalicelib.storage.keys import book_key
from chalicelib.storage.leases import call_item, call_place
from chalicelib.storage.outbox import QueuedMailItem, mail_item
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.table import connection, together
from tests.faults import Faults
from tests.interleaving import Interleaving, successes
from tests.killing import AFTER, BEFORE, killed
from tests.mothers import a_call, put
from tests.paper_bench import ADDRESS, KeptFiles, PlainCodes, PlainPress, PlainQr, the_landlord
from tests.storage.books import check_books
from tests.storage.paper_homes import MONTH_ON, WRITES, a_home, move, total
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
NOON, DAY = datetime(2026, 12, 3, 11, tzinfo=UTC), timedelta(days=1)
CALLED, NOVEMBER = 366_32, date(2026, 11, 1)
LENGTH_OF_WORK = (
    5  # a quittance taken back, another given, a receipt given, two looks; the notice is one more
)


class Floor:
    """Those who make papers: they share the files, and nothing else but the table."""

    def __init__(self) -> None:
        given = (KeptFiles(), PlainPress(), PlainCodes(), PlainQr(), the_landlord(), ADDRESS)
        self._notices = NoticeDesk(*given, store=DynamoRentNotices())
        self._receipts = ReceiptDesk(*given, store=DynamoReceipts())

    def work(self, lease: str, now: datetime = NOON) -> None:
        """Look at receipts, make the notice of December, and look at what follows from it."""
        look_at(self._receipts, lease, now)
        issue_notice(self._notices, lease, MONTH_ON, now)
        look_at(self._receipts, lease, now)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def a_household(lease: str) -> None:
    """Have a home with the quittance of November, whose debit was rejected since, and more was paid then."""
    a_home(lease, (holder := f"t{lease}",))
    agreed = Consent(lease, holder, (Decision(NOON, True),))
    put(call_item(a_call(lease, NOVEMBER)), consent_item(agreed))
    move(lease, CALLED, f"call:{NOVEMBER:%Y-%m}", NOVEMBER, EntryKind.RENT_CALL)
    move(lease, -CALLED, "debit", date(2026, 11, 5), EntryKind.DIRECT_DEBIT)
    look_at(Floor()._receipts, lease, datetime(2026, 11, 6, 11, tzinfo=UTC))
    move(lease, CALLED, "rejected", date(2026, 11, 12), EntryKind.REJECTED_DEBIT)
    move(lease, -500_00, "transfer", date(2026, 11, 20))


def case_of(lease: str) -> ReceiptCase:
    case = DynamoReceipts().case(lease)
    assert case is not None
    return case


def assert_in_step(case: ReceiptCase) -> None:
    """Check that the receipts that hold are those that the books call for."""
    assert difference(case.papers, wanted(case, the_landlord().receipts_from, date(2026, 12, 31))) == ([], [])
    holding = [identity_of(paper) for paper in case.papers if is_ours(paper) and not paper.is_void]
    assert len(set(holding)) == len(holding)


def assert_all_is_done_once(lease: str) -> None:
    """Check that nothing waits, and that each paper has its number, its code and its mail to itself."""
    case = case_of(lease)
    assert_in_step(case)
    numbers = [paper.number for paper in case.papers]
    assert len(set(numbers)) == len(numbers)
    assert len([number for number in numbers if number.startswith("A-")]) == 1
    mails = mails_about(case.papers, f"t{lease}")
    places = [call_place(lease, MONTH_ON), (book_key(lease_account(lease)), "TOTAL")]
    places += [(f"CODE#{paper.code}", "PAPER") for paper in case.papers if paper.code]
    found = list(together([*places, *((mail_item(mail).pk, "MAIL") for mail in mails)]))
    assert [item.pk for item in found if item.due_pk and not isinstance(item, QueuedMailItem)] == []
    assert len([item for item in found if isinstance(item, QueuedMailItem)]) == len(numbers)
    codes = {item.document: item.void_at for item in found if isinstance(item, CodeItem)}
    assert codes == {paper.id: paper.void_at for paper in case.papers if paper.code}
    assert sum(entry.cents for entry in case.entries) == total(lease).cents


def mails_about(papers: Sequence[Document], tenant: str) -> list[QueuedMail]:
    return [queued_mail(named(paper.lease, paper.number), tenant, "", {}, NOON) for paper in papers]


def test_the_story_is_told_right_when_nothing_happens(floor: Floor, counted: Counted) -> None:
    a_household("9126")

    counted.calls.clear()
    floor.work("9126")

    assert counted.writes == LENGTH_OF_WORK + 1
    assert_all_is_done_once("9126")
    papers = sorted((paper.number, paper.cents, paper.is_void) for paper in case_of("9126").papers)
    assert papers == [
        ("A-2026-12-009126", CALLED - (500_00 - CALLED), False),
        ("Q-2026-11-009126", CALLED, True),
        ("Q-2026-11-009126-2", CALLED, False),
        ("R-2026-11-009126", 500_00 - CALLED, False),
    ]


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_killed_at_each_write_and_done_again_on_another_day_all_is_there_once(
    floor: Floor, when: str
) -> None:
    a_household("0")
    with killed(1_000) as story:
        floor.work("0")
    places = [place for place, operation in enumerate(story.calls) if operation in WRITES]
    assert len(places) == LENGTH_OF_WORK + 1

    for lease, place in zip(map(str, count(1)), places, strict=False):
        a_household(lease)
        with killed(place, when) as killing:
            floor.work(lease)
        assert killing.happened
        if not total(lease).due_pk:
            assert_in_step(case_of(lease))

        floor.work(lease, NOON + DAY)

        assert_all_is_done_once(lease)
    check_books()


def test_workers_at_once_on_two_days_make_each_paper_once(floor: Floor) -> None:
    order = Interleaving(connection().client)
    for seed in range(4):
        a_household(lease := str(seed))

        done = order.run(
            seed,
            lambda: floor.work(lease),
            lambda: floor.work(lease, NOON + DAY),
        )

        assert all(one is None or isinstance(one, Conflict) for one in done), done
        if not total(lease).due_pk:
            assert_in_step(case_of(lease))
        floor.work(lease, NOON + 2 * DAY)
        assert_all_is_done_once(lease)


def test_postings_at_the_same_moment_are_never_overlooked(floor: Floor) -> None:
    """Money comes, and goes again, while somebody looks."""
    order = Interleaving(connection().client)
    for seed in range(4):
        a_household(lease := str(seed))

        def post(lease: str = lease) -> None:
            move(lease, -CALLED, "more", date(2026, 12, 2))
            move(lease, CALLED + 10_00, "back", date(2026, 12, 2), EntryKind.REJECTED_DEBIT)

        done = order.run(seed, lambda: floor.work(lease), post)

        assert successes(done), done
        if not total(lease).due_pk:
            assert_in_step(case_of(lease))
        floor.work(lease, NOON + DAY)
        assert_all_is_done_once(lease)


@pytest.mark.parametrize("fault", ["after", "conflict", "throttle"])
def test_an_answer_that_is_lost_or_late_doubles_nothing(
    floor: Floor, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    a_household("9126")
    tries, faults = Counter[str](), Faults(connection().client)

    def every_other_time(operation: str) -> str | None:
        tries[operation] += 1
        return fault if operation in WRITES and tries[operation] % 2 else None

    faults.choose = every_other_time
    floor.work("9126")
    faults.choose = lambda _: None

    assert faults.injected.total() >= LENGTH_OF_WORK
    assert_all_is_done_once("9126")
