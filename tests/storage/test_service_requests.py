"""Requests in the table: whole for their tenant, in short beside the profile while open."""

import pytest

from chalicelib.domain.errors import Absent
from chalicelib.domain.service_requests import RequestState
from chalicelib.storage.service_requests import DynamoServiceRequests, OpenRequestItem, request_items
from tests.mothers import ELOISE, NADEGE, a_request, put
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def requests() -> DynamoServiceRequests:
    return DynamoServiceRequests()


@pytest.mark.parametrize("state", RequestState)
def test_a_request_comes_back_whole(requests: DynamoServiceRequests, state: RequestState) -> None:
    put(*request_items(a_request(state=state)))

    assert requests.get(ELOISE, "D2026-000123") == a_request(state=state)


def test_a_request_of_another_tenant_is_absent(requests: DynamoServiceRequests) -> None:
    put(*request_items(a_request()))

    for tenant, number in (
        (NADEGE, "D2026-000123"),
        (ELOISE, "D2026-000124"),
        (ELOISE, "000123"),
        (ELOISE, ""),
    ):
        with pytest.raises(Absent):
            requests.get(tenant, number)
    assert requests.of_tenant(NADEGE) == ([], "")


def test_requests_come_latest_first_page_after_page_each_once(
    requests: DynamoServiceRequests, counted: Counted
) -> None:
    numbers = [f"D2026-{number:06}" for number in range(1, 8)]
    put(*(request_items(a_request(number))[0] for number in numbers))
    counted.calls.clear()

    first, after = requests.of_tenant(ELOISE, limit=5)
    rest, none = requests.of_tenant(ELOISE, after, limit=5)

    assert counted.calls == {"Query": 2}
    assert [one.number for one in first + rest] == numbers[::-1]
    assert (len(first), none) == (5, "")


def test_numbers_of_another_length_keep_their_order(requests: DynamoServiceRequests) -> None:
    put(*(request_items(a_request(number))[0] for number in ("99", "100", "7")))

    assert [one.number for one in requests.of_tenant(ELOISE)[0]] == ["100", "99", "7"]
    assert requests.of_tenant(ELOISE, "100", limit=1)[0][0].number == "99"


def test_the_short_form_says_what_the_home_page_shows() -> None:
    put(request_items(a_request())[1])

    (short,) = OpenRequestItem.query(f"TENANT#{ELOISE}", OpenRequestItem.sk.startswith("OPEN#"))
    found = short.to_domain()
    assert (found.number, found.tenant, found.detail) == ("D2026-000123", ELOISE, "ASCENSEURS")
    assert found.thread == ()
