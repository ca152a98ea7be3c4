"""Double entry: nothing is written that does not sum to zero."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ledger import (
    STRIPE,
    SUSPENSE,
    EntryKind,
    LeaseAccount,
    LedgerEntry,
    Line,
    PendingPayment,
    Posting,
    StatementRow,
    Unbalanced,
    lease_account,
    lease_of,
    with_running_balance,
)
from tests.mothers import NOW, TODAY


def posting(*lines: Line) -> Posting:
    return Posting("f-1", TODAY, EntryKind.OTHER, "x", lines)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Line(STRIPE, 0),),
        (Line(STRIPE, 100),),
        (Line(STRIPE, 100), Line(SUSPENSE, -99)),
        (Line(STRIPE, 100), Line(STRIPE, -100)),
        (Line(STRIPE, 100), Line(SUSPENSE, 100)),
    ],
)
def test_what_is_not_double_entry_cannot_be_made(lines: tuple[Line, ...]) -> None:
    with pytest.raises(Unbalanced):
        posting(*lines)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5))
def test_any_amounts_that_sum_to_zero_can(cents: list[int]) -> None:
    lines = [Line(lease_account(str(place)), amount) for place, amount in enumerate(cents)]

    assert posting(*lines, Line(STRIPE, -sum(cents))).lines[-1].cents == -sum(cents)


def test_a_lease_s_account_is_known_by_its_name() -> None:
    assert lease_of(lease_account("9126")) == "9126"
    assert lease_of(STRIPE) is None
    assert lease_of(f"{SUSPENSE}:usd") is None


@given(st.integers(-(10**6), 10**6), st.lists(st.integers(-(10**6), 10**6), max_size=8))
def test_each_row_has_the_balance_after_it(balance: int, cents: list[int]) -> None:
    entries = [
        LedgerEntry(str(place), TODAY, EntryKind.OTHER, "", amount) for place, amount in enumerate(cents)
    ]

    rows = with_running_balance(LeaseAccount("9126", balance), entries)

    assert [row.entry for row in rows] == entries
    running = [*(row.running_cents for row in rows), balance - sum(cents)]
    assert running[0] == balance
    assert all(
        newer - older == row.entry.cents
        for newer, older, row in zip(running, running[1:], rows, strict=False)
    )


def test_a_credit_is_shown_without_its_sign_and_only_card_payments_have_a_ticket() -> None:
    debit = StatementRow(LedgerEntry("1", TODAY, EntryKind.RENT_CALL, "Avis", 5_00), 0)
    credit = StatementRow(LedgerEntry("2", TODAY, EntryKind.CARD_PAYMENT, "Carte", -5_00, "p-1"), 0)
    zero = StatementRow(LedgerEntry("3", date(2026, 1, 1), EntryKind.REFUND, "x", 0, "p-1"), 0)

    assert (debit.debit_cents, debit.credit_cents, debit.ticket_path) == (5_00, None, None)
    assert (credit.debit_cents, credit.credit_cents, credit.ticket_path) == (None, 5_00, "/paiement/p-1")
    assert (zero.debit_cents, zero.credit_cents, zero.ticket_path) == (None, None, None)


def test_nothing_is_owed_on_an_account_in_the_tenant_s_favour() -> None:
    assert LeaseAccount("1", -5_00).owed_cents == 0
    assert LeaseAccount("1", 5_00).owed_cents == 5_00
    assert LeaseAccount("1", 5_00).in_progress_cents == 0
    assert LeaseAccount("1", 5_00, PendingPayment("p-1", 3_00, NOW)).in_progress_cents == 3_00
