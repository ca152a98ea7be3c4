"""The desk at Stripe, against the stand-in that checks every request by the library's own types."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.alarms import Alarm
from chalicelib.domain.errors import Absent, Unavailable
from chalicelib.domain.payments import FactKind, Payment, PaymentStatus
from chalicelib.gateways import stripe as gateway
from chalicelib.gateways.stripe import StripeDesk
from infra.local.stripe.cards import DECLINED
from infra.local.stripe.core import StandIn
from infra.local.stripe.http_client import StandInHTTPClient, client
from tests.mothers import NOW, a_payment

GATEWAY_SECONDS, LONGEST_PAUSE = 29, 2  # API Gateway's limit, and the library's pause between two tries
ADDRESS = "https://locataires.littoral-habitat.example"


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn("http://127.0.0.1:8001/stripe", int(NOW.timestamp()), seed=3)


@pytest.fixture
def http(stand_in: StandIn) -> StandInHTTPClient:
    return StandInHTTPClient(stand_in)


@pytest.fixture
def desk(http: StandInHTTPClient) -> StripeDesk:
    return StripeDesk("sk_test_demo", ADDRESS, http_client=http)


@pytest.fixture
def payment() -> Payment:
    return replace(a_payment(), cents=486_32)


def charge_of(stand_in: StandIn) -> str:
    return str(next(iter(stand_in.account.every("charge")))["id"])


def test_the_page_is_for_that_payment_in_french_by_card_for_an_hour(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(payment)

    session = stand_in.session(page.id)
    assert page.address == session["url"]
    assert (session["amount_total"], session["currency"], session["locale"]) == (486_32, "eur", "fr")
    assert session["client_reference_id"] == session["metadata"]["payment_id"] == payment.id
    assert session["expires_at"] == int((NOW + timedelta(hours=1)).timestamp())
    assert session["success_url"] == session["cancel_url"] == f"{ADDRESS}/paiement/{payment.id}"
    assert session["customer_email"] == payment.email


def test_who_has_no_address_can_pay_too(desk: StripeDesk, stand_in: StandIn, payment: Payment) -> None:
    assert stand_in.session(desk.open(replace(payment, email="")).id)["customer_email"] is None


def test_a_page_that_is_asked_for_again_is_the_same_one(
    desk: StripeDesk, http: StandInHTTPClient, stand_in: StandIn, payment: Payment
) -> None:
    first = desk.open(payment)
    http.lose_answers = 1

    assert desk.open(payment) == first
    assert len(client(stand_in).v1.checkout.sessions.list().data) == 1


def test_an_address_that_the_provider_does_not_take_keeps_nobody_from_paying(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(replace(payment, email="pas une adresse"))

    assert stand_in.session(page.id)["customer_email"] is None
    assert stand_in.session(page.id)["amount_total"] == 486_32


def test_a_key_that_is_not_accepted_is_an_absence_of_service_that_somebody_hears_of(
    http: StandInHTTPClient, payment: Payment, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Unavailable):
        StripeDesk("sk_live_wrong", ADDRESS, http_client=http).open(payment)

    assert [record.getMessage() for record in caplog.records] == [Alarm.PROVIDER_REFUSES_US]


def test_what_became_of_a_page_is_told_as_it_is_now(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(payment)
    assert desk.look(page.id).status is PaymentStatus.OPEN
    stand_in.decline(page.id, DECLINED)
    refused = desk.look(page.id)
    stand_in.pay(page.id)
    paid = desk.look(page.id)

    assert (refused.status, refused.facts, refused.card_last4) == (PaymentStatus.REFUSED, (), "")
    assert refused.refusal_code
    assert (paid.status, paid.card_last4, paid.charge) == (PaymentStatus.PAID, "4242", charge_of(stand_in))
    (fact,) = paid.facts
    assert (fact.id, fact.kind, fact.cents, fact.currency) == (paid.charge, FactKind.CHARGE, 486_32, "eur")
    assert paid.paid_at == fact.happened_at == datetime.fromtimestamp(stand_in.now, UTC)


def test_refunds_and_disputes_are_facts_of_their_own(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(payment)
    stand_in.pay(page.id)
    client(stand_in).v1.refunds.create({"charge": charge_of(stand_in), "amount": 100_00})

    facts = {fact.kind: fact.cents for fact in desk.look(page.id).facts}

    assert facts == {FactKind.CHARGE: 486_32, FactKind.REFUND: -100_00}


def test_a_dispute_takes_the_money_back(desk: StripeDesk, stand_in: StandIn, payment: Payment) -> None:
    page = desk.open(payment)
    stand_in.pay(page.id)
    stand_in.dispute(charge_of(stand_in))

    assert sum(fact.cents for fact in desk.look(page.id).facts) == 0


def test_a_page_that_is_closed_cannot_be_paid_and_closing_again_is_as_good(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(payment)
    desk.close(page.id)
    desk.close(page.id)

    assert desk.look(page.id).status is PaymentStatus.EXPIRED


def test_a_page_that_was_paid_stays_paid_when_it_is_closed(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(payment)
    stand_in.pay(page.id)
    desk.close(page.id)

    assert desk.look(page.id).status is PaymentStatus.PAID


def test_every_object_leads_to_the_page_that_was_paid(
    desk: StripeDesk, stand_in: StandIn, payment: Payment
) -> None:
    page = desk.open(payment)
    stand_in.pay(page.id)
    refund = client(stand_in).v1.refunds.create({"charge": charge_of(stand_in), "amount": 1_00}).id
    intent = str(next(iter(stand_in.account.every("payment_intent")))["id"])
    objects = {
        "checkout.session": page.id,
        "payment_intent": intent,
        "charge": charge_of(stand_in),
        "refund": refund,
    }

    for kind, id in objects.items():
        remote = desk.trace(kind, id)
        assert remote is not None, kind
        assert (remote.session, remote.payment) == (page.id, payment.id), kind


@pytest.mark.parametrize("kind", ["customer", "payout", "", "v2.core.account", "constructor"])
def test_objects_that_move_no_money_of_ours_are_not_asked_for(
    desk: StripeDesk, http: StandInHTTPClient, kind: str
) -> None:
    http.lose_requests = 99

    assert desk.trace(kind, "x_1") is None


@pytest.mark.parametrize("kind", ["checkout.session", "payment_intent", "charge", "refund", "dispute"])
def test_an_object_that_the_provider_does_not_know_is_absent(desk: StripeDesk, kind: str) -> None:
    with pytest.raises(Absent):
        desk.trace(kind, "xx_unknown")


def test_a_provider_that_does_not_answer_is_unavailable_after_one_more_try(
    desk: StripeDesk, http: StandInHTTPClient, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    http.lose_requests = 10

    with pytest.raises(Unavailable):
        desk.open(payment)
    assert http.lose_requests == 10 - 1 - gateway.RETRIES


def test_a_call_gives_up_long_before_the_gateway_does() -> None:
    longest = (1 + gateway.RETRIES) * (gateway.CONNECT_SECONDS + gateway.READ_SECONDS)

    assert longest + gateway.RETRIES * LONGEST_PAUSE < GATEWAY_SECONDS / 1.5


def test_the_library_is_loaded_when_somebody_pays_and_not_before() -> None:
    code = (
        "import sys, chalicelib.gateways.stripe as s; s.StripeDesk('k', 'a'); print('stripe' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"
