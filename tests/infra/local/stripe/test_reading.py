"""Lists and ``expand`` as Stripe answers them."""

import pytest
import stripe

from tests.infra.local.stripe.orders import NOW, Shop


def test_a_list_is_given_newest_first_page_by_page(shop: Shop) -> None:
    opened = [shop.open(f"p-{number}").id for number in range(12)]
    sessions = shop.client.v1.checkout.sessions

    first = sessions.list()

    assert [one.id for one in first.data] == opened[:1:-1]
    assert first.has_more is True
    assert [one.id for one in sessions.list({"limit": 5}).auto_paging_iter()] == opened[::-1]
    before = sessions.list({"limit": 3, "ending_before": opened[5]})
    assert [one.id for one in before.data] == opened[8:5:-1]


def test_lists_are_filtered(shop: Shop) -> None:
    shop.paid("p-1")
    shop.stand_in.advance(10)
    charge = shop.client.v1.charges.retrieve(shop.paid("p-2"))
    intent = str(charge.payment_intent)
    shop.open("p-3")
    v1 = shop.client.v1

    assert [one.id for one in v1.charges.list({"payment_intent": intent})] == [charge.id]
    assert [one.client_reference_id for one in v1.checkout.sessions.list({"payment_intent": intent})] == [
        "p-2"
    ]
    assert [one.client_reference_id for one in v1.checkout.sessions.list({"status": "open"})] == ["p-3"]
    assert len(v1.checkout.sessions.list({"customer_details": {"email": "x@example.org"}}).data) == 0
    assert len(v1.payment_intents.list({"created": {"gt": NOW}}).data) == 1
    assert len(v1.payment_intents.list({"created": {"gte": NOW, "lt": NOW + 10}}).data) == 1
    assert [one.source for one in v1.balance_transactions.list({"source": charge.id})] == [charge.id]
    assert len(v1.balance_transactions.list({"type": "refund"}).data) == 0
    assert v1.disputes.list({"payment_intent": intent}).data == []


def test_ids_are_expanded_along_a_path(shop: Shop) -> None:
    charge = shop.paid()

    found = shop.client.v1.charges.retrieve(charge, {"expand": ["payment_intent.payment_method"]}).to_dict()
    listed = shop.client.v1.charges.list({"expand": ["data.balance_transaction"]}).data[0].to_dict()

    assert found["payment_intent"]["payment_method"]["card"]["last4"] == "4242"
    assert listed["balance_transaction"]["source"] == charge
    assert isinstance(shop.client.v1.charges.retrieve(charge).payment_intent, str)


def test_an_empty_path_is_expanded_to_nothing(shop: Shop) -> None:
    assert shop.look(shop.open().id)["payment_intent"] is None


@pytest.mark.parametrize("path", ["nothing", "status", "payment_intent.a.b.c.d"])
def test_a_path_that_leads_nowhere_is_refused(shop: Shop, path: str) -> None:
    session = shop.open()

    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_1_to_100_objects(shop: Shop, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.charges.list({"limit": limit})


def test_a_call_that_is_not_imitated_is_named(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="POST: /v1/customers"):
        shop.client.v1.customers.create({"email": "rose@example.org"})
