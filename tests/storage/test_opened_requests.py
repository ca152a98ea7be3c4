"""Requests opened by tenants: a number of its own, all that goes with it, once for each form that is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.domain.errors import Conflict, Unavailable
from chalicelib.domain.service_requests import RequestState, ServiceRequest, open_request
from chalicelib.storage.changes import DynamoChanges
from chalicelib.storage.once import DynamoSendings
from chalicelib.storage.service_requests import DynamoServiceRequests, OpenRequestItem, request_items
from chalicelib.storage.table import connection
from chalicelib.storage.tenants import ProfileItem
from tests import mothers
from tests.deliveries import bring, files, only
from tests.faults import Faults
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGE, NOW, TODAY, a_request, a_tenant
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
MARK, FIRST = "m" * 22, "/demandes/D2026-000001"
ASKED = ServiceRequest(
    "",
    ELOISE,
    ELOISES_LEASE,
    "MAJ OCCUPANTS",
    "Sortie - Occupant",
    NOW,
    RequestState.IN_PROGRESS,
    comment="Sortie - Occupant\nOccupant\u00a0: Louis",
    about="o-1",
)


@pytest.fixture(autouse=True)
def eloise(table: object) -> None:
    mothers.settle_in(a_tenant(), owed_cents=0)


def change() -> Change:
    return new_change(NOW, ELOISE, ChangeKind.OCCUPANT_LEFT, {}, {"fin": "2026-11-30"}, ELOISES_LEASE)


def opened(mark: str = MARK, asked: ServiceRequest = ASKED, known: int = 0) -> str:
    return open_request(DynamoServiceRequests(), DynamoSendings(), asked, change(), mark, known)


def at_once(times: int, act: Callable[[int], str | int]) -> list[str | int]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(act, range(times)))


def count(tenant: str = ELOISE) -> int:
    return int(ProfileItem.get(f"TENANT#{tenant}", "PROFILE").request_count)


def test_a_request_is_written_with_all_that_goes_with_it_in_one_transaction() -> None:
    faults = Faults(connection().client)

    path = opened()

    assert faults.calls == {"UpdateItem": 1, "TransactWriteItems": 1}
    assert path == FIRST
    kept = DynamoServiceRequests().get(ELOISE, "D2026-000001")
    assert kept == replace(ASKED, number="D2026-000001", opened_here=True)
    assert kept.takes_files
    (short,) = OpenRequestItem.query(f"TENANT#{ELOISE}", OpenRequestItem.sk.startswith("OPEN#"))
    assert (short.to_domain().about, short.to_domain().opened_here) == ("o-1", True)
    assert count() == 1
    (told,) = DynamoChanges().made_on(TODAY)
    assert told.after == {"fin": "2026-11-30", "demande": "D2026-000001"}
    (event,) = [sk for _, sk in stored_items() if sk.startswith("ACTION#")]
    assert event.endswith("#demande_envoyee#D2026-000001")
    assert DynamoSendings().led_to(ELOISE, MARK) == FIRST


def test_the_same_form_again_leads_to_the_same_request_and_writes_nothing() -> None:
    opened()
    before = stored_items()

    assert opened() == FIRST
    after = stored_items()
    assert after.pop(("SEQUENCE#D2026", "SEQUENCE")) != before.pop(("SEQUENCE#D2026", "SEQUENCE"))
    assert after == before


def test_twenty_clicks_at_once_open_one_request() -> None:
    paths = set(at_once(20, lambda _: opened()))

    found, _ = DynamoServiceRequests().of_tenant(ELOISE)
    assert {one.path for one in found} == paths
    assert len(found) == count() == len(list(DynamoChanges().made_on(TODAY))) == 1


def test_no_number_is_given_twice_to_whoever_asks_at_once() -> None:
    numbers = at_once(60, lambda _: DynamoServiceRequests().take_number(2026))

    assert sorted(numbers) == list(range(1, 61))
    assert DynamoServiceRequests().take_number(2027) == 1


def test_of_two_tabs_that_say_the_same_at_once_one_is_told_of_the_other() -> None:
    opened()
    before = stored_items()

    with pytest.raises(Conflict):
        opened("n" * 22, known=0)

    after = stored_items()
    del before["SEQUENCE#D2026", "SEQUENCE"], after["SEQUENCE#D2026", "SEQUENCE"]
    assert after == before
    assert opened("n" * 22, known=1) == "/demandes/D2026-000003"


def test_a_mark_is_the_tenant_s_own() -> None:
    opened()

    assert DynamoSendings().led_to(NADEGE, MARK) == ""
    assert DynamoSendings().led_to(ELOISE, "n" * 22) == ""


def test_a_number_that_the_landlord_uses_is_passed_over() -> None:
    mothers.put(*request_items(a_request("D2026-000001")))

    assert opened() == "/demandes/D2026-000002"
    assert DynamoServiceRequests().get(ELOISE, "D2026-000001") == a_request("D2026-000001")


def test_nothing_is_opened_for_somebody_who_is_not_there() -> None:
    with pytest.raises(Conflict):
        opened(asked=replace(ASKED, tenant="nobody"))

    assert DynamoServiceRequests().of_tenant("nobody") == ([], "")


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2])
def test_one_that_is_cut_off_at_any_call_is_opened_once_by_the_next_try(
    call: int, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults, broken = Faults(connection().client), iter([*[None] * (call - 1), fault])
    faults.choose = lambda _: next(broken, "before")

    with pytest.raises(Unavailable):
        opened()
    faults.choose = lambda _: None
    path = opened()

    found, _ = DynamoServiceRequests().of_tenant(ELOISE)
    assert [one.path for one in found] == [path]
    assert count() == len(list(DynamoChanges().made_on(TODAY))) == 1


@pytest.mark.parametrize("question", range(1, 5))
def test_one_that_is_opened_while_files_come_in_is_counted(question: int) -> None:
    """The import reads the requests and the profile, one after the other, and writes how many there are."""
    bring(files(), TODAY)
    asked = iter(range(1, 100))

    def open_one(operation: str) -> None:
        if operation == "Query" and next(asked) == question:
            opened(asked=replace(ASKED, tenant="t1"), known=count("t1"))

    faults = Faults(connection().client)
    faults.choose = open_one

    bring(only(demandes=[{"numero": "100483"}]), TODAY)

    found, _ = DynamoServiceRequests().of_tenant("t1")
    assert len([one for one in found if one.opened_here]) == 1 or next(asked) <= question
    assert count("t1") == len(found)


def test_what_the_landlord_sends_back_of_a_request_keeps_what_the_tenant_wrote() -> None:
    bring(files(), TODAY)
    opened(asked=replace(ASKED, tenant="t1"), known=1)
    row = {"numero": "D2026-000001", "categorie": ASKED.topic, "objet": ASKED.detail, "etat": "en_attente"}

    bring(only(demandes=[row]), TODAY)
    bring(only(demandes=[row | {"etat": "terminee"}]), TODAY)
    bring(only(demandes=[row]), TODAY)

    known = DynamoServiceRequests().get("t1", "D2026-000001")
    assert (known.state, known.comment) == (RequestState.WAITING, ASKED.comment)
    (short,) = OpenRequestItem.query("TENANT#t1", OpenRequestItem.sk.startswith("OPEN#00D"))
    assert (short.to_domain().about, short.to_domain().opened_here) == ("o-1", True)
