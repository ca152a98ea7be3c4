"""The same story on the stand-in and, when asked for, on real Stripe test keys.

``STRIPE_API_KEY=sk_test_… pytest -m stripe_real`` runs it on Stripe itself; nothing is paid, pages are only
opened and closed.  What Stripe answers is held against the same types as what the stand-in answers.
"""

import os
import time
import uuid
from typing import NamedTuple

import pytest
import stripe

from infra.local.stripe.core import StandIn
from infra.local.stripe.http_client import client
from infra.local.stripe.schema import check_object
from tests.infra.local.stripe.orders import BASE, NOW, an_order

KEY_AT_START = os.environ.get("STRIPE_API_KEY", "")  # before the suite's own settings take its place


class Stripe(NamedTuple):
    """A client of the library, and the clock of the account that it speaks to."""

    client: stripe.StripeClient
    now: int


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on Stripe itself only when ``-m stripe_real`` asks for it; the default run skips nothing."""
    if "account" in metafunc.fixturenames:
        asked = "stripe_real" in metafunc.config.option.markexpr
        real = [pytest.param("real", marks=pytest.mark.stripe_real)] if asked else []
        metafunc.parametrize("account", ["stand-in", *real], indirect=True)


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Leave the suite's guard out: Stripe is reached when asked for, the stand-in needs no socket."""


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Stripe:
    if request.param == "stand-in":
        return Stripe(client(StandIn(BASE, NOW)), NOW)
    if not KEY_AT_START.startswith("sk_test_"):
        pytest.fail("-m stripe_real needs STRIPE_API_KEY=sk_test_…")
    return Stripe(stripe.StripeClient(KEY_AT_START, max_network_retries=2), int(time.time()))


@pytest.fixture
def payment() -> str:
    return f"scenario-{uuid.uuid4()}"


def opened(account: Stripe, payment: str, cents: int = 45_678) -> stripe.checkout.Session:
    order = an_order(payment, cents, account.now)
    return account.client.v1.checkout.sessions.create(order, {"idempotency_key": payment})


def test_a_page_is_opened_read_and_closed(account: Stripe, payment: str) -> None:
    sessions = account.client.v1.checkout.sessions
    session = opened(account, payment)
    check_object(session.to_dict())
    assert (session.status, session.payment_status, session.livemode) == ("open", "unpaid", False)
    assert (session.amount_total, session.currency) == (45_678, "eur")
    assert session.payment_method_types == ["card"]
    assert session.url

    found = sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]}).to_dict()
    check_object(found)
    assert (found["client_reference_id"], found["payment_intent"]) == (payment, None)
    assert found["metadata"] == {"payment_id": payment, "lease": "9126"}

    closed = sessions.expire(session.id)
    check_object(closed.to_dict())
    assert (closed.status, closed.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError):
        sessions.expire(session.id)


def test_a_page_is_found_in_the_list(account: Stripe, payment: str) -> None:
    session = opened(account, payment)

    found = account.client.v1.checkout.sessions.list({"limit": 5, "status": "open"})

    assert session.id in [one.id for one in found.data]
    account.client.v1.checkout.sessions.expire(session.id)


def test_a_key_opens_one_page(account: Stripe, payment: str) -> None:
    session = opened(account, payment)

    assert opened(account, payment).id == session.id
    with pytest.raises(stripe.IdempotencyError):
        opened(account, payment, cents=100)
    account.client.v1.checkout.sessions.expire(session.id)


def test_what_cannot_be_paid_is_refused(account: Stripe, payment: str) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        opened(account, payment, cents=49)


def test_what_does_not_exist_is_missing(account: Stripe) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.client.v1.payment_intents.retrieve("pi_nobody")

    assert refused.value.code == "resource_missing"
