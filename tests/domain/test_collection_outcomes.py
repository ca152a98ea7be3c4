"""What becomes of a payment by card, by event, by look or by sweep (the random stories are in
test_collection_machine)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn

import pytest

from chalicelib.domain.collection import sweep, sync, sync_object
from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.payments import Payment, PaymentStatus, RemotePayment
from chalicelib.gateways.stripe import StripeDesk
from chalicelib.gateways.stripe_events import ASKED_FOR
from chalicelib.storage.ledger import EntryItem
from chalicelib.storage.table import Item
from infra.local.stripe.cards import DECLINED
from tests.collection_bench import SECRET, Bench


def _away(*_: object) -> NoReturn:
    raise Unavailable("queue")


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
    assert bench.work.tickets == [payment.id]


def test_receipts_are_looked_at_when_money_moved_and_at_no_other_time(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.decline(payment.session, DECLINED)
    assert bench.sync(payment).status is PaymentStatus.REFUSED
    assert bench.work.receipts == []

    bench.stripe.pay(payment.session)
    bench.stripe.advance(1)
    bench.look()
    bench.stripe.advance(16 * 60)
    bench.sweep()

    assert bench.work.receipts == [payment.lease]


def test_a_worker_cut_between_the_books_and_the_queue_leaves_the_ticket_to_the_sweep(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    bench.stripe.advance(1)
    with monkeypatch.context() as cut:
        cut.setattr(bench.work, "issue_ticket", _away)
        with pytest.raises(Unavailable):
            bench.look()
    assert bench.payments.get(payment.id).status is PaymentStatus.PAID
    bench.look()
    assert bench.work.tickets == []

    bench.stripe.advance(16 * 60)
    bench.sweep()

    assert bench.work.tickets == [payment.id]


def test_a_worker_whose_write_was_done_and_its_answer_lost_asks_for_the_ticket(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    settle = bench.payments.settle

    def lose_the_answer(*fact: Any) -> Payment:
        settle(*fact)
        monkeypatch.undo()
        raise Conflict(payment.id)

    monkeypatch.setattr(bench.payments, "settle", lose_the_answer)
    bench.sync(payment)

    assert bench.work.tickets == [payment.id]


def test_the_events_that_we_ask_for_tell_of_every_movement_of_money(bench: Bench) -> None:
    bench.stripe.register_endpoint(bench.receive, SECRET, types=ASKED_FOR)
    refused, expired, paid, back, fought, won = (bench.lend(f"921{place}") for place in range(6))
    bench.stripe.decline(refused.session, DECLINED)
    for payment in (paid, back, fought, won):
        bench.stripe.pay(payment.session)
    charges = {one["metadata"]["payment_id"]: one["id"] for one in bench.stripe.account.every("charge")}
    bench.stripe.fail_refund(bench.stripe.refund(charges[back.id], 60_00))
    bench.stripe.refund(charges[paid.id], 10_00)
    bench.stripe.dispute(charges[fought.id])
    bench.stripe.win_dispute(bench.stripe.dispute(charges[won.id]))
    bench.stripe.foreign_charge(77_00)
    bench.stripe.advance(1)
    assert {kind for kind, _ in bench.work.looks} == {"checkout.session", "charge", "refund", "dispute"}

    bench.look()

    assert bench.payments.get(refused.id).status is PaymentStatus.REFUSED
    assert {number: bench.balance(number) for number in ("9212", "9213", "9214", "9215")} == {
        "9212": 10_00,
        "9213": 0,
        "9214": 100_00,
        "9215": 0,
    }
    booked = [one for one in Item.scan() if isinstance(one, EntryItem) and one.pk.startswith("BOOK#stripe")]
    assert {one.id: one.cents for one in booked} == dict(bench.stripe.facts())
    bench.stripe.advance(3600)
    bench.look()
    assert bench.payments.get(expired.id).status is PaymentStatus.EXPIRED


def test_every_object_of_the_provider_leads_to_the_same_payment(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.pay(payment.session)
    bench.stripe.advance(1)
    kinds = {kind for kind, _ in bench.work.looks}

    bench.look()

    assert kinds == {"checkout.session", "payment_intent", "charge"}
    assert bench.balance() == 0


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


def test_the_sweep_books_what_no_event_told(bench: Bench) -> None:
    payment = bench.order()
    bench.stripe.switchboard.set("lose", 1.0)
    bench.stripe.pay(payment.session)
    bench.stripe.advance(16 * 60)

    swept = bench.sweep()

    assert swept == 1
    assert bench.balance() == 0


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
