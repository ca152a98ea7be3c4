"""Rent calls that a landlord brings in: they wait for their notice, and are what they are from then on."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from datetime import date
from itertools import count
from typing import Any

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.exchange.report import ImportReport
from chalicelib.domain.rent_papers import NoticeCase
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.leases import CallItem
from chalicelib.storage.parts import part_of
from chalicelib.storage.receipts import DynamoReceipts
from chalicelib.storage.rent_notices import DynamoRentNotices
from chalicelib.storage.table import connection
from tests.deliveries import bring, counts, files, only
from tests.faults import Faults
from tests.interleaving import Interleaving
from tests.storage.books import check_books, stored_items
from tests.storage.paper_homes import a_paper, is_marked, mails_about, queued, total

pytestmark = pytest.mark.usefixtures("table")
ISSUED = "L’avis ou la quittance de ce mois est déjà émis\u00a0: passez une écriture rectificative."
UNTOUCHABLE = "Une écriture ne se modifie pas\u00a0: passez une contre-écriture."
DECEMBER, NOTICES = date(2026, 12, 1), DynamoRentNotices()
RENT = {"mois": "2026-12", "echeance": "2026-12-05", "montant": "312,48"}
CHARGES = RENT | {"nature": "charges", "libelle": "Provision", "montant": "97,77"}
OTHER = RENT | {"montant": "320,00"}


def bring_calls(*rows: dict[str, str]) -> ImportReport:
    return bring(only(avis=list(rows)))


def case_of(month_on: date = DECEMBER, lease: str = "9126") -> NoticeCase:
    case = NOTICES.case(lease, month_on)
    assert case is not None
    return case


def issue(lease: str = "9126", case: NoticeCase | None = None) -> bool:
    paper = a_paper(f"A-2026-12-{lease}", lease)
    return NOTICES.issue(case or case_of(lease=lease), paper, mails_about(paper, "t1"))


class AtOnce(Executor):
    """Does what it is given in the thread that gives it, whose calls are put in order with another's."""

    def __init__(self, _: int) -> None:
        """Take a number of threads, and have none."""

    def submit(self, do: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done = Future[Any]()
        done.set_result(do(*given, **named))
        return done


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.storage.intake.ThreadPoolExecutor", AtOnce)


def waiting(month_on: date = DECEMBER, lease: str = "9126") -> bool:
    return lease in NOTICES.waiting(month_on, part_of(lease))


@pytest.mark.parametrize(
    ("month", "waits"),
    [("2026-09", False), ("2026-10", True), ("2026-11", True), ("2026-12", True), ("2027-03", True)],
)
def test_calls_from_the_last_month_on_wait_for_their_notice(month: str, waits: bool) -> None:
    """A home that was let in the last days of a month is told in the first of the next."""
    bring(files(avis=[{"mois": month, "echeance": f"{month}-05"}]))

    assert waiting(date.fromisoformat(f"{month}-01")) == waits


def test_a_call_that_comes_later_waits_too_and_its_correction_is_what_is_printed() -> None:
    bring(files())
    bring_calls(RENT)
    NOTICES.tell_problem("9126", DECEMBER, "Il manque les charges.")

    report = bring_calls(RENT, CHARGES)

    assert counts(report) == {"avis.csv": (0, 2, 0, 0)}
    case = case_of()
    assert (waiting(), case.problem, case.call.cents) == (True, "", 410_25)


def test_an_issued_call_is_frozen_and_its_row_is_refused_each_time() -> None:
    bring(files())
    bring_calls(RENT, CHARGES)
    assert issue()
    before = stored_items()

    for _ in range(2):
        report = bring_calls(OTHER, CHARGES)
        assert [(one.line, one.column, one.rule) for one in report.errors] == [
            (2, "mois", ISSUED),
            (3, "mois", ISSUED),
        ]
        assert counts(report) == {"avis.csv": (0, 0, 0, 2)}
    for changed in (RENT, CHARGES | {"echeance": "2026-12-06"}):
        assert bring_calls(changed).exit_code == 1

    assert stored_items() == before


def test_the_same_rows_again_change_nothing_and_make_nobody_wait() -> None:
    bring(files())
    bring_calls(RENT, CHARGES)
    assert issue()
    before = stored_items()
    assert counts(bring_calls(RENT, CHARGES)) == {"avis.csv": (0, 0, 2, 0)}
    assert stored_items() == before

    forget_what_was_brought_in()

    assert counts(bring_calls(RENT, CHARGES)) == {"avis.csv": (0, 0, 2, 0)}
    assert not waiting()


def forget_what_was_brought_in() -> None:
    """Lose the prints, as an import that was cut would have."""
    key = {"pk": {"S": "LEASE#9126"}, "sk": {"S": "~ROWS"}}
    connection().dispatch("DeleteItem", {"TableName": CallItem.Meta.table_name, "Key": key})


def test_a_refused_row_takes_no_other_row_with_it() -> None:
    bring(files())
    bring_calls(RENT)
    assert issue()

    january = {"mois": "2027-01", "echeance": "2027-01-05"}
    report = bring_calls(OTHER, january)

    assert counts(report) == {"avis.csv": (1, 0, 0, 1)}
    assert waiting(date(2027, 1, 1))


def test_a_late_call_has_the_receipts_of_its_account_looked_at() -> None:
    """The month may be settled by what is in the books already."""
    bring(files(avis=[]))
    look()

    bring_calls(RENT)
    assert not is_marked(), "the month to come is booked with its notice"
    bring_calls({})
    assert is_marked()
    assert check_books() == {"9126": 410_25}
    moves = total().moves

    look()
    bring_calls({}, RENT)
    assert (is_marked(), total().moves) == (False, moves)


def look() -> None:
    case = DynamoReceipts().case("9126")
    assert case is not None
    assert DynamoReceipts().looked(case)


def test_a_late_call_of_which_only_the_mark_was_cut_off_is_looked_at_all_the_same() -> None:
    bring(files(avis=[]))
    bring_calls({})
    look()
    forget_what_was_brought_in()

    assert counts(bring_calls({})) == {"avis.csv": (0, 0, 1, 0)}
    assert is_marked()


@pytest.mark.parametrize(("debit", "refused"), [("312,48", 0), ("320,00", 1)])
def test_an_entry_of_a_month_that_the_notice_booked_is_there_or_is_refused(debit: str, refused: int) -> None:
    bring(files())
    bring_calls(RENT)
    assert issue()
    row = {"numero": "E12", "date": "2026-12-01", "mois": "2026-12", "debit": debit}

    report = bring(only(ecritures=[row]))

    assert counts(report) == {"ecritures.csv": (0, 0, 1 - refused, refused)}
    assert [one.rule for one in report.errors] == [UNTOUCHABLE] * refused
    assert check_books() == {"9126": 410_25 + 312_48}


def test_an_entry_of_a_month_that_came_first_is_not_booked_by_the_notice() -> None:
    bring(files())
    bring_calls(RENT)
    bring(only(ecritures=[{"numero": "E12", "date": "2026-12-01", "mois": "2026-12", "debit": "312,48"}]))

    assert case_of().booked_cents == 312_48
    assert issue()
    assert check_books() == {"9126": 410_25 + 312_48}


@pytest.mark.usefixtures("one_thread")
def test_an_entry_and_a_notice_at_once_book_the_month_once() -> None:
    order = Interleaving(connection().client)
    for seed in range(8):
        lease = str(seed)
        row = {"numero": f"E{seed}", "contrat": lease, "date": "2026-12-01", "mois": "2026-12"}
        bring(files(baux=[{"contrat": lease}], ecritures=[], avis=[RENT | {"contrat": lease}], **REST))

        order.run(
            seed,
            lambda: plan_books_and_write(row | {"debit": "312,48"}),  # noqa: B023
            lambda: issue(lease),  # noqa: B023
        )
        issue_until_made(lease)

        assert check_books()[lease] == 312_48, seed
        assert case_of(lease=lease).booked_cents == 312_48


REST: dict[str, list[dict[str, str]]] = {
    name: []
    for name in (
        "locaux",
        "titulaires",
        "occupants",
        "regularisations",
        "documents",
        "attestations",
        "demandes",
        "messages",
        "comptes",
        "agents",
    )
}


def plan_books_and_write(row: dict[str, str]) -> bool:
    return bring(only(ecritures=[row])).exit_code == 0


def issue_until_made(lease: str) -> None:
    while not case_of(lease=lease).notice:
        issue(lease)


@pytest.mark.usefixtures("one_thread")
def test_a_correction_and_a_notice_at_once_leave_the_call_that_was_printed() -> None:
    """Whoever is first: the paper says what the call says, and stays the only one."""
    order, refused = Interleaving(connection().client), set[int]()
    for seed in range(12):
        lease = str(seed)
        bring(files(baux=[{"contrat": lease}], ecritures=[], avis=[RENT | {"contrat": lease}], **REST))
        before, printed = len(queued()), dict[bool, int]()

        def make(lease: str = lease, printed: dict[bool, int] = printed) -> bool:
            case = case_of(lease=lease)
            printed[made := issue(lease, case)] = case.call.cents
            return made

        order.run(seed, make, lambda: plan_calls_and_write(OTHER | {"contrat": lease}))  # noqa: B023
        if True not in printed:
            make()
        made = case_of(lease=lease)

        assert made.call.cents == printed[True] == made.booked_cents, seed
        assert len(queued()) == before + 1
        assert len(DynamoDocuments().of_lease(lease)[0]) == 1
        assert not waiting(lease=lease)
        refused.add(made.call.cents)
    assert refused == {312_48, 320_00}, "both came first"


def plan_calls_and_write(row: dict[str, str]) -> bool:
    return bring_calls(row).exit_code == 0


@pytest.mark.usefixtures("one_thread")
def test_an_import_that_is_cut_and_done_again_leaves_calls_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults = Faults(connection().client)
    for cut_at in count():
        left, lease = iter(range(cut_at)), str(cut_at)
        faults.choose = lambda _: "after" if next(left, None) is None else None  # noqa: B023
        delivery = files(baux=[{"contrat": lease}], ecritures=[], avis=[RENT | {"contrat": lease}], **REST)
        finished = False
        with suppress(Unavailable):
            finished = bring(delivery).errors == ()
        faults.choose = lambda _: None
        assert bring(delivery).errors == ()
        assert waiting(lease=lease)
        if finished:
            break
    assert cut_at > 1
