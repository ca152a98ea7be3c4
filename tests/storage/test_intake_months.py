"""Bringing the entries of rent calls in by their month: once, whoever books them."""

from datetime import date

import pytest

from chalicelib.domain.ledger import posting_of_call
from chalicelib.storage.ledger import DynamoLedger
from tests.deliveries import Cells, bring, counts, files, only, places
from tests.storage.books import check_books

pytestmark = pytest.mark.usefixtures("table")
CALL = {"mois": "2026-11"}


def run_books(cents: int = 41_025) -> bool:
    """Book a month's call as the portal's own run does."""
    return DynamoLedger().post(posting_of_call("9126", date(2026, 11, 1), cents))


def test_a_months_call_is_one_entry_whoever_books_it_first() -> None:
    bring(files(ecritures=[]))
    run_books()

    report = bring(only(ecritures=[CALL]))

    assert (counts(report)["ecritures.csv"], report.errors) == ((0, 0, 1, 0), ())
    assert check_books() == {"9126": 41_025}
    assert not run_books()


def test_a_months_call_from_the_files_is_the_one_that_the_run_finds() -> None:
    bring(files(ecritures=[CALL]))

    assert not run_books()

    (entry,) = DynamoLedger().statement("9126", date(2026, 1, 1))[1]
    assert (entry.id, entry.booked_on, entry.cents) == ("call:2026-11", date(2026, 11, 1), 41_025)
    assert check_books() == {"9126": 41_025}


def test_a_months_call_of_another_amount_is_refused() -> None:
    bring(files(ecritures=[]))
    run_books(cents=41_000)

    report = bring(only(ecritures=[CALL, {"numero": "E2", "date": "2026-10-01", "mois": "2026-10"}]))

    assert places(report) == [("ecritures.csv", 2, "debit")]
    assert check_books() == {"9126": 41_000 + 41_025}


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ({"numero": "E7", "date": "2026-11-28"}, [("ecritures.csv", 2, "mois")]),
        ({"numero": "E7", "debit": "410,26"}, []),
        ({"numero": "E7", "date": "2026-12-01"}, []),
        ({"numero": "E7", "nature": "autre"}, []),
    ],
)
def test_a_call_that_names_no_month_is_refused_where_the_month_is_called_already(
    row: Cells, refused: list[tuple[str, int, str]]
) -> None:
    bring(files(ecritures=[CALL]))

    report = bring(only(ecritures=[row]))

    assert places(report) == refused


def test_a_row_that_comes_again_with_its_month_is_not_asked_for_twice() -> None:
    bring(files())

    same = bring(only(ecritures=[CALL]))
    other = bring(only(ecritures=[CALL | {"debit": "1,00"}]))

    assert counts(same)["ecritures.csv"] == (0, 0, 1, 0)
    assert places(other) == [("ecritures.csv", 2, "debit")]
    assert check_books() == {"9126": 41_025}
