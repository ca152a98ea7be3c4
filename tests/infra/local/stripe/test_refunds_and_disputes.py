"""Money that goes back, and sometimes comes again."""

import contextlib
from collections.abc import Callable

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.stripe import cards
from infra.local.stripe.core import StandIn
from infra.local.stripe.wire import Refusal
from tests.infra.local.stripe.orders import BASE, NOW, Shop

DAY = 86_400


def test_a_refund_by_the_api_gives_the_money_back(shop: Shop) -> None:
    charge = shop.paid(cents=10_000)

    refund = shop.client.v1.refunds.create({"charge": charge, "amount": 4_000})

    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 4_000, charge)
    found = shop.client.v1.charges.retrieve(charge)
    assert (found.amount_refunded, found.refunded) == (4_000, False)
    assert [one.id for one in shop.client.v1.refunds.list({"payment_intent": str(found.payment_intent)})] == [
        refund.id
    ]
    assert shop.client.v1.refunds.retrieve(refund.id).amount == 4_000
    assert shop.stand_in.truth() == {"p-1": 6_000}


def test_a_refund_of_a_payment_intent_gives_all_that_is_left(shop: Shop) -> None:
    charge = shop.paid(cents=10_000)
    shop.stand_in.refund(charge, 4_000)
    intent = str(shop.client.v1.charges.retrieve(charge).payment_intent)

    refund = shop.client.v1.refunds.create({"payment_intent": intent})

    assert refund.amount == 6_000
    assert shop.client.v1.charges.retrieve(charge).refunded is True


def test_a_refund_is_told_by_two_events(shop: Shop) -> None:
    charge = shop.paid()
    shop.stand_in.advance(0)
    shop.inbox.received.clear()

    shop.stand_in.refund(charge)
    shop.stand_in.advance(0)

    assert shop.inbox.types == ["refund.created", "charge.refunded"]


@pytest.mark.parametrize("cents", [0, 10_001])
def test_more_than_was_paid_is_not_refunded(shop: Shop, cents: int) -> None:
    charge = shop.paid(cents=10_000)

    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.refunds.create({"charge": charge, "amount": cents})

    assert shop.stand_in.truth() == {"p-1": 10_000}


def test_what_was_refunded_is_not_refunded_again(shop: Shop) -> None:
    charge = shop.paid()
    shop.stand_in.refund(charge)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"charge": charge})

    assert refused.value.code == "charge_already_refunded"


def test_a_slow_refund_is_pending_for_three_days(shop: Shop) -> None:
    refund = shop.stand_in.refund(shop.paid(card=cards.REFUND_PENDING))
    shop.stand_in.advance(3 * DAY - 1)
    assert shop.client.v1.refunds.retrieve(refund).status == "pending"

    shop.stand_in.advance(1)

    assert shop.client.v1.refunds.retrieve(refund).status == "succeeded"
    assert shop.inbox.types[-1] == "refund.updated"


def test_a_refund_that_the_bank_sends_back_is_the_landlords_again(shop: Shop) -> None:
    charge = shop.paid(cents=10_000, card=cards.REFUND_FAILS)
    refund = shop.stand_in.refund(charge)
    assert shop.stand_in.truth() == {"p-1": 0}

    shop.stand_in.advance(3 * DAY)

    found = shop.client.v1.refunds.retrieve(refund)
    assert (found.status, found.failure_reason) == ("failed", "expired_or_canceled_card")
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 0
    assert shop.stand_in.facts() == [(charge, 10_000), (refund, -10_000), (f"{refund}:failed", 10_000)]
    assert shop.inbox.types[-2:] == ["refund.failed", "refund.updated"]


def test_a_dispute_takes_the_money_and_a_won_one_returns_it(shop: Shop) -> None:
    charge = shop.paid(cents=10_000)
    dispute = shop.stand_in.dispute(charge)
    assert shop.stand_in.truth() == {"p-1": 0}

    shop.stand_in.win_dispute(dispute)

    found = shop.client.v1.disputes.retrieve(dispute)
    assert (found.status, len(found.balance_transactions)) == ("won", 2)
    assert shop.stand_in.truth() == {"p-1": 10_000}
    assert shop.stand_in.facts() == [(charge, 10_000), (dispute, -10_000), (f"{dispute}:won", 10_000)]


def test_a_lost_dispute_keeps_the_money(shop: Shop) -> None:
    dispute = shop.stand_in.dispute(shop.paid(cents=10_000))

    shop.stand_in.lose_dispute(dispute)

    assert shop.client.v1.disputes.retrieve(dispute).status == "lost"
    assert shop.stand_in.truth() == {"p-1": 0}


@pytest.mark.parametrize(
    ("won", "types"),
    [
        (True, ["charge.dispute.funds_reinstated", "charge.dispute.closed"]),
        (False, ["charge.dispute.closed"]),
    ],
)
def test_a_dispute_is_told_from_beginning_to_end(shop: Shop, won: bool, types: list[str]) -> None:
    charge = shop.paid()
    shop.stand_in.advance(0)
    shop.inbox.received.clear()

    dispute = shop.stand_in.dispute(charge)
    (shop.stand_in.win_dispute if won else shop.stand_in.lose_dispute)(dispute)
    shop.stand_in.advance(0)

    assert shop.inbox.types == ["charge.dispute.created", "charge.dispute.funds_withdrawn", *types]


def test_a_dispute_is_decided_once(shop: Shop) -> None:
    dispute = shop.stand_in.dispute(shop.paid())
    shop.stand_in.lose_dispute(dispute)

    with pytest.raises(Refusal):
        shop.stand_in.win_dispute(dispute)


def test_a_disputed_charge_is_not_refunded(shop: Shop) -> None:
    charge = shop.paid()
    shop.stand_in.dispute(charge)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.refunds.create({"charge": charge})

    assert refused.value.code == "charge_disputed"


def test_a_charge_that_nobody_asked_for_stands_apart(shop: Shop) -> None:
    shop.paid("p-1", 10_000)

    charge = shop.stand_in.foreign_charge(700)
    shop.stand_in.foreign_charge(300, {"payment_id": "p-9"})

    assert shop.stand_in.truth() == {"p-1": 10_000, "": 700, "p-9": 300}
    intent = str(shop.client.v1.charges.retrieve(charge).payment_intent)
    assert shop.client.v1.checkout.sessions.list({"payment_intent": intent}).data == []


class People:
    """Tenants, banks and the landlord, each doing something to a charge that one number picks."""

    def __init__(self) -> None:
        self.shop = Shop(StandIn(BASE, NOW))
        self.charges = [self.shop.paid("p-0", 5_000)]
        self.refunds, self.disputes = ["nothing"], ["nothing"]

    def pay(self, number: int) -> None:
        self.charges.append(self.shop.paid(f"p-{len(self.charges)}", 50 + number))

    def pay_unasked(self, number: int) -> None:
        self.charges.append(self.shop.stand_in.foreign_charge(number))

    def refund(self, number: int) -> None:
        self.refunds.append(self.shop.stand_in.refund(self._one(self.charges, number), number))

    def send_back(self, number: int) -> None:
        self.shop.stand_in.fail_refund(self._one(self.refunds, number))

    def dispute(self, number: int) -> None:
        self.disputes.append(self.shop.stand_in.dispute(self._one(self.charges, number)))

    def win(self, number: int) -> None:
        self.shop.stand_in.win_dispute(self._one(self.disputes, number))

    def lose(self, number: int) -> None:
        self.shop.stand_in.lose_dispute(self._one(self.disputes, number))

    @staticmethod
    def _one(ids: list[str], number: int) -> str:
        return ids[number % len(ids)]


ACTS = (
    People.pay,
    People.pay_unasked,
    People.refund,
    People.send_back,
    People.dispute,
    People.win,
    People.lose,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 9_999)), max_size=25))
def test_facts_movements_and_truth_always_agree(
    acts: list[tuple[Callable[[People, int], None], int]],
) -> None:
    people = People()
    for act, number in acts:
        with contextlib.suppress(Refusal):
            act(people, number)

    stand_in = people.shop.stand_in
    total = sum(stand_in.truth().values())
    movements = people.shop.client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()
    assert sum(cents for _, cents in stand_in.facts()) == total
    assert sum(one.amount for one in movements) == total
    assert len(dict(stand_in.facts())) == len(stand_in.facts())
