"""Entries of a lease that take several transactions: between two of them its account is as it once was."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.ledger import LedgerEntry
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.table import connection
from tests.deliveries import Cells, bring, files, only
from tests.faults import Faults
from tests.storage.books import check_books
from tests.storage.paper_homes import is_marked, total

pytestmark = pytest.mark.usefixtures("table")
FIRST_DAY = date(2025, 1, 1)
DAYS = [FIRST_DAY + timedelta(rank) for rank in range(98)]
ROWS = 2 * len(DAYS) + 1  # two transactions take 196


def paid_up() -> list[Cells]:
    """Give a debt a day and its payment, as a file has them that begins with the payments, the last first.

    The ids would have the payment of a day before its debt, and a debt more cuts that day in two.
    """
    more = {"numero": "0", "date": str(FIRST_DAY), "nature": "autre", "debit": "1,00"}
    paid = [
        {"numero": f"A{day}", "date": str(day), "nature": "paiement", "debit": "", "credit": "10,00"}
        for day in DAYS[::-1]
    ]
    return [*paid, more, *({"numero": f"B{day}", "date": str(day), "debit": "10,00"} for day in DAYS)]


def entries() -> list[LedgerEntry]:
    return DynamoLedger().statement("9126", FIRST_DAY)[1]


@pytest.mark.parametrize("known", [False, True])
def test_between_two_transactions_what_is_owed_is_there_before_what_pays_it_and_nobody_is_to_look(
    known: bool,
) -> None:
    """Payments without the debts before them would settle a month that is not."""
    if known:
        bring(files(ecritures=[], avis=[]))
    seen: list[tuple[list[LedgerEntry], bool]] = []

    def look(operation: str) -> None:
        if operation == "TransactWriteItems":
            seen.append((entries(), is_marked()))

    Faults(connection().client, look)
    bring(only(ecritures=paid_up()) if known else files(ecritures=paid_up(), avis=[]))

    between = [(found, marked) for found, marked in seen if 0 < len(found) < ROWS]
    assert [len(found) for found, _ in between] == [98, 196] if known else between
    for found, marked in between:
        assert not marked
        last = max(entry.booked_on for entry in found)
        owed = {entry.booked_on for entry in found if entry.cents > 0}
        paid = {entry.booked_on for entry in found if entry.cents < 0}
        assert owed == {day for day in DAYS if day <= last}
        assert owed - paid <= {last}
    assert (len(entries()), is_marked()) == (ROWS, True)
    assert total().moves == 3, "whoever read the account before one of them issues nothing"
    assert check_books() == {"9126": 1_00}
