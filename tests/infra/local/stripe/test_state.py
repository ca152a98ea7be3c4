"""A restart loses nothing: objects, pending deliveries, idempotency keys, faults and the clock."""

import json

from infra.local.stripe import cards
from infra.local.stripe.core import StandIn
from tests.infra.local.stripe.orders import BASE, NOW, SECRET, Inbox, Shop

DAY = 86_400


def a_busy_shop() -> Shop:
    """Leave everything pending that can be: retries, an expiry, a slow refund, an authentication, faults."""
    shop = Shop(StandIn(BASE, NOW, seed=3))
    shop.inbox.status = 500
    shop.stand_in.switchboard.set("lose", 0.5)
    shop.stand_in.switchboard.set("delay", 7)
    shop.stand_in.refund(shop.paid("p-1", card=cards.REFUND_PENDING))
    shop.open("p-2")
    shop.stand_in.pay(shop.open("p-3").id, cards.AUTHENTICATION)
    shop.stand_in.advance(400)
    return shop


def test_after_a_restart_the_same_deliveries_follow() -> None:
    shop = a_busy_shop()
    kept = shop.stand_in.to_json()
    restarted, inbox = StandIn.from_json(BASE, kept), Inbox(500)
    restarted.register_endpoint(inbox, SECRET)
    shop.inbox.received.clear()
    shop.stand_in.deliveries.clear()

    for stand_in in (shop.stand_in, restarted):
        stand_in.advance(4 * DAY)

    assert inbox.received == shop.inbox.received != []
    assert list(restarted.deliveries) == list(shop.stand_in.deliveries)
    assert restarted.to_json() == shop.stand_in.to_json()


def test_what_was_saved_is_plain_json_and_saved_again_is_the_same() -> None:
    kept = a_busy_shop().stand_in.to_json()

    assert StandIn.from_json(BASE, kept).to_json() == kept
    assert json.loads(kept)["now"] == NOW + 400


def test_an_idempotency_key_survives_a_restart() -> None:
    shop = Shop(StandIn(BASE, NOW))
    session = shop.open()

    restarted = Shop(StandIn.from_json(BASE, shop.stand_in.to_json()))

    assert restarted.open().id == session.id


def test_an_authentication_goes_on_after_a_restart() -> None:
    shop = Shop(StandIn(BASE, NOW))
    session = shop.open()
    shop.stand_in.pay(session.id, cards.AUTHENTICATION)

    restarted = StandIn.from_json(BASE, shop.stand_in.to_json())
    restarted.authenticate(session.id)

    assert restarted.truth() == {"p-1": 45_678}


def test_a_delivery_whose_endpoint_is_not_back_yet_waits_for_it() -> None:
    shop = Shop(StandIn(BASE, NOW))
    shop.client.v1.checkout.sessions.expire(shop.open().id)
    restarted, inbox = StandIn.from_json(BASE, shop.stand_in.to_json()), Inbox()
    restarted.advance(0)

    restarted.register_endpoint(inbox, SECRET)
    restarted.advance(300)

    assert inbox.types == ["checkout.session.expired"]


def test_a_delivery_that_was_under_way_is_sent_again() -> None:
    shop = Shop(StandIn(BASE, NOW))
    kept: list[str] = []

    def receive(body: bytes, signature: str) -> int:
        kept.append(shop.stand_in.to_json())
        return 200

    shop.stand_in.register_endpoint(receive, SECRET)
    shop.client.v1.checkout.sessions.expire(shop.open().id)
    shop.stand_in.advance(0)
    restarted, inbox = StandIn.from_json(BASE, kept[0]), Inbox()
    restarted.register_endpoint(inbox, SECRET)

    restarted.advance(0)

    assert inbox.types == ["checkout.session.expired"]


def test_old_events_and_keys_are_forgotten() -> None:
    shop = Shop(StandIn(BASE, NOW))
    shop.paid()

    shop.stand_in.advance(30 * DAY)

    kept = json.loads(shop.stand_in.to_json())
    assert (kept["objects"]["event"], kept["replays"], kept["timers"]) == ({}, {}, [])
    assert len(kept["objects"]["charge"]) == 1
