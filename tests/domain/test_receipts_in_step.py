"""Two thousand lives of leases, entry by entry: on each day the receipts are what the books call for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.leases import RentCall
from chalicelib.domain.ledger import LedgerEntry, call_entry
from chalicelib.domain.settlement import is_received, settle, takes_back
from tests.generated_accounts import GeneratedAccount, generated_account
from tests.paper_bench import KeptReceipts, ReceiptBench

ACCOUNTS, SLICES = 2_000, 4


@dataclass
class Seen:
    """What the accounts had in them, so that a test of nothing is seen."""

    counts: Counter[str] = field(default_factory=Counter)


def settled_months(
    calls: Sequence[RentCall], entries: Sequence[LedgerEntry], back: Counter[str]
) -> list[str]:
    """Tell which months are settled, by counting alone: all that counts against all that was owed before."""
    credited = -sum(entry.cents for entry in entries if entry.cents < 0) - back.total()
    known, months, owed = {call_entry(call.month_on): call.cents for call in calls}, [], 0
    for entry in sorted(entries, key=lambda entry: (entry.booked_on, entry.id)):
        owed += max(entry.cents, 0) - back[entry.id]
        if known.get(entry.id) == entry.cents and (owed <= credited or entry.cents <= 0):
            months.append(entry.id.removeprefix("call:"))
    return months


def taken_back(entries: Sequence[LedgerEntry]) -> Counter[str]:
    """Sum what each entry took back; what was taken beyond what had come is owed, not received."""
    back: Counter[str] = Counter()
    for one in settle(entries).taken:
        back[one.by.id] += one.cents
    return back


def check(bench: ReceiptBench, account: GeneratedAccount, posted: Sequence[LedgerEntry]) -> None:
    valid, back = bench.valid, taken_back(posted)
    months = sorted(paper.month for paper in valid if paper.kind is DocumentKind.RENT_RECEIPT)
    came = -sum(entry.cents for entry in posted if is_received(entry))
    if months != settled_months(account.calls, posted, back):
        raise AssertionError(f"quittances of {months}")
    if sum(paper.cents or 0 for paper in valid) != came - back.total():
        raise AssertionError(f"{came} came, {back.total()} of it was taken back")
    if any(not paper.cents and paper.kind is DocumentKind.PARTIAL_RECEIPT for paper in valid):
        raise AssertionError("a receipt of nothing")


def issued(paper: Document) -> Document:
    """Give a paper as it was when it was issued."""
    return replace(paper, void_at=None, void_reason="")


def live(account: GeneratedAccount, seen: Seen) -> None:
    """Post an account's entries one by one, and look after each."""
    bench = ReceiptBench(KeptReceipts(account.lease, account.calls))
    known: dict[str, Document] = {}
    for rank, entry in enumerate(account.entries, 1):
        bench.post(entry)
        check(bench, account, account.entries[:rank])
        for number, paper in known.items():
            now = bench.store.papers[number]
            if now is not paper and (paper.is_void or issued(now) != issued(paper)):
                raise AssertionError(f"{number} was changed")
        known = dict(bench.store.papers)
        seen.counts["looks"] += 1
    seen.counts["taken back"] += any(takes_back(entry) for entry in account.entries)
    seen.counts.update(paper.kind.value for paper in bench.valid)
    seen.counts["void"] += len(bench.store.papers) - len(bench.valid)
    assert len({paper.id for paper in known.values()}) == len({paper.code for paper in known.values()})


@pytest.mark.parametrize("slice", range(SLICES))
def test_on_each_day_the_settled_months_have_a_quittance_and_the_sums_are_what_came(slice: int) -> None:
    seen = Seen()
    for seed in range(slice, ACCOUNTS, SLICES):
        try:
            live(generated_account(seed), seen)
        except AssertionError as error:
            error.add_note(f"account {seed}")
            raise

    assert seen.counts["quittance"] * SLICES > 2_000
    assert seen.counts["recu"] * SLICES > 1_000
    assert seen.counts["void"] * SLICES > 1_500
    assert seen.counts["taken back"] * SLICES > 500


def test_the_order_of_posting_makes_no_difference_to_what_holds() -> None:
    for seed in range(200):
        account = generated_account(seed)
        shuffled = list(account.entries)
        Random(seed).shuffle(shuffled)
        one_by_one, at_once = (ReceiptBench(KeptReceipts(account.lease, account.calls)) for _ in range(2))

        for entry in shuffled:
            one_by_one.post(entry)
        if shuffled:
            at_once.post(*account.entries)

        def what(bench: ReceiptBench) -> Counter[tuple[str, str, int]]:
            return Counter((paper.kind.value, paper.month, paper.cents or 0) for paper in bench.valid)

        assert what(one_by_one) == what(at_once), seed
