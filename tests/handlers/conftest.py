"""Fixtures for the pages: a town with two neighbours, and their browsers."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.domain.errors import Unavailable
from chalicelib.gateways.passwords import TODAY_S, Argon2Passwords
from chalicelib.gateways.queue import SqsAccess
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.mothers import Household
from tests.town import Counted, Provider
from tests.visitors import PASSWORD, Visitor


@pytest.fixture
def provider(table: Resources, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Open the provider's office, at the address that the portal's settings give."""
    made = Provider(clock)
    monkeypatch.setenv("STRIPE_ADDRESS", made.address)
    monkeypatch.setenv("STRIPE_CHECKOUT_ORIGIN", made.server.address)
    yield made
    made.server.stop()


@pytest.fixture
def eloise(provider: Provider) -> Household:
    return mothers.eloise()


@pytest.fixture
def nadege(provider: Provider) -> Household:
    return mothers.nadege()


@pytest.fixture
def visitor(eloise: Household) -> Visitor:
    """Give a browser in which Éloïse has signed in."""
    made = Visitor()
    made.enter(eloise.tenant.id)
    return made


@pytest.fixture
def neighbour(nadege: Household) -> Visitor:
    """Give a browser in which Nadège has signed in."""
    made = Visitor(client="192.0.2.8")
    made.enter(nadege.tenant.id)
    return made


@pytest.fixture
def counted(table: Resources) -> Counted:
    """Count the requests to the table from now on."""
    return Counted().watch()


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Compare passwords quickly, and list those that were compared."""
    compared: list[str] = []

    def matches(_: object, password_hash: str | None, password: str) -> bool:
        compared.append(password)
        return password_hash is not None and password == PASSWORD

    monkeypatch.setattr(Argon2Passwords, "matches", matches)
    return compared


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords in no time, which the real function does not on purpose; real hashes still count."""
    mothers.hashed(PASSWORD)  # kept for all the tests: it must not be a quick one
    compare = Argon2Passwords.matches
    quick = f"{TODAY_S}quick$"

    def matches(own: Argon2Passwords, password_hash: str | None, password: str) -> bool:
        if password_hash is None or password_hash.startswith(quick):
            return password_hash == quick + password
        return compare(own, password_hash, password)

    monkeypatch.setattr(Argon2Passwords, "hash", lambda _, password: quick + password)
    monkeypatch.setattr(Argon2Passwords, "matches", matches)


@pytest.fixture
def holder(table: Resources, clock: Clock) -> None:
    """Settle in the holder of L/9127, who has no account."""
    mothers.francois_xavier()


@pytest.fixture
def queue_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the queue of what has to be written to people take nothing."""

    def away(*_: object) -> None:
        raise Unavailable("access queue")

    monkeypatch.setattr(SqsAccess, "ask", away)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the requests to the queues from now on."""
    found: Counter[str] = Counter()
    make = BaseClient._make_api_call

    def count(own: Any, operation: str, asked: Any) -> Any:
        found[operation] += own.meta.service_model.service_name == "sqs"
        return make(own, operation, asked)

    monkeypatch.setattr(BaseClient, "_make_api_call", count)
    return found
