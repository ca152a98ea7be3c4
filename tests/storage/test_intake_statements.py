"""Bringing charge statements in: whole, and for good once the tenant has the paper."""

from datetime import date
from hashlib import sha256

import pytest

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.exchange.cautions import LATE
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement
from chalicelib.storage.charge_statements import ChargeStatementItem, DynamoChargeStatements
from chalicelib.storage.keys import lease_key
from chalicelib.storage.table import connection
from tests.deliveries import TODAY, Cells, bring, counts, files, only, places
from tests.faults import Faults
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
LIFT = {"nature": "Ascenseur", "depense": "", "part": "12,00", "provisions": "61,44"}


def statement(lease: str = "9126", year: int = 2025) -> ChargeStatement:
    case = DynamoChargeStatements().case(lease, year)
    assert case is not None
    return case[0]


def test_a_statement_is_brought_in_whole_and_waits_for_its_paper() -> None:
    report = bring(files(regularisations=[{}, LIFT]))

    assert counts(report)["regularisations.csv"] == (2, 0, 0, 0)
    water, lift = (
        ChargeLine("Eau froide", 482_015, 25_130, 23_760),
        ChargeLine("Ascenseur", None, 1_200, 6_144),
    )
    assert statement() == ChargeStatement("9126", 2025, date(2027, 1, 15), (water, lift))
    part = sha256(b"9126").digest()[0] % 64
    assert DynamoChargeStatements().waiting(part) == [("9126", 2025)]


def test_a_statement_is_replaced_whole_until_its_paper_is_made() -> None:
    bring(files(regularisations=[{}, LIFT]))
    DynamoChargeStatements().tell_problem("9126", 2025, "Il manque une ligne.")

    changed = bring(only(regularisations=[{"part": "0,00"}]))

    assert counts(changed) == {"regularisations.csv": (0, 1, 0, 0)}
    assert statement().lines == (ChargeLine("Eau froide", 482_015, 0, 23_760),)
    item = ChargeStatementItem.get(lease_key("9126"), "BALANCE#2025")
    assert not item.problem
    assert item.due_sk == "9126#2025", "it is tried again"


def make_paper() -> None:
    """Have the paper of the statement made, as its worker does."""
    paper = Document(
        "regularisation-2026-11-23-" + "a" * 32,
        "9126",
        DocumentKind.CHARGE_STATEMENT,
        "Décompte",
        TODAY,
        "papers/9126/C-2025-009126.pdf",
        9,
        "C-2025-009126.pdf",
    )
    assert DynamoChargeStatements().issue(statement(), paper, ())


def test_a_statement_whose_paper_is_made_is_frozen() -> None:
    given = files(regularisations=[{}, LIFT])
    bring(given)
    make_paper()
    before, heard = stored_items(), Faults(connection().client)

    again = bring(given)
    dearer: list[Cells] = [{}, LIFT | {"part": "12,01"}]
    other = [bring(only(regularisations=rows)) for rows in (dearer[:1], dearer)]

    assert again.changes == 0
    assert not again.errors
    assert [places(one) for one in other] == [
        [("regularisations.csv", 2, "annee")],
        [("regularisations.csv", 2, "annee"), ("regularisations.csv", 3, "annee")],
    ]
    assert not WRITES & heard.calls.keys()
    assert stored_items() == before


def test_a_paper_that_is_made_meanwhile_freezes_its_statement() -> None:
    bring(files())
    started = iter([True])

    def meanwhile(operation: str) -> None:
        if operation == "TransactWriteItems" and next(started, False):
            make_paper()

    Faults(connection().client, meanwhile)

    report = bring(only(regularisations=[{"part": "0,00"}]))

    assert places(report) == [("regularisations.csv", 2, "annee")]
    assert statement().lines[0].share_cents == 25_130
    assert ChargeStatementItem.get(lease_key("9126"), "BALANCE#2025").due_pk is None


def test_a_statement_that_comes_late_is_taken_and_told_of_once() -> None:
    late = files(regularisations=[{"date": "2026-12-01"}, LIFT | {"date": "2026-12-01"}])

    first, again = bring(late), bring(late)

    assert [(one.line, one.column, one.rule) for one in first.remarks] == [(2, "date", LATE)]
    assert (first.exit_code, first.errors, counts(first)["regularisations.csv"]) == (0, (), (2, 0, 0, 0))
    assert again.remarks == ()
