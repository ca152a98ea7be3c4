"""The stores on an empty table, laid out with clients that are kept."""

import pytest

from infra.local import resources
from tests.town import KEPT_CLIENT, Counted


@pytest.fixture(autouse=True)
def kept_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the clients that lay out the table: making them anew for each test is half of its time."""
    monkeypatch.setattr(resources, "client", KEPT_CLIENT)


@pytest.fixture
def counted(table: resources.Resources) -> Counted:
    """Count the requests to the table from now on."""
    return Counted().watch()
