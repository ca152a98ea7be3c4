"""What keeps the stand-in honest: requests, objects and events fit the library's types, or fail loudly."""

from typing import Any

import pytest
import stripe
from stripe.params._refund_create_params import RefundCreateParams
from stripe.params.checkout._session_create_params import SessionCreateParams

from infra.local.stripe.account import API_VERSION
from infra.local.stripe.schema import (
    SchemaViolation,
    check_notification,
    check_object,
    object_class,
    violations,
)
from infra.local.stripe.wire import nested, typed
from tests.infra.local.stripe.orders import Shop, an_order


def test_the_stand_in_speaks_the_librarys_version() -> None:
    assert stripe.api_version == API_VERSION == "2026-10-28.endive"


def test_the_portals_request_fits() -> None:
    assert violations(an_order(), SessionCreateParams) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"sucess_url": "https://example.org"}, "/sucess_url"),
        ({"payment_intent_data": {"receipt_mail": "a@example.org"}}, "/payment_intent_data/receipt_mail"),
        ({"mode": "pay"}, "/mode"),
        ({"allowed_payment_method_types": ["cart"]}, "/allowed_payment_method_types/0"),
        ({"locale": "français"}, "/locale"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"line_items": [{"price_data": {"unit_amount": 100}}]}, "/line_items/0/price_data/currency"),
    ],
)
def test_a_mistake_in_a_request_stops_the_test(shop: Shop, change: dict[str, Any], path: str) -> None:
    with pytest.raises(SchemaViolation) as found:
        shop.open(**change)

    assert [one.path for one in found.value.violations] == [path]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"amout": 1}, "/amout"),
        ({"amount": "100"}, "/amount"),
        ({"amount": True}, "/amount"),
        ({"amount": None}, "/amount"),
        ({"status": "paid"}, "/status"),
        ({"object": "charges"}, "/object"),
        ({"metadata": {"payment_id": 1}}, "/metadata/payment_id"),
        ({"billing_details": {"emial": None}}, "/billing_details/emial"),
        ({"payment_intent": {"id": "pi_1", "object": "payment_intent"}}, "/payment_intent/"),
    ],
)
def test_a_mistake_in_an_object_is_found(shop: Shop, change: dict[str, Any], path: str) -> None:
    charge = shop.client.v1.charges.retrieve(shop.paid()).to_dict()
    assert violations(charge, object_class("charge")) == []

    found = violations({**charge, **change}, object_class("charge"))

    assert found
    assert all(one.path.startswith(path) for one in found)


def test_a_missing_field_is_found(shop: Shop) -> None:
    charge = shop.client.v1.charges.retrieve(shop.paid()).to_dict()
    del charge["currency"]

    assert violations(charge, object_class("charge")) == [("/currency", "is missing")]


def test_an_object_spoilt_in_the_account_is_never_answered(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.account.get("checkout.session", session.id)["status"] = "opened"

    with pytest.raises(SchemaViolation):
        shop.look(session.id)


def test_an_event_of_a_spoilt_object_is_never_made(shop: Shop) -> None:
    session = {**shop.open().to_dict(), "amount_total": "a lot"}

    with pytest.raises(SchemaViolation, match="/amount_total"):
        shop.stand_in.account.publish("checkout.session.expired", session)


def test_an_unknown_event_or_object_is_refused() -> None:
    thin = {"type": "v1.checkout.session.complete", "object": "v2.core.event"}

    with pytest.raises(SchemaViolation):
        check_notification(thin)
    with pytest.raises(SchemaViolation):
        check_object({"object": "invoicing"})


def test_a_snapshot_event_of_an_unknown_type_is_refused(shop: Shop) -> None:
    session = shop.open()

    with pytest.raises(SchemaViolation, match="/type"):
        shop.stand_in.account.publish("checkout.session.paid", session.to_dict())


def test_a_list_and_what_was_expanded_are_checked_within(shop: Shop) -> None:
    session = shop.open()
    shop.stand_in.pay(session.id)
    shop.stand_in.account.get("charge", shop.stand_in.charge_of(session.id))["paid"] = "yes"

    with pytest.raises(SchemaViolation):
        shop.look(session.id)
    with pytest.raises(SchemaViolation):
        shop.client.v1.charges.list()


def test_a_form_is_read_as_the_librarys_types_say() -> None:
    form = "charge=ch_1&amount=100&expand[1]=payment_intent&expand[0]=charge&metadata[2024]=1&metadata[x]="

    params = typed(nested(form), RefundCreateParams)

    assert params == {
        "charge": "ch_1",
        "amount": 100,
        "expand": ["charge", "payment_intent"],
        "metadata": {"2024": "1", "x": ""},
    }
