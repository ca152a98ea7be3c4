"""Ordering a payment by card: which page opens, which one closes, and when there is none."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.domain.collection import AlreadyPaid, NothingDue
from chalicelib.domain.errors import Refused, Unavailable
from chalicelib.domain.payments import PaymentStatus
from infra.local.stripe.http_client import client
from tests.collection_bench import LARGEST, Bench


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


def test_twenty_clicks_at_once_open_one_page(bench: Bench) -> None:
    with ThreadPoolExecutor(20) as hands:
        addresses = set(hands.map(lambda _: bench.order(cents=100_00).address, range(20)))

    open_pages = [
        one for one in client(bench.stripe).v1.checkout.sessions.list().data if one.status == "open"
    ]
    assert len(addresses) == len(open_pages) == 1
