"""Collecting by card under everything that can go wrong: the books say what the provider says, to the cent.

Deliveries are doubled, reordered, late and lost; workers are cut before and after any call; the tenant
pays, pays elsewhere, gives up, is refused, refunded, disputes.  Each story ends with calm, and with that.
"""

import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import BotoCoreError
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain.collection import renounce, sweep
from chalicelib.domain.errors import PortalError
from chalicelib.domain.ledger import lease_account
from chalicelib.storage import table as storage
from chalicelib.storage.keys import book_key
from chalicelib.storage.ledger import EntryItem, TotalItem
from chalicelib.storage.payments import PaymentItem
from chalicelib.storage.table import Item, connection, leave_table, use_table
from infra.local.resources import TABLE, Resources
from tests.collection_bench import Bench
from tests.conftest import ask
from tests.faults import KINDS, Faults
from tests.local_aws import GO_BACK

LEASES = ("9126", "9127", "9128")
CARDS = ("4242424242424242", "4000000000000002", "4000000000009995")
CUT = (PortalError, PynamoDBException, BotoCoreError)
DAY = 86_400
seen = {"deliveries": 0, "faults": 0}


class Sky(NamedTuple):
    """How bad it is outside: what happens to events, and to how many calls."""

    dice: int
    lose: float
    double: float
    late: int
    reorder: bool
    share: float


SKIES = st.builds(
    Sky,
    dice=st.integers(0, 2**32),
    lose=st.sampled_from([0.0, 0.3]),
    double=st.sampled_from([0.0, 0.5]),
    late=st.sampled_from([0, 7200]),
    reorder=st.booleans(),
    share=st.sampled_from([0.0, 0.2, 0.4]),
)


class Storm(RuleBasedStateMachine):
    """One landlord's day, with a storm outside."""

    endpoint = ""
    storms = True

    def __init__(self) -> None:
        super().__init__()
        ask(self.endpoint + GO_BACK)
        leave_table()
        use_table(TABLE)
        self.bench = Bench()
        self.rent = itertools.count()
        self.swept_at: datetime | None = None
        for lease in LEASES:
            self.bench.owe(lease, 500_00, "first")
        self.dice = random.Random(0)
        self.share = 0.0
        self.faults = Faults(connection().client, self._choose)

    def _choose(self, _operation: str) -> str | None:
        return self.dice.choice(KINDS) if self.dice.random() < self.share else None

    def _sessions(self) -> list[str]:
        return [one["id"] for one in self._every("checkout.session") if one["status"] == "open"]

    def _refundable(self) -> list[dict[str, Any]]:
        left = [one for one in self._every("charge") if one["paid"] and not one["disputed"]]
        return [one for one in left if one["amount"] > one["amount_refunded"]]

    def _disputable(self) -> list[dict[str, Any]]:
        whole = [one for one in self._every("charge") if one["paid"] and not one["amount_refunded"]]
        return [one for one in whole if not one["disputed"]]

    def _every(self, kind: str) -> list[dict[str, Any]]:
        return list(self.bench.stripe.account.every(kind))

    @rule(lease=st.sampled_from(LEASES), cents=st.sampled_from([None, 100, 120_00, 499_99]))
    def order(self, lease: str, cents: int | None) -> None:
        with suppress(*CUT):
            self.bench.order(lease, cents)

    @rule(lease=st.sampled_from(LEASES), cents=st.sampled_from([None, 100, 120_00, 499_99]))
    def order_and_pay(self, lease: str, cents: int | None) -> None:
        with suppress(*CUT):
            payment = self.bench.order(lease, cents)
            if payment.session in self._sessions():
                self.bench.stripe.pay(payment.session, CARDS[0])

    @rule(lease=st.sampled_from(LEASES), cents=st.integers(1, 900_00))
    def call_rent(self, lease: str, cents: int) -> None:
        share, self.share = self.share, 0.0
        self.bench.owe(lease, cents, f"rent-{next(self.rent)}")
        self.share = share

    @precondition(lambda self: bool(self._sessions()))
    @rule(place=st.integers(0, 9), card=st.sampled_from(CARDS))
    def pay(self, place: int, card: str) -> None:
        pages = self._sessions()
        self.bench.stripe.pay(pages[place % len(pages)], card)

    @rule(lease=st.sampled_from(LEASES))
    def give_up(self, lease: str) -> None:
        with suppress(*CUT):
            if pending := self.bench.ledger.account(lease).pending:
                renounce(self.bench.collection, pending.payment, self.bench.now)

    @precondition(lambda self: bool(self._refundable()))
    @rule(place=st.integers(0, 9), share=st.sampled_from([0.1, 0.5, 1]), fails=st.booleans())
    def refund(self, place: int, share: float, fails: bool) -> None:
        left = self._refundable()
        charge = left[place % len(left)]
        cents = max(1, int((charge["amount"] - charge["amount_refunded"]) * share))
        refund = self.bench.stripe.refund(charge["id"], cents)
        if fails:
            self.bench.stripe.fail_refund(refund)

    @precondition(lambda self: bool(self._disputable()))
    @rule(place=st.integers(0, 9), won=st.booleans())
    def dispute(self, place: int, won: bool) -> None:
        whole = self._disputable()
        dispute = self.bench.stripe.dispute(whole[place % len(whole)]["id"])
        if won:
            self.bench.stripe.win_dispute(dispute)

    @rule(cents=st.integers(100, 900_00))
    def stranger_pays(self, cents: int) -> None:
        self.bench.stripe.foreign_charge(cents)

    @initialize(sky=SKIES)
    def begin(self, sky: Sky) -> None:
        if self.storms:
            self._storm(sky)

    @precondition(lambda self: self.storms)
    @rule(sky=SKIES)
    def weather(self, sky: Sky) -> None:
        self._storm(sky)

    def _storm(self, sky: Sky) -> None:
        board = self.bench.stripe.switchboard
        board.clear()
        board.set("lose", sky.lose)
        board.set("double", sky.double)
        board.set("delay", sky.late)
        board.set("reorder", sky.reorder)
        self.dice, self.share = random.Random(sky.dice), sky.share

    @rule(seconds=st.sampled_from([1, 60, 900, 4000, DAY]))
    def time_passes(self, seconds: int) -> None:
        self.bench.stripe.advance(seconds)

    @precondition(lambda self: bool(self.bench.work.looks))
    @rule(count=st.integers(3, 12), again=st.integers(1, 3))
    def work(self, count: int, again: int) -> None:
        looks = self.bench.work.looks
        looks[:] = looks[:count] * again + looks[count:]
        for _ in range(min(count * again, len(looks))):
            look = looks.pop(0)
            try:
                self._do(look)
            except CUT:
                looks.append(look)

    @precondition(lambda self: bool(self.bench.work.looks))
    @rule(count=st.integers(3, 12), again=st.integers(1, 3))
    def work_backwards(self, count: int, again: int) -> None:
        self.bench.work.looks.reverse()
        self.work(count, again)

    def _do(self, look: tuple[str, str]) -> None:
        waiting, self.bench.work.looks = self.bench.work.looks, [look]
        seen["deliveries"] += 1
        try:
            self.bench.look()
        finally:
            self.bench.work.looks = waiting

    @precondition(lambda self: self.storms and self.swept_at != self.bench.now)
    @rule()
    def sweep(self) -> None:
        with suppress(*CUT):
            sweep(self.bench.collection, self.bench.now)
            self.swept_at = self.bench.now

    def teardown(self) -> None:
        seen["faults"] += self.faults.injected.total()
        self.share = 0.0
        self.bench.stripe.switchboard.clear()
        self.bench.stripe.advance(4 * DAY)
        seen["deliveries"] += len(self.bench.work.looks)
        self.bench.look()
        if self.storms:
            self.bench.sweep()
        self._check_books()

    def _check_books(self) -> None:
        """Compare the books with the provider's truth, and with themselves."""
        entries = [item for item in Item.scan() if isinstance(item, EntryItem)]
        expected = dict.fromkeys(LEASES, 0)
        for payment, cents in self.bench.stripe.truth().items():
            if payment:
                expected[self.bench.payments.get(payment).lease] -= cents
        assert sum(item.cents for item in entries) == 0
        for lease in LEASES:
            book = [item for item in entries if item.pk == book_key(lease_account(lease))]
            rents = sum(item.cents for item in book if not item.payment)
            assert self.bench.balance(lease) == sum(item.cents for item in book)
            assert self.bench.balance(lease) - rents == expected[lease]
        booked = {item.id: item.cents for item in entries if item.pk.startswith("BOOK#stripe")}
        assert booked == dict(self.bench.stripe.facts())
        asked = set(self.bench.work.tickets)
        paid = {one.pk for one in Item.scan() if isinstance(one, PaymentItem) and one.status == "paid"}
        assert paid <= {f"PAYMENT#{payment}" for payment in asked}
        assert TotalItem.count(book_key(lease_account(LEASES[0]))) > 0


@pytest.fixture
def every_fault_is_felt(aws: str, laid_out: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Take botocore's own retries away, and the waits between ours."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    monkeypatch.setattr(storage.Item.Meta, "max_retry_attempts", 0)
    monkeypatch.setattr("chalicelib.storage.ledger.time.sleep", lambda _: None)
    yield aws
    leave_table()


def _run(machine: type[Storm], endpoint: str, deliveries: int, at_a_time: int = 6) -> None:
    """Tell stories, some at a time, until so many deliveries were handled; the same ones each time.

    The first of those told together is always the simplest there is: nothing happens in it.
    """
    machine.endpoint = endpoint
    seen.update(deliveries=0, faults=0)
    for number in itertools.count():
        if seen["deliveries"] >= deliveries:
            return
        run_state_machine_as_test(
            seed(number)(machine),
            settings=settings(
                max_examples=at_a_time,
                stateful_step_count=50,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_in_a_storm_of_a_thousand_deliveries_not_a_cent_is_off(every_fault_is_felt: str) -> None:
    _run(Storm, every_fault_is_felt, deliveries=1_000)

    assert seen["faults"] >= 100


@pytest.mark.long
def test_in_a_storm_of_ten_thousand_deliveries_not_a_cent_is_off(every_fault_is_felt: str) -> None:
    _run(Storm, every_fault_is_felt, deliveries=10_000)

    assert seen["faults"] >= 1_000


def test_with_webhooks_alone_and_calm_not_a_cent_is_off(every_fault_is_felt: str) -> None:
    calm = type("Calm", (Storm,), {"storms": False})

    _run(calm, every_fault_is_felt, deliveries=200, at_a_time=3)

    assert seen["faults"] == 0
