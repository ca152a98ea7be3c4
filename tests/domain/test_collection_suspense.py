"""Money that came by card and has no place in the tenants' books: it waits in suspense, once."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.payments import PaymentStatus
from chalicelib.storage.ledger import EntryItem
from chalicelib.storage.payments import PaymentItem
from tests.collection_bench import Bench


def test_a_charge_of_another_amount_waits_in_suspense_and_the_lease_goes_on(bench: Bench) -> None:
    payment = bench.order(cents=100_00)
    bench.stripe.pay(payment.session)
    bench.payments.save(replace(bench.payments.get(payment.id), cents=99_00))

    seen = bench.sync(payment)

    assert seen.status is PaymentStatus.UNPLACED
    assert bench.balance() == 486_32
    assert bench.order(cents=20_00).status is PaymentStatus.OPEN


def test_a_stranger_s_charge_that_names_a_payment_without_a_page_is_not_dropped(bench: Bench) -> None:
    bench.http.lose_requests = 9
    with pytest.raises(Unavailable):
        bench.order()
    bench.http.lose_requests = 0
    pending = bench.ledger.account("9126").pending
    bench.stripe.foreign_charge(486_32, {"payment_id": pending.payment if pending else ""})
    bench.stripe.advance(1)

    bench.look()

    assert [item.cents for item in EntryItem.query("BOOK#suspense#2026-11-23")] == [-486_32]


def test_money_nobody_asked_for_goes_to_suspense_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    charge = bench.stripe.foreign_charge(77_00)
    bench.stripe.advance(1)

    bench.work.looks *= 3
    bench.look()

    assert bench.balance() == 486_32
    assert {record.message for record in caplog.records} == {"money_in_suspense"}
    assert charge in str(caplog.records[0].__dict__)
    assert [item.cents for item in EntryItem.query("BOOK#suspense#2026-11-23")] == [-77_00]


def test_a_charge_that_bears_our_mark_but_was_not_made_on_our_page_goes_to_suspense(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.foreign_charge(486_32, {"payment_id": payment.id, "lease": "9126"})
    bench.stripe.advance(1)

    bench.look()

    assert bench.balance() == 486_32
    assert [item.cents for item in EntryItem.query("BOOK#suspense#2026-11-23")] == [-486_32]


def test_money_paid_on_a_page_of_a_payment_that_was_lost_goes_to_suspense(bench: Bench) -> None:
    """A table that was restored has no payment of the last minutes; Stripe has its page, and the money."""
    payment = bench.order()
    PaymentItem(f"PAYMENT#{payment.id}", "PAYMENT").delete()
    bench.stripe.pay(payment.session)
    bench.stripe.advance(1)

    bench.look()

    assert [item.cents for item in EntryItem.query("BOOK#suspense#2026-11-23")] == [-486_32]
