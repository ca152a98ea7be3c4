"""Receipts beside rent calls in the table: a call comes late, or again with other lines; leases are alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.errors import Conflict
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.receipts import ReceiptDesk, look_at
from chalicelib.domain.rent_notices import NoticeDesk, Outcome, issue_notice
from chalicelib.gateways.codes import PaperCodes
from chalicelib.storage.intake_writes import Action, commit
from chalicelib.storage.leases import CallItem, call_item, call_place, lease_items
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.tenants import profile_item
from tests.deliveries import bring, files, only
from tests.mothers import a_call, a_lease, a_tenant, put
from tests.paper_bench import ADDRESS, KeptFiles, PlainPress, PlainQr, the_landlord
from tests.storage.books import stored_items
from tests.storage.paper_homes import MONTH_ON, a_home, is_marked, move, queued

pytestmark = pytest.mark.usefixtures("table")
NOON, CALLED = datetime(2026, 12, 1, 11, tzinfo=UTC), 366_32
SAME_SUM = [
    {"mois": "2026-11", "echeance": "2026-11-05", "montant": "300,25"},
    {"mois": "2026-11", "echeance": "2026-11-05", "montant": "110,00", "nature": "charges"},
]
OTHER = [SAME_SUM[0] | {"montant": "310,25"}, SAME_SUM[1] | {"montant": "100,00"}]


@dataclass
class Desks:
    """Those who make receipts and notices, on the real store."""

    press: PlainPress = field(default_factory=PlainPress)

    def __post_init__(self) -> None:
        given = (KeptFiles(), self.press, PaperCodes("k" * 64), PlainQr(), the_landlord(), ADDRESS)
        self._receipts = ReceiptDesk(*given, store=DynamoReceipts())
        self._notices = NoticeDesk(*given, store=DynamoRentNotices())

    def look(self, lease: str = "9126", now: datetime = NOON) -> None:
        look_at(self._receipts, lease, now)

    def notice(self, lease: str = "9126") -> Outcome:
        return issue_notice(self._notices, lease, MONTH_ON, NOON)


@pytest.fixture
def desks() -> Desks:
    return Desks()


def numbers(lease: str = "9126") -> list[str]:
    case = DynamoReceipts().case(lease)
    assert case is not None
    return sorted(paper.number for paper in case.papers if paper.number and not paper.is_void)


def ask(lease: str = "9126", id: str = "call:2026-12") -> None:
    move(lease, CALLED, id, MONTH_ON, EntryKind.RENT_CALL)


def pay(lease: str = "9126", id: str = "paid", on: date = MONTH_ON) -> None:
    move(lease, -CALLED, id, on, EntryKind.DIRECT_DEBIT)


def test_a_month_paid_before_its_call_came_has_its_quittance_after_the_notice(desks: Desks) -> None:
    put(*lease_items(a_lease("9126", ("anna",))), profile_item(a_tenant("anna"), 0))
    ask()
    pay(on=date(2026, 11, 28))
    desks.look()
    assert (numbers(), is_marked()) == (["R-2026-11-009126"], False)

    put(call_item(a_call("9126", MONTH_ON), waits=True))
    assert desks.notice() is Outcome.MADE

    assert is_marked()
    desks.look()
    assert numbers() == ["A-2026-12-009126", "Q-2026-12-009126"]


def test_an_entry_that_does_not_name_its_month_is_the_notices_and_the_quittances(desks: Desks) -> None:
    a_home()
    ask(id="erp:77")
    assert desks.notice() is Outcome.MADE
    pay()

    desks.look()

    assert numbers() == ["A-2026-12-009126", "Q-2026-12-009126"]


@pytest.mark.parametrize("known", [(), ("anna",)])
def test_no_paper_is_issued_before_all_holders_are_known(desks: Desks, known: tuple[str, ...]) -> None:
    """An import writes leases and books first, tenants later."""
    put(*lease_items(a_lease("9126", ("anna", "bruno"))), call_item(a_call("9126", MONTH_ON), waits=True))
    put(*(profile_item(a_tenant(one), 0) for one in known))
    ask()
    pay()
    before = stored_items()

    desks.look()
    assert desks.notice() is Outcome.NOTHING
    assert (stored_items(), desks.press.printed) == (before, [])

    put(*(profile_item(a_tenant(one), 0) for one in ("anna", "bruno")))
    desks.look()
    assert numbers() == ["Q-2026-12-009126"]


def test_two_leases_whose_numbers_are_printed_alike_each_have_their_papers(desks: Desks) -> None:
    for lease in ("9126", "009126"):
        a_home(lease)
        ask(lease)
        pay(lease)

        desks.look(lease)
        assert desks.notice(lease) is Outcome.MADE

        assert numbers(lease) == ["A-2026-12-009126", "Q-2026-12-009126"]
    assert queued() == ["anna", "anna"]


def test_a_second_quittance_stands_in_no_other_leases_way(desks: Desks) -> None:
    for lease in ("100001", "100001-2"):
        a_home(lease)
        ask(lease)
    pay("100001")
    desks.look("100001")
    move("100001", CALLED, "rejected", MONTH_ON, EntryKind.REJECTED_DEBIT)
    desks.look("100001")
    pay("100001", "again")
    desks.look("100001")
    pay("100001-2")

    desks.look("100001-2")

    assert numbers("100001") == numbers("100001-2") == ["Q-2026-12-100001-2"]


def test_an_account_without_a_lease_waits_no_more(desks: Desks) -> None:
    a_home()
    pay()
    pay("9999")
    assert is_marked("9999")

    desks.look("9999")
    DynamoReceipts().forget("9126")
    DynamoReceipts().forget("1")

    assert (is_marked("9999"), is_marked("9126")) == (False, True)
    assert ("BOOK#lease:1", "TOTAL") not in stored_items()


def november() -> str:
    """Give what the call of November says of its quittance."""
    call = CallItem.get(*call_place("9126", date(2026, 11, 1)), consistent_read=True)
    return call.receipt or ""


NOVEMBER = [
    {"numero": "E1", "date": "2026-11-01", "nature": "appel", "mois": "2026-11", "debit": "410,25"},
    {"numero": "E2", "date": "2026-11-05", "nature": "prelevement", "debit": "", "credit": "410,25"},
]


def test_a_call_is_frozen_by_its_quittance_as_by_its_notice(desks: Desks) -> None:
    bring(files(avis=SAME_SUM, ecritures=NOVEMBER))
    desks.look()
    assert november().startswith("quittance-")
    before = stored_items()

    report = bring(only(avis=OTHER))

    assert [error.rule.partition("\u00a0")[0] for error in report.errors] == [
        "L’avis ou la quittance de ce mois est déjà émis"
    ] * 2
    assert stored_items() == before
    assert bring(only(avis=SAME_SUM)).exit_code == 0


def test_a_quittance_and_an_import_at_once_never_say_different_things(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import has read the call when the quittance freezes it: it reads it again, and is refused."""
    bring(files(avis=SAME_SUM, ecritures=NOVEMBER))
    looked = list[bool]()

    def late(actions: Sequence[Action]) -> bool:
        if not looked:
            looked.append(True)
            desks.look()
        return commit(actions)

    monkeypatch.setattr("chalicelib.storage.intake.commit", late)
    report = bring(only(avis=OTHER))

    assert (bool(looked), len(report.errors)) == (True, 2)
    assert november()
    assert numbers() == ["Q-2026-11-009126"]


def test_a_quittance_of_a_call_that_is_another_by_then_is_not_given(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_home()
    ask()
    pay()
    case = DynamoReceipts().case("9126")
    assert case is not None
    item = CallItem(*call_place("9126", MONTH_ON))
    item.update([CallItem.lines.set([f"loyer|{CALLED}|Loyer"])])
    monkeypatch.setattr(DynamoReceipts, "case", lambda *_: case)

    with pytest.raises(Conflict):
        desks.look(now=NOON + timedelta(1))

    monkeypatch.undo()
    assert numbers() == []
