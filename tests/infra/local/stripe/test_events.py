"""Events on their way: their form, their signature, their retries, and the faults of the switchboard."""

import json

import pytest
import stripe

from infra.local.stripe.core import StandIn
from tests.infra.local.stripe.orders import BASE, NOW, SECRET, Inbox, Shop

DAY = 86_400
UNANSWERED: list[int] = [0, 300, 2_100, 9_300, 27_300, 63_300, 106_500, 149_700, 192_900, 236_100]


def test_a_thin_event_names_its_object_and_nothing_more(shop: Shop) -> None:
    charge = shop.paid()
    shop.stand_in.advance(0)
    body, signature = shop.inbox.received[1]

    notification = shop.client.parse_event_notification(body, signature, SECRET, tolerance=0)

    assert isinstance(notification, stripe.events.V1ChargeSucceededEventNotification)
    assert notification.related_object.id == charge
    assert notification.fetch_related_object().id == charge
    assert notification.livemode is False
    assert notification.created == "2027-01-15T08:00:00.000Z"
    assert b"45678" not in body


def test_every_kind_of_object_can_be_fetched_from_its_thin_event(shop: Shop) -> None:
    charge = shop.paid()
    shop.stand_in.refund(charge, 100)
    shop.stand_in.dispute(charge)
    shop.stand_in.advance(0)

    for body, signature in shop.inbox.received:
        notification = shop.client.parse_event_notification(body, signature, SECRET, tolerance=0)
        related = json.loads(body)["related_object"]
        fetched = shop.client.deserialize(shop.client.raw_request("get", related["url"]), api_mode="V1")
        assert fetched.to_dict()["object"] == related["type"]
        assert type(notification).__name__ != "UnknownEventNotification"


def test_a_snapshot_event_carries_its_object_as_it_was(stand_in: StandIn) -> None:
    shop = Shop(stand_in, thin=False)
    charge = shop.paid()
    shop.stand_in.refund(charge)
    shop.stand_in.advance(0)
    body, signature = shop.inbox.received[1]

    event = stripe.Webhook.construct_event(body, signature, SECRET, tolerance=0)

    assert (event.type, event.api_version) == ("charge.succeeded", stripe.api_version)
    assert (event.data.object["id"], event.data.object["refunded"]) == (charge, False)


@pytest.mark.parametrize("change", [b"9", b" "])
def test_a_changed_event_does_not_verify(shop: Shop, change: bytes) -> None:
    shop.paid()
    shop.stand_in.advance(0)
    body, signature = shop.inbox.received[0]

    with pytest.raises(stripe.SignatureVerificationError):
        shop.client.parse_event_notification(body + change, signature, SECRET, tolerance=0)


def test_another_secret_does_not_verify(shop: Shop) -> None:
    shop.paid()
    shop.stand_in.advance(0)
    body, signature = shop.inbox.received[0]

    with pytest.raises(stripe.SignatureVerificationError):
        shop.client.parse_event_notification(body, signature, "whsec_other", tolerance=0)


def test_an_event_is_sent_again_until_it_is_answered(shop: Shop) -> None:
    shop.inbox.status = 500
    expired = shop.open()
    shop.client.v1.checkout.sessions.expire(expired.id)
    shop.stand_in.advance(2_099)
    assert [one.status for one in shop.stand_in.deliveries] == [500, 500]

    shop.inbox.status = 202
    shop.stand_in.advance(3 * DAY)

    assert [(one.at - NOW, one.attempt, one.status) for one in shop.stand_in.deliveries] == [
        (0, 0, 500),
        (300, 1, 500),
        (2_100, 2, 202),
    ]


@pytest.mark.parametrize("status", [301, 400, 404, 500, 503])
def test_only_a_2xx_ends_the_retries_and_three_days_do(shop: Shop, status: int) -> None:
    shop.inbox.status = status
    shop.client.v1.checkout.sessions.expire(shop.open().id)

    shop.stand_in.advance(10 * DAY)

    assert [one.at - NOW for one in shop.stand_in.deliveries] == UNANSWERED


def test_each_try_is_signed_at_its_own_moment(shop: Shop) -> None:
    shop.inbox.status = 500
    shop.client.v1.checkout.sessions.expire(shop.open().id)

    shop.stand_in.advance(300)

    assert [signature.split(",")[0] for _, signature in shop.inbox.received] == [f"t={NOW}", f"t={NOW + 300}"]


def test_an_endpoint_that_nobody_answers_is_tried_again(stand_in: StandIn) -> None:
    def unreachable(body: bytes, signature: str) -> int:
        raise ConnectionRefusedError

    shop = Shop(stand_in)
    stand_in.register_endpoint(unreachable, SECRET)
    shop.client.v1.checkout.sessions.expire(shop.open().id)

    stand_in.advance(300)

    assert [one.status for one in stand_in.deliveries] == [None, None]


def test_an_event_list_tells_what_was_not_delivered(shop: Shop) -> None:
    shop.inbox.status = 500
    shop.client.v1.checkout.sessions.expire(shop.open().id)
    shop.stand_in.advance(0)
    events = shop.client.v1.events
    assert [one.type for one in events.list({"delivery_success": False})] == ["checkout.session.expired"]

    shop.inbox.status = 200
    shop.stand_in.advance(300)

    assert events.list({"delivery_success": False}).data == []
    assert [one.pending_webhooks for one in events.list()] == [0]


def test_events_are_listed_for_thirty_days(shop: Shop) -> None:
    shop.paid()
    shop.stand_in.advance(30 * DAY - 1)
    assert len(shop.client.v1.events.list({"types": ["charge.succeeded", "charge.failed"]}).data) == 1
    assert len(shop.client.v1.events.list({"type": "charge.*"}).data) == 1

    shop.stand_in.advance(1)

    assert shop.client.v1.events.list().data == []


def test_two_endpoints_receive_each_in_its_own_form(shop: Shop) -> None:
    snapshots = Inbox()
    shop.stand_in.register_endpoint(snapshots, "whsec_other", thin=False, name="bookkeeping")
    shop.client.v1.checkout.sessions.expire(shop.open().id)

    shop.stand_in.advance(0)

    assert shop.inbox.types == snapshots.types == ["checkout.session.expired"]
    assert json.loads(snapshots.received[0][0])["object"] == "event"


def test_an_endpoint_receives_what_it_asks_for_and_waits_for_nothing_else(shop: Shop) -> None:
    asking = Inbox()
    shop.stand_in.register_endpoint(asking, SECRET, types=frozenset({"charge.succeeded"}))
    shop.paid()

    shop.stand_in.advance(0)

    assert asking.types == ["charge.succeeded"]
    assert {event.pending_webhooks for event in shop.client.v1.events.list()} == {0}


def test_an_event_may_call_back_while_it_is_received(stand_in: StandIn) -> None:
    shop = Shop(stand_in)
    seen: list[str] = []

    def look(body: bytes, signature: str) -> int:
        seen.append(shop.client.v1.checkout.sessions.list().data[0].status or "")
        return 200

    stand_in.register_endpoint(look, SECRET)
    shop.client.v1.checkout.sessions.expire(shop.open().id)

    stand_in.advance(0)

    assert seen == ["expired"]


def test_a_lost_delivery_is_sent_again(shop: Shop) -> None:
    shop.stand_in.switchboard.set("lose", 1)
    shop.client.v1.checkout.sessions.expire(shop.open().id)
    shop.stand_in.advance(299)
    assert shop.inbox.received == []

    shop.stand_in.advance(1)

    assert shop.inbox.types == ["checkout.session.expired"]


def test_with_everything_lost_nothing_ever_arrives(shop: Shop) -> None:
    shop.stand_in.switchboard.set("lose", 1.0)
    shop.paid()

    shop.stand_in.advance(10 * DAY)

    assert shop.inbox.received == []
    assert len(shop.client.v1.events.list({"delivery_success": False}).data) == 4


def test_a_doubled_event_arrives_twice_with_the_same_id(shop: Shop) -> None:
    shop.stand_in.switchboard.set("double", 1)
    shop.paid()

    shop.stand_in.advance(10 * DAY)

    ids = [json.loads(body)["id"] for body, _ in shop.inbox.received]
    assert (len(ids), len(set(ids)), ids[0]) == (5, 4, ids[1])
    assert shop.client.v1.events.list({"delivery_success": False}).data == []


def test_a_late_event_arrives_late(shop: Shop) -> None:
    shop.stand_in.switchboard.set("delay", 90)
    shop.client.v1.checkout.sessions.expire(shop.open().id)
    shop.stand_in.advance(89)
    assert shop.inbox.received == []

    shop.stand_in.advance(1)

    assert len(shop.inbox.received) == 1


def test_shuffled_events_arrive_complete_in_another_order(shop: Shop) -> None:
    orders = []
    for number in range(6):
        shop.stand_in.switchboard.set("reorder", value=True)
        shop.paid(f"p-{number}")
        shop.inbox.received.clear()
        shop.stand_in.advance(60)
        orders.append(tuple(shop.inbox.types))

    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(orders[0]))}
    assert len(set(orders)) > 1
    assert len({one.at - (one.at - NOW) % 60 for one in shop.stand_in.deliveries}) == 6
    assert len({one.at for one in shop.stand_in.deliveries}) > 12


def test_an_event_that_is_never_made_is_in_no_list(shop: Shop) -> None:
    shop.stand_in.switchboard.set("ungenerated", 1.0)
    session = shop.open()
    shop.stand_in.pay(session.id)

    shop.stand_in.advance(10 * DAY)

    assert shop.inbox.received == []
    assert shop.client.v1.events.list().data == []
    assert shop.look(session.id)["payment_status"] == "paid"


def test_a_share_strikes_about_that_often(shop: Shop) -> None:
    shop.stand_in.switchboard.set("ungenerated", 0.25)

    for number in range(100):
        shop.paid(f"p-{number}")

    shop.stand_in.advance(0)
    assert 260 <= len(shop.inbox.received) <= 340


def test_cleared_faults_strike_no_more(shop: Shop) -> None:
    switchboard = shop.stand_in.switchboard
    for name in ("lose", "double", "ungenerated"):
        switchboard.set(name, 1.0)
    switchboard.set("delay", 1_000)
    switchboard.set("reorder", value=True)

    switchboard.clear()
    shop.paid()
    shop.stand_in.advance(0)

    assert (len(shop.inbox.received), switchboard.settings()) == (4, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lose", 1.5),
        ("lose", -1),
        ("double", True),
        ("delay", -1),
        ("delay", 0.5),
        ("delay", 21 * DAY),
        ("reorder", 1),
        ("explode", 1),
    ],
)
def test_a_fault_that_means_nothing_is_refused(stand_in: StandIn, name: str, value: float) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        stand_in.switchboard.set(name, value)


def test_the_same_seed_gives_the_same_faults() -> None:
    def story(seed: int) -> list[tuple[int, str, int | None]]:
        shop = Shop(StandIn(BASE, NOW, seed))
        for name in ("lose", "double", "ungenerated"):
            shop.stand_in.switchboard.set(name, 0.3)
        shop.paid()
        shop.stand_in.advance(4 * DAY)
        return [(one.at, one.event_id, one.status) for one in shop.stand_in.deliveries]

    assert story(1) == story(1)
    assert story(1) != story(2)
