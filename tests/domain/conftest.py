"""Fixtures of the domain: a place to collect payments, where one lease owes something."""

import pytest

from infra.local.resources import Resources
from tests.collection_bench import Bench


@pytest.fixture
def bench(table: Resources, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)  # nor a pause between two tries
    made = Bench()
    made.owe("9126", 486_32)
    return made
