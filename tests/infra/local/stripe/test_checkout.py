"""Payment pages: what opens them, what is refused, when they close, and what an idempotency key is worth."""

from typing import Any

import pytest
import stripe

from infra.local.stripe.core import StandIn
from infra.local.stripe.http_client import StandInHTTPClient, client
from tests.infra.local.stripe.orders import BASE, NOW, Shop, an_order


def test_a_session_says_what_was_asked(shop: Shop) -> None:
    session = shop.open("p-7", 12_345)

    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 12_345)
    assert session.url == f"{BASE}/pay/{session.id}"
    assert session.client_reference_id == "p-7"
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"payment_id": "p-7", "lease": "9126"}
    assert (session.payment_intent, session.livemode) == (None, False)


def test_metadata_reach_the_payment_and_its_charge(shop: Shop) -> None:
    charge = shop.client.v1.charges.retrieve(shop.paid("p-7"))

    intent = shop.client.v1.payment_intents.retrieve(str(charge.payment_intent))
    assert charge.metadata.to_dict() == intent.metadata.to_dict() == {"payment_id": "p-7", "lease": "9126"}
    assert intent.description == "Loyer et charges, contrat L/9126"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"expires_at": NOW + 1799}, "expires_at"),
        ({"expires_at": NOW + 86_401}, "expires_at"),
        ({"line_items": []}, "line_items"),
        ({"success_url": "not an address"}, "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "cancel_url"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"mode": "setup"}, "mode"),
    ],
)
def test_what_stripe_refuses_is_refused(shop: Shop, change: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.open(**change)

    assert refused.value.param == param


@pytest.mark.parametrize("seconds", [1800, 86_400])
def test_the_shortest_and_the_longest_life_are_accepted(shop: Shop, seconds: int) -> None:
    assert shop.open(expires_at=NOW + seconds).expires_at == NOW + seconds


def test_less_than_50_cents_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.open(cents=49)

    assert refused.value.code == "amount_too_small"
    assert shop.open("p-2", cents=50).amount_total == 50


def test_a_session_expires_at_its_second(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.advance(3599)
    assert shop.look(session.id)["status"] == "open"

    shop.stand_in.advance(1)

    assert shop.look(session.id)["status"] == "expired"
    assert shop.look(session.id)["url"] is None
    assert shop.inbox.types == ["checkout.session.expired"]


def test_a_paid_session_does_not_expire(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.pay(session.id)

    shop.stand_in.advance(86_400)

    assert shop.look(session.id)["status"] == "complete"
    assert "checkout.session.expired" not in shop.inbox.types


def test_an_expired_session_cancels_the_payment_that_was_tried(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.decline(session.id)

    shop.client.v1.checkout.sessions.expire(session.id)

    assert shop.look(session.id)["payment_intent"]["status"] == "canceled"


def test_only_an_open_session_can_be_expired(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.pay(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        shop.client.v1.checkout.sessions.expire(session.id)


def test_the_same_key_gives_the_same_session(shop: Shop) -> None:
    first, second = shop.open(), shop.open()

    assert first.id == second.id
    assert len(shop.client.v1.checkout.sessions.list().data) == 1


def test_a_replay_gives_the_first_answer_even_after_payment(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.pay(session.id)

    again = shop.open()

    assert (again.id, again.status) == (session.id, "open")


def test_the_same_key_with_other_parameters_is_an_error(shop: Shop) -> None:
    shop.open(cents=100)

    with pytest.raises(stripe.IdempotencyError) as refused:
        shop.open(cents=200)

    assert refused.value.http_status == 400


def test_a_key_is_forgotten_after_24_hours(shop: Shop) -> None:
    order = an_order(now=NOW + 23 * 3600)
    create = shop.client.v1.checkout.sessions.create
    first = create(order, {"idempotency_key": "one"})
    shop.stand_in.advance(24 * 3600 - 1)
    assert create(order, {"idempotency_key": "one"}).id == first.id

    shop.stand_in.advance(1)

    with pytest.raises(stripe.InvalidRequestError, match="30 minutes"):
        create(order, {"idempotency_key": "one"})


def test_a_refusal_is_replayed_too(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="must add up to at least"):
        shop.open(cents=49)

    with pytest.raises(stripe.InvalidRequestError) as again:
        shop.open(cents=49)

    assert (again.value.headers or {})["Idempotent-Replayed"] == "true"


def test_an_answer_that_was_lost_is_found_again_by_its_key(stand_in: StandIn) -> None:
    http = StandInHTTPClient(stand_in)
    talker = stripe.StripeClient("sk_test_demo", http_client=http, max_network_retries=0)
    http.lose_answers = 1
    with pytest.raises(stripe.APIConnectionError):
        talker.v1.checkout.sessions.create(an_order(), {"idempotency_key": "one"})

    found = talker.v1.checkout.sessions.create(an_order(), {"idempotency_key": "one"})

    assert [one.id for one in talker.v1.checkout.sessions.list().data] == [found.id]


@pytest.mark.parametrize("key", ["sk_live_demo", "pk_test_demo", "rk_test_demo"])
def test_any_key_but_a_secret_test_key_is_refused(stand_in: StandIn, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client(stand_in, key).v1.checkout.sessions.list()


def test_an_unknown_object_is_missing(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.checkout.sessions.retrieve("cs_test_nobody")

    assert (refused.value.code, refused.value.http_status) == ("resource_missing", 404)


def test_the_same_seed_gives_the_same_ids() -> None:
    ids = [Shop(StandIn(BASE, NOW, seed)).open().id for seed in (1, 1, 2)]

    assert ids[0] == ids[1] != ids[2]
