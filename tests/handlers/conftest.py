"""Fixtures for the pages: a town with two neighbours, and their browsers."""

from collections.abc import Iterator

import pytest

from chalicelib.gateways.passwords import TODAY_S, Argon2Passwords
from infra.local import resources
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.mothers import Household
from tests.town import KEPT_CLIENT, Counted, Provider
from tests.visitors import PASSWORD, Visitor


@pytest.fixture(autouse=True)
def kept_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the clients that lay out the town: making them anew for each test is half of its time."""
    monkeypatch.setattr(resources, "client", KEPT_CLIENT)


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
