"""A fresh stand-in for each test."""

import pytest

from infra.local.stripe.core import StandIn
from tests.infra.local.stripe.orders import BASE, NOW, Shop


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn(BASE, NOW, seed=7)


@pytest.fixture
def shop(stand_in: StandIn) -> Shop:
    return Shop(stand_in)
