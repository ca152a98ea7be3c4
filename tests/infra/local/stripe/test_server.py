"""The API over real loopback HTTP, by the library as production uses it: only the base address differs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from infra.local.stripe.core import StandIn
from tests.infra.local.stripe.loopback import serving
from tests.infra.local.stripe.orders import SECRET, Inbox, an_order


@pytest.fixture
def core() -> Iterator[StandIn]:
    with serving() as core:
        yield core


@pytest.fixture
def client(core: StandIn) -> stripe.StripeClient:
    """Talk to it, with two more tries when a busy machine drops a connection."""
    return stripe.StripeClient(
        "sk_test_demo", base_addresses={"api": core.base_address}, max_network_retries=2
    )


def test_the_library_reaches_the_api_under_a_prefix(core: StandIn, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(an_order(), {"idempotency_key": "one"})
    core.pay(session.id)

    found = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    ).to_dict()

    assert found["url"] is None
    assert found["payment_intent"]["latest_charge"]["paid"] is True
    assert [one.id for one in client.v1.checkout.sessions.list({"limit": 1}).auto_paging_iter()] == [
        session.id
    ]


def test_errors_reach_the_library_as_its_own(core: StandIn, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.charges.retrieve("ch_nobody")
    assert (refused.value.code, refused.value.request_id is not None) == ("resource_missing", True)

    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("sk_live_x", base_addresses={"api": core.base_address}).v1.charges.list()


def test_a_request_that_does_not_fit_is_a_400_that_says_where(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(an_order(sucess_url="https://example.org"))

    assert (refused.value.http_status, refused.value.param) == (400, "sucess_url")


def test_twenty_threads_with_one_key_open_one_session(client: stripe.StripeClient) -> None:
    def create(_: int) -> str:
        return client.v1.checkout.sessions.create(an_order(), {"idempotency_key": "one"}).id

    with ThreadPoolExecutor(20) as threads:
        ids = set(threads.map(create, range(20)))

    assert ids == {client.v1.checkout.sessions.list().data[0].id}
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_receiver_may_call_the_api_from_another_thread(core: StandIn, client: stripe.StripeClient) -> None:
    inbox = Inbox()

    def receive(body: bytes, signature: str) -> int:
        notification = client.parse_event_notification(body, signature, SECRET, tolerance=0)
        assert client.raw_request("get", f"/v1/events?limit=1&type={notification.type[3:]}").code == 200
        return inbox(body, signature)

    core.register_endpoint(receive, SECRET)
    core.pay(client.v1.checkout.sessions.create(an_order()).id)

    core.advance(0)

    assert len(inbox.received) == 4
