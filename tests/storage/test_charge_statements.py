"""Charge statements in the table: one paper for each, made of what the statement says."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement, StatementCase
from chalicelib.storage.charge_statements import DynamoChargeStatements, statement_item
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.parts import part_of
from tests.mothers import a_lease, a_tenant, put
from tests.storage.books import stored_items
from tests.storage.paper_homes import a_home, a_paper, mails_about, queued, units_of

pytestmark = pytest.mark.usefixtures("table")
STATEMENT = ChargeStatement(
    "9126",
    2025,
    date(2026, 12, 5),
    (
        ChargeLine("Eau | froide", 12_345_67, 210_00, 240_00),
        ChargeLine("Ascenseur", None, 96_10, 90_00),
        ChargeLine("Avoir", -10_00, -1_00, 0),
    ),
)
PAPER = a_paper("C-2025-009126", kind=DocumentKind.CHARGE_STATEMENT)
PART = part_of("9126")


@pytest.fixture
def statements() -> DynamoChargeStatements:
    a_home()
    put(statement_item(STATEMENT))
    return DynamoChargeStatements()


def test_a_statement_waits_in_its_part_and_says_what_was_brought_in(
    statements: DynamoChargeStatements,
) -> None:
    assert statements.has_waiting(PART)
    assert not statements.has_waiting((PART + 1) % 64)
    assert statements.waiting(PART) == [("9126", 2025)]
    lease, holders = a_lease("9126", ("anna",)), (a_tenant("anna"),)
    assert statements.case("9126", 2025) == StatementCase(STATEMENT, lease, holders, "", "")
    assert statements.case("9126", 2024) is None


def test_a_statement_of_a_lease_that_is_not_there_has_no_case(statements: DynamoChargeStatements) -> None:
    put(statement_item(replace(STATEMENT, lease="9999")))

    assert statements.case("9999", 2025) is None
    assert statements.waiting(part_of("9999")) == [("9999", 2025)]
    before = stored_items()
    statements.forget("9126", 2025)
    statements.forget("9126", 2024)
    assert stored_items() == before

    statements.forget("9999", 2025)

    assert not statements.has_waiting(part_of("9999"))
    assert statements.has_waiting(PART)


def test_its_paper_is_made_once_and_told(statements: DynamoChargeStatements) -> None:
    assert statements.issue(STATEMENT, PAPER, mails_about(PAPER, "anna"))
    before = stored_items()

    other = a_paper("C-2025-009126-2", kind=DocumentKind.CHARGE_STATEMENT)
    assert not statements.issue(STATEMENT, PAPER, mails_about(PAPER, "anna"))
    assert not statements.issue(STATEMENT, other, [])
    assert stored_items() == before
    assert not statements.has_waiting(PART)
    assert DynamoDocuments().get("9126", PAPER.id) == PAPER
    assert queued() == ["anna"]
    case = statements.case("9126", 2025)
    assert case is not None
    assert case.paper == PAPER.id


@pytest.mark.parametrize("other", [{"lines": STATEMENT.lines[:1]}, {"booked_on": date(2026, 12, 6)}])
def test_nothing_is_written_of_a_statement_that_is_another_by_then(
    statements: DynamoChargeStatements, other: dict[str, object]
) -> None:
    put(statement_item(replace(STATEMENT, **other)))  # type: ignore[arg-type]
    before = stored_items()

    assert not statements.issue(STATEMENT, PAPER, mails_about(PAPER, "anna"))
    assert stored_items() == before


def test_a_problem_is_news_once(statements: DynamoChargeStatements) -> None:
    assert statements.tell_problem("9126", 2025, "Aucune ligne.")
    assert not statements.tell_problem("9126", 2025, "Aucune ligne.")
    assert statements.tell_problem("9126", 2025, "Une autre raison.")
    assert not statements.tell_problem("9126", 2024, "Aucune ligne.")
    assert statements.waiting(PART) == [("9126", 2025)]
    case = statements.case("9126", 2025)
    assert case is not None
    assert case.problem == "Une autre raison."

    assert statements.issue(STATEMENT, PAPER, [])
    assert not statements.tell_problem("9126", 2025, "Trop tard.")


def test_a_paper_costs_eight_units(statements: DynamoChargeStatements) -> None:
    """Statement 2 + 1 of the index, paper 2, mail 2 + 1."""
    assert units_of(lambda: statements.issue(STATEMENT, PAPER, mails_about(PAPER, "anna"))) == 8
