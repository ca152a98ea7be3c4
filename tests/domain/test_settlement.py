"""What money settles: oldest first, and what was taken back settles nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from random import Random

import pytest

from chalicelib.domain.ledger import EntryKind, LedgerEntry
from chalicelib.domain.settlement import is_received, settle, takes_back
from tests.generated_accounts import an_entry, generated_account

CALL, DEBIT, CARD = EntryKind.RENT_CALL, EntryKind.DIRECT_DEBIT, EntryKind.CARD_PAYMENT
REJECTED, DISPUTE, REFUND = EntryKind.REJECTED_DEBIT, EntryKind.DISPUTE, EntryKind.REFUND
Allotted = Counter[tuple[str, str]]


def on(day: int, month: int = 11) -> date:
    return date(2026, month, day)


def allotted(entries: Sequence[LedgerEntry]) -> Allotted:
    """Give the cents of each credit that went to each debt."""
    return Counter(
        {(part.credit.id, part.debt.id if part.debt else ""): part.cents for part in settle(entries).parts}
    )


def slowly_allotted(entries: Sequence[LedgerEntry]) -> Allotted:
    """Do the same cent by cent: a heap of coins in the order of time, from which coins are taken back."""
    by_time = sorted(entries, key=lambda entry: (entry.booked_on, entry.id))
    coins = [entry for entry in by_time for _ in range(-entry.cents)]
    owed = []
    for entry in by_time:
        missing = max(entry.cents, 0)
        if takes_back(entry):
            for wish in _wishes(entry, coins):
                while missing and (found := [coin for coin in coins if wish(coin)]):
                    coins.remove(found[-1])
                    missing -= 1
        owed += [entry.id] * missing
    owed += [""] * len(coins)
    return Counter((coin.id, debt) for coin, debt in zip(coins, owed, strict=False))


def _wishes(entry: LedgerEntry, coins: Sequence[LedgerEntry]) -> list[Callable[[LedgerEntry], bool]]:
    """Give what to take back, in the order of likeliness; of what fits alike, the latest money first."""
    left = Counter(coin.id for coin in coins)
    kinds = {REJECTED: {DEBIT}, DISPUTE: {CARD}, EntryKind.BENEFIT: {EntryKind.BENEFIT}}.get(entry.kind)

    def known(coin: LedgerEntry) -> bool:
        return is_received(coin) and coin.booked_on <= entry.booked_on

    def of_kind(coin: LedgerEntry) -> bool:
        return known(coin) and (kinds is None or coin.kind in kinds)

    def same(coin: LedgerEntry) -> bool:
        return is_received(coin) and bool(entry.payment) and coin.payment == entry.payment

    return [
        lambda coin: same(coin) and left[coin.id] == entry.cents and of_kind(coin),
        lambda coin: same(coin) and left[coin.id] == entry.cents,
        lambda coin: same(coin) and of_kind(coin),
        same,
        lambda coin: of_kind(coin) and left[coin.id] == entry.cents,
        lambda coin: known(coin) and left[coin.id] == entry.cents,
        of_kind,
        known,
    ]


def test_what_is_owed_longest_is_settled_first() -> None:
    entries = [
        an_entry("dec", on(1, 12), CALL, 500),
        an_entry("nov", on(1), CALL, 400),
        an_entry("paid", on(5, 12), DEBIT, -600),
    ]

    assert allotted(entries) == {("paid", "nov"): 400, ("paid", "dec"): 200}


def test_what_is_owed_on_one_day_is_settled_in_the_order_of_ids() -> None:
    entries = [
        an_entry("b", on(1), EntryKind.OTHER, 10),
        an_entry("a", on(1), CALL, 10),
        an_entry("paid", on(1), CARD, -15),
    ]

    assert allotted(entries) == {("paid", "a"): 10, ("paid", "b"): 5}


def test_money_that_came_ahead_settles_what_is_asked_next() -> None:
    entries = [an_entry("paid", on(28), DEBIT, -700), an_entry("dec", on(1, 12), CALL, 500)]

    assert allotted(entries) == {("paid", "dec"): 500, ("paid", ""): 200}


@pytest.mark.parametrize(
    ("back", "from_what"),
    [
        (an_entry("back", on(20), REJECTED, 300), "debit"),
        (an_entry("back", on(20), DISPUTE, 300), "card"),
        (an_entry("back", on(20), REFUND, 300), "cheque"),
        (an_entry("back", on(20), REFUND, 300, payment="p-1"), "card"),
        (an_entry("back", on(20), EntryKind.DIRECT_DEBIT, 300), "debit"),
    ],
)
def test_money_is_taken_back_from_the_payment_it_is_most_likely_of(back: LedgerEntry, from_what: str) -> None:
    paid = [
        an_entry("debit", on(5), DEBIT, -300),
        an_entry("card", on(6), CARD, -300, payment="p-1"),
        an_entry("cheque", on(7), EntryKind.PAYMENT, -300),
    ]

    taken = settle([*paid, back]).taken

    assert [(one.receipt.id, one.by.id, one.cents) for one in taken] == [(from_what, "back", 300)]


def test_of_two_debits_alike_the_latest_before_it_was_rejected() -> None:
    entries = [
        an_entry("oct", on(5, 10), DEBIT, -300),
        an_entry("nov", on(5, 11), DEBIT, -300),
        an_entry("dec", on(5, 12), DEBIT, -300),
        an_entry("back", on(9, 11), REJECTED, 300),
    ]

    assert [one.receipt.id for one in settle(entries).taken] == ["nov"]


def test_what_is_taken_back_beyond_all_that_came_is_owed() -> None:
    entries = [
        an_entry("paid", on(5), DEBIT, -300),
        an_entry("back", on(9), REJECTED, 350),
        an_entry("again", on(12), CARD, -80),
    ]

    settlement = settle(entries)

    assert sum(one.cents for one in settlement.taken) == 300
    assert allotted(entries) == {("again", "back"): 50, ("again", ""): 30}


def test_a_credit_that_nobody_paid_is_never_taken_back() -> None:
    entries = [
        an_entry("statement", on(5), EntryKind.CHARGE_STATEMENT, -300),
        an_entry("back", on(9), REJECTED, 300),
    ]

    assert settle(entries).taken == ()


def test_a_dispute_that_was_won_is_received_money_again() -> None:
    entries = [
        an_entry("nov", on(1), CALL, 300),
        an_entry("paid", on(5), CARD, -300, payment="p-1"),
        an_entry("lost", on(9), DISPUTE, 300, payment="p-1"),
        an_entry("won", on(19), DISPUTE, -300, payment="p-1"),
    ]

    assert allotted(entries) == {("won", "nov"): 300}


def test_what_asks_for_nothing_is_settled_by_itself() -> None:
    nothing, in_favour = an_entry("a", on(1), CALL, 0), an_entry("b", on(1), CALL, -50)

    settlement = settle([nothing, in_favour])

    assert settlement.settles(nothing)
    assert settlement.settles(in_favour)


def test_two_thousand_accounts_are_settled_as_they_are_cent_by_cent() -> None:
    settled, taken = 0, 0
    for seed in range(2_000):
        entries = list(generated_account(seed).entries)
        fast = allotted(entries)
        assert fast == slowly_allotted(entries), seed
        Random(seed).shuffle(entries)
        assert allotted(entries) == fast, seed
        settled += len(fast)
        taken += len(settle(entries).taken)

    assert settled > 5_000
    assert taken > 800
