"""Collecting by card: one story at a time (the random ones are in test_collection_machine)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.domain.collection import AlreadyPaid, NothingDue, sweep, sync, sync_object
from chalicelib.domain.errors import Absent, Refused, Unavailable
from chalicelib.domain.payments import PaymentStatus, RemotePayment
from chalicelib.gateways.stripe import StripeDesk
from chalicelib.storage.ledger import EntryItem
from infra.local.resources import Resources
from infra.local.stripe.cards import DECLINED
from infra.local.stripe.http_client import client
from tests.collection_bench import LARGEST, Bench


@pytest.fixture
def bench(table: Resources) -> Bench:
    made = Bench()
    made.owe("9126", 486_32)
    return made


def test_a_paid_page_lowers_the_balance_as_soon_as_the_event_comes(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    bench.stripe.advance(1)

    bench.look()

    assert bench.balance() == 0
    paid = bench.payments.get(payment.id)
    assert paid.status is PaymentStatus.PAID
    assert paid.card_last4 == "4242"
    assert bench.ledger.account("9126").pending is None
    assert bench.work.tickets == [payment.id] * len(bench.work.tickets) != []


def test_every_object_of_the_provider_leads_to_the_same_payment(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    bench.stripe.advance(1)
    kinds = {kind for kind, _ in bench.work.looks}

    bench.look()

    assert kinds == {"checkout.session", "payment_intent", "charge"}
    assert bench.balance() == 0


def test_a_double_click_gives_the_same_page(bench: Bench) -> None:
    first, second = bench.order(), bench.order()

    assert first.address == second.address
    assert first.id == second.id


def test_another_amount_closes_the_first_page(bench: Bench) -> None:
    first = bench.order(cents=100_00)
    second = bench.order(cents=50_00)

    assert bench.stripe.session(first.session)["status"] == "expired"
    assert bench.payments.get(first.id).status is PaymentStatus.ABANDONED
    assert bench.ledger.account("9126").in_progress_cents == second.cents == 50_00


def test_a_page_paid_in_another_tab_is_not_paid_again(bench: Bench) -> None:
    first = bench.order()
    bench.stripe.pay(first.session)

    with pytest.raises(AlreadyPaid) as told:
        bench.order()

    assert told.value.payment.id == first.id
    assert bench.balance() == 0
    with pytest.raises(NothingDue):
        bench.order()


def test_the_co_holder_takes_over_and_the_first_page_can_no_longer_be_paid(bench: Bench) -> None:
    first = bench.order(tenant="t-1")
    second = bench.order(tenant="t-2")

    assert first.id != second.id
    assert bench.stripe.session(first.session)["status"] == "expired"


def test_a_declined_card_changes_nothing_and_the_page_stays_open(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.decline(payment.session, DECLINED)

    seen = bench.sync(payment)

    assert seen.status is PaymentStatus.REFUSED
    assert bench.balance() == 486_32
    bench.stripe.pay(payment.session)
    assert bench.sync(payment).status is PaymentStatus.PAID
    assert bench.balance() == 0


def test_a_page_nobody_paid_expires_after_its_hour(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.advance(3600)

    assert bench.sync(payment).status is PaymentStatus.EXPIRED
    assert bench.ledger.account("9126").pending is None


def test_who_gives_up_can_start_again_and_a_payment_made_meanwhile_stays(bench: Bench) -> None:
    given_up = bench.renounce(bench.order(cents=100_00))
    paid = bench.order(cents=100_00)
    bench.stripe.pay(paid.session)

    assert given_up.status is PaymentStatus.ABANDONED
    assert bench.renounce(paid).status is PaymentStatus.PAID
    assert bench.balance() == 386_32


@pytest.mark.parametrize("cents", [0, -1, 49, 486_33, LARGEST + 1])
def test_an_amount_that_cannot_be_paid_is_refused_in_french(bench: Bench, cents: int) -> None:
    with pytest.raises(Refused) as told:
        bench.order(cents=cents)

    assert told.value.reason.startswith(("Le plus petit montant", "Ce montant dépasse"))
    assert bench.ledger.account("9126").pending is None


def test_more_than_the_limit_at_once_is_refused_and_the_whole_balance_is_cut_to_it(bench: Bench) -> None:
    bench.owe("9126", LARGEST, "more")

    with pytest.raises(Refused, match="Le plus grand montant"):
        bench.order(cents=LARGEST + 1)

    assert bench.order().cents == LARGEST


def test_when_the_provider_does_not_answer_the_next_click_goes_on_with_the_same_payment(bench: Bench) -> None:
    bench.http.lose_requests = 9
    with pytest.raises(Unavailable):
        bench.order()
    bench.http.lose_requests = 0
    waiting = bench.ledger.account("9126").pending

    payment = bench.order()

    assert waiting is not None
    assert payment.id == waiting.payment
    assert bench.stripe.has_session(payment.session)


def test_when_the_answer_is_lost_the_same_page_comes_back(bench: Bench) -> None:
    bench.http.lose_answers = 3
    with pytest.raises(Unavailable):
        bench.order()

    payment = bench.order()

    assert len(client(bench.stripe).v1.checkout.sessions.list().data) == 1
    assert payment.status is PaymentStatus.OPEN


def test_the_sweep_books_what_no_event_told(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.switchboard.set("lose", 1.0)
    bench.stripe.pay(payment.session)
    bench.stripe.advance(16 * 60)

    swept = bench.sweep()

    assert swept == 1
    assert bench.balance() == 0


def test_a_page_that_cannot_be_closed_keeps_another_from_opening(bench: Bench, monkeypatch: Any) -> None:
    first = bench.order(cents=100_00)
    monkeypatch.setattr(bench.desk, "close", lambda session: None)

    with pytest.raises(Unavailable):
        bench.order(cents=50_00)

    bench.stripe.pay(first.session)
    bench.sync(first)
    assert bench.balance() == 386_32


def test_a_failure_that_stripe_keeps_under_its_key_blocks_the_lease_for_a_minute_only(bench: Bench) -> None:
    bench.http.lose_requests = 9
    with pytest.raises(Unavailable):
        bench.order()
    lost = bench.ledger.account("9126").pending
    bench.http.lose_requests = 0
    bench.stripe.advance(61)

    payment = bench.order()

    assert lost is not None
    assert payment.id != lost.payment
    assert bench.payments.get(lost.payment).status is PaymentStatus.EXPIRED


def test_an_address_that_stripe_refuses_is_left_out(bench: Bench) -> None:
    payment = bench.order(tenant="pas une adresse")

    assert bench.stripe.has_session(payment.session)


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


def test_a_dispute_that_is_won_is_booked_on_the_day_the_money_came_back(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    dispute = bench.stripe.dispute(bench.stripe.charge_of(payment.session))
    bench.stripe.advance(60 * 86_400)
    bench.stripe.win_dispute(dispute)
    bench.stripe.advance(1)

    bench.look()

    _, entries = bench.ledger.statement("9126", date(2026, 11, 1))
    assert entries[0].booked_on == date(2027, 1, 22)
    assert entries[0].cents == -486_32


def test_a_payment_never_opened_is_given_up_by_the_sweep(bench: Bench) -> None:
    bench.http.lose_requests = 9
    with pytest.raises(Unavailable):
        bench.order()
    bench.http.lose_requests = 0
    bench.stripe.advance(2 * 3600)

    bench.sweep()

    assert bench.ledger.account("9126").pending is None
    assert bench.sweep() == 0


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


def test_a_worker_who_looked_too_early_cannot_undo_what_a_later_one_saw(bench: Bench) -> None:
    payment = bench.order()
    early = replace(bench.desk.look(payment.session), status=PaymentStatus.REFUSED)
    looks = iter([early])

    class Overtaken(StripeDesk):
        """Looks once, and is overtaken before it answers."""

        def look(self, session: str) -> RemotePayment:
            if (seen := next(looks, None)) is None:
                return bench.desk.look(session)
            bench.stripe.pay(session)
            bench.sync(payment)
            return seen

    slow = replace(bench.collection, desk=Overtaken("sk_test_demo", "http://127.0.0.1:8000"))

    seen = sync(slow, payment.id, bench.now)

    assert seen.status is bench.payments.get(payment.id).status is PaymentStatus.PAID
    assert bench.balance() == 0


def test_a_refund_and_a_dispute_owe_the_money_again(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    charge = bench.stripe.charge_of(payment.session)
    bench.stripe.refund(charge, 100_00)
    bench.stripe.advance(1)
    bench.look()
    after_refund = bench.balance()

    dispute = bench.stripe.dispute(charge, 386_32)
    bench.stripe.advance(1)
    bench.look()
    disputed = bench.balance()
    bench.stripe.win_dispute(dispute)
    bench.stripe.advance(1)
    bench.look()

    assert (after_refund, disputed, bench.balance()) == (100_00, 486_32, 100_00)


def test_a_refund_that_fails_is_credited_again(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    refund = bench.stripe.refund(bench.stripe.charge_of(payment.session), 100_00)
    bench.stripe.fail_refund(refund)
    bench.stripe.advance(1)

    bench.look()

    assert bench.balance() == 0


def test_an_unknown_object_is_absent(bench: Bench) -> None:
    bench.work.sync_payment("charge", "ch_nobody")

    with pytest.raises(Absent):
        bench.look()


def test_ten_workers_at_once_book_a_payment_once(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)

    with ThreadPoolExecutor(10) as workers:
        seen = list(workers.map(lambda _: bench.sync(payment).status, range(10)))

    assert set(seen) == {PaymentStatus.PAID}
    assert bench.balance() == 0


def test_twenty_clicks_at_once_open_one_page(bench: Bench) -> None:
    with ThreadPoolExecutor(20) as hands:
        addresses = set(hands.map(lambda _: bench.order(cents=100_00).address, range(20)))

    open_pages = [
        one for one in client(bench.stripe).v1.checkout.sessions.list().data if one.status == "open"
    ]
    assert len(addresses) == len(open_pages) == 1


def test_a_payment_that_cannot_be_looked_up_keeps_no_other_waiting(bench: Bench) -> None:
    bench.owe("9127", 100_00)
    lost, paid = bench.order("9126"), bench.order("9127")
    bench.payments.save(replace(bench.payments.get(lost.id), session="cs_gone"))
    bench.stripe.switchboard.set("lose", 1.0)
    bench.stripe.pay(paid.session)
    bench.stripe.advance(16 * 60)

    sweep(bench.collection, bench.now)

    assert sorted(bench.work.looks) == sorted([("payment", lost.id), ("payment", paid.id)])
    sync_object(bench.collection, "payment", paid.id, bench.now)
    assert bench.balance("9127") == 0


def test_a_page_paid_after_it_was_given_up_for_lost_is_booked_all_the_same(bench: Bench) -> None:
    payment = bench.order()
    forgotten = bench.payments.get(payment.id)
    bench.stripe.pay(payment.session)
    bench.payments.save(replace(forgotten, session="", address="", status=PaymentStatus.EXPIRED))
    second = bench.order(cents=50_00)
    bench.stripe.advance(1)

    bench.look()

    assert bench.balance() == 0
    assert bench.payments.get(payment.id).status is PaymentStatus.PAID
    assert bench.payments.get(second.id).status is PaymentStatus.OPEN
