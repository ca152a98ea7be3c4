"""The stand-in in the portal’s time (« prestataire de paiement »): never ahead of it, its events fresh."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.gateways.stripe_events import StripeEvents
from infra.local.provider import Provider

SECRET = "whsec_tests"


class MovedClock:
    """A clock that somebody moves by days."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, days: int) -> None:
        self.at = datetime.fromtimestamp(self.at.timestamp() + days * 86_400, UTC)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def provider(clock: MovedClock, tmp_path: Path) -> Provider:
    nobody = "http://127.0.0.1:9/webhooks/stripe"
    return Provider("http://127.0.0.1:9/stripe", SECRET, nobody, clock, tmp_path / "stripe.json")


def test_two_who_see_it_late_do_not_both_make_up_for_it(provider: Provider, clock: MovedClock) -> None:
    def slowly(_body: bytes, _signature: str) -> int:
        time.sleep(0.1)
        return 204

    provider._core.register_endpoint(slowly, SECRET)
    provider._core.foreign_charge(10_00)
    clock.move(days=30)

    with ThreadPoolExecutor(2) as ticking:
        list(ticking.map(lambda _: provider.tick(), range(2)))

    assert provider._core.now == int(clock().timestamp())


def test_what_fell_due_in_a_move_of_the_clock_arrives_with_a_fresh_signature(
    provider: Provider, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def portal(request: object, timeout: float) -> object:
        body, headers = request.data, request.headers  # type: ignore[attr-defined]
        reader = StripeEvents([SECRET], live=False)
        taken.append(reader.read(body, headers["Stripe-signature"], clock()).type)
        raise OSError("nobody waits for the answer")

    monkeypatch.setattr("infra.local.provider.urllib.request.urlopen", portal)
    provider._core.foreign_charge(10_00)
    clock.move(days=2)

    provider.tick()

    assert "v1.charge.succeeded" in taken
