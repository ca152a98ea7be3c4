"""The stores on an empty table, and the requests to it counted."""

import pytest

from infra.local.resources import Resources
from tests.town import Counted


@pytest.fixture
def counted(table: Resources) -> Counted:
    """Count the requests to the table from now on."""
    return Counted().watch()
