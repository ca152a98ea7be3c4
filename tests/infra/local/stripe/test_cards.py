"""What becomes of a payment with each of Stripe's test cards."""

import pytest

from infra.local.stripe import cards
from infra.local.stripe.payments import Attempt
from infra.local.stripe.wire import Refusal
from tests.infra.local.stripe.orders import Shop

DECLINED = [card for card in cards.TEST_CARDS.values() if card.code]


def test_an_accepted_card_pays(shop: Shop) -> None:
    session = shop.open(cents=20_000)

    assert shop.stand_in.pay(session.id) is Attempt.PAID
    found = shop.look(session.id)
    charge = found["payment_intent"]["latest_charge"]
    assert (found["status"], found["payment_status"], found["url"]) == ("complete", "paid", None)
    assert (found["payment_intent"]["status"], found["payment_intent"]["amount_received"]) == (
        "succeeded",
        20_000,
    )
    assert (charge["status"], charge["paid"], charge["amount"]) == ("succeeded", True, 20_000)
    assert charge["payment_method_details"]["card"]["last4"] == "4242"


def test_events_of_a_payment_come_in_stripes_order(shop: Shop) -> None:
    shop.paid()

    shop.stand_in.advance(0)

    assert shop.inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_the_fee_is_one_and_a_half_percent_and_25_cents(shop: Shop) -> None:
    charge = shop.client.v1.charges.retrieve(shop.paid(cents=45_678))

    movement = shop.client.v1.balance_transactions.retrieve(str(charge.balance_transaction))

    assert (movement.amount, movement.fee, movement.net) == (45_678, 710, 44_968)
    assert (movement.source, movement.type) == (charge.id, "charge")


@pytest.mark.parametrize("card", DECLINED, ids=lambda card: card.french)
def test_a_declined_card_leaves_the_session_open(shop: Shop, card: cards.TestCard) -> None:
    session = shop.open()

    assert shop.stand_in.decline(session.id, card.number) is Attempt.DECLINED
    found = shop.look(session.id)
    intent = found["payment_intent"]
    error, charge = intent["last_payment_error"], intent["latest_charge"]
    assert (found["status"], found["payment_status"]) == ("open", "unpaid")
    assert intent["status"] == "requires_payment_method"
    assert (error["code"], error.get("decline_code"), error["charge"]) == (
        card.code,
        card.decline_code,
        charge["id"],
    )
    assert (charge["status"], charge["paid"], charge["failure_code"]) == ("failed", False, card.code)
    shop.stand_in.advance(0)
    assert shop.inbox.types == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_another_card_pays_after_a_decline_within_one_payment(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.decline(session.id, cards.INSUFFICIENT_FUNDS)
    refused = shop.look(session.id)["payment_intent"]

    shop.stand_in.pay(session.id)

    paid = shop.look(session.id)["payment_intent"]
    assert (paid["id"], paid["status"], paid["last_payment_error"]) == (refused["id"], "succeeded", None)
    tries = shop.client.v1.charges.list({"payment_intent": paid["id"]}).data
    assert [one.status for one in tries] == ["succeeded", "failed"]
    assert shop.stand_in.truth() == {"p-1": 45_678}


def test_an_authenticated_payment_goes_through(shop: Shop) -> None:
    session = shop.open()

    assert shop.stand_in.pay(session.id, cards.AUTHENTICATION) is Attempt.AUTHENTICATE
    waiting = shop.look(session.id)["payment_intent"]
    assert (waiting["status"], waiting["latest_charge"]) == ("requires_action", None)
    assert waiting["next_action"]["redirect_to_url"]["url"].endswith(f"/pay/{session.id}/authenticate")
    assert shop.stand_in.authenticate(session.id) is Attempt.PAID
    intent = shop.look(session.id)["payment_intent"]
    secure = intent["latest_charge"]["payment_method_details"]["card"]["three_d_secure"]
    assert (intent["next_action"], secure["result"]) == (None, "authenticated")


def test_a_refused_authentication_takes_no_money(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.pay(session.id, cards.AUTHENTICATION)

    assert shop.stand_in.authenticate(session.id, accepted=False) is Attempt.DECLINED
    found = shop.look(session.id)
    intent = found["payment_intent"]
    assert (found["status"], intent["status"], intent["latest_charge"]) == (
        "open",
        "requires_payment_method",
        None,
    )
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert shop.stand_in.truth() == {}


def test_an_authentication_that_nobody_awaits_is_refused(shop: Shop) -> None:
    session = shop.open()

    with pytest.raises(Refusal):
        shop.stand_in.authenticate(session.id)


def test_the_disputed_card_is_paid_then_disputed(shop: Shop) -> None:
    charge = shop.client.v1.charges.retrieve(shop.paid(card=cards.DISPUTED))

    dispute = shop.client.v1.disputes.list({"payment_intent": str(charge.payment_intent)}).data[0]
    assert (charge.paid, charge.disputed) == (True, True)
    assert (dispute.status, dispute.amount, dispute.charge) == ("needs_response", 45_678, charge.id)
    assert shop.stand_in.truth() == {"p-1": 0}


def test_a_paid_session_cannot_be_paid_again(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.pay(session.id)

    with pytest.raises(Refusal):
        shop.stand_in.pay(session.id)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4970100000000055", "card_declined"),
        ("4242424242424241", "incorrect_number"),
        ("abc", "incorrect_number"),
    ],
)
def test_any_other_number_is_refused_and_forgotten(shop: Shop, number: str, code: str) -> None:
    session = shop.open()

    with pytest.raises(Refusal) as refused:
        shop.stand_in.pay(session.id, number)

    assert refused.value.error["code"] == code
    assert number not in shop.stand_in.to_json()
    assert shop.look(session.id)["payment_intent"] is None


def test_a_number_may_be_typed_with_spaces(shop: Shop) -> None:
    assert shop.stand_in.pay(shop.open().id, "4242 4242 4242 4242") is Attempt.PAID
