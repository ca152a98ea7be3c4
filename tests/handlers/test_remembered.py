"""« Souviens-toi de moi »: thirty days, another secret each time it comes back, and thieves found out."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.sessions import IDLE, OVERLAP, REMEMBERED
from chalicelib.handlers import home
from chalicelib.portal import portal
from chalicelib.storage.table import connection
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.faults import Faults
from tests.folders import keep
from tests.mothers import ELOISE, Household, a_document
from tests.town import Counted, portal_endpoint
from tests.visitors import Visitor

SECOND = timedelta(seconds=1)
Notices = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def notices(table: Resources) -> Notices:
    """Take what was asked of the worker out of its queue."""

    def taken() -> list[dict[str, Any]]:
        sqs = client("sqs", portal_endpoint(table), ACCOUNT)
        asked = {"QueueUrl": table.access_queue, "MaxNumberOfMessages": 10}
        return [json.loads(one["Body"]) for one in sqs.receive_message(**asked).get("Messages", [])]

    return taken


@pytest.fixture
def phone(eloise: Household) -> Visitor:
    """Give a browser that asked to be remembered."""
    made = Visitor(agent="Mozilla/5.0 (Linux; Android 15) Chrome/143.0 Mobile Safari/537.36")
    made.enter(eloise.tenant.id, remembered=True)
    return made


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", "/").status == 200


def secret_of(visitor: Visitor) -> str:
    return visitor.cookies["session"].split("~")[2]


def copy_of(visitor: Visitor) -> Visitor:
    return Visitor(cookies=dict(visitor.cookies), client="198.51.100.9")


def away(clock: Clock, time: timedelta = IDLE) -> None:
    clock.advance(seconds=time.total_seconds())


def test_a_device_that_was_away_for_half_an_hour_gets_another_secret(phone: Visitor, clock: Clock) -> None:
    first, family = secret_of(phone), phone.cookies["session"].split("~")[1]
    away(clock, IDLE - SECOND)
    assert is_in(phone)
    assert secret_of(phone) == first

    away(clock)
    assert is_in(phone)
    assert secret_of(phone) != first
    assert phone.cookies["session"].split("~")[1] == family
    assert is_in(phone)


def test_it_goes_on_for_thirty_days_to_the_second(phone: Visitor, clock: Clock) -> None:
    began, secrets = clock.at, set()
    while clock.at < began + REMEMBERED - timedelta(days=3):
        away(clock, timedelta(days=3))
        assert is_in(phone)
        secrets.add(secret_of(phone))
    clock.at = began + REMEMBERED - SECOND
    assert is_in(phone)

    clock.at = began + REMEMBERED
    assert not is_in(phone)
    assert len(secrets) == 9


def test_a_copied_secret_that_comes_after_the_change_ends_the_session_for_both_and_tells(
    phone: Visitor, clock: Clock, notices: Notices, eloise: Household
) -> None:
    thief = copy_of(phone)
    away(clock)
    assert is_in(phone)
    assert is_in(phone)
    away(clock, OVERLAP + SECOND)

    assert not is_in(thief)
    assert not is_in(phone)
    assert portal().entrance.sessions.of(ELOISE) == ()
    (told,) = notices()
    assert told["kind"] == "session_replayed"
    assert (told["email"], told["device"]) == (eloise.email, "Chrome sur Android")
    assert not is_in(thief)
    assert notices() == []


def test_a_thief_who_is_quicker_is_found_out_by_the_owner(
    phone: Visitor, clock: Clock, notices: Notices
) -> None:
    thief = copy_of(phone)
    away(clock)
    assert is_in(thief)
    assert is_in(thief)
    away(clock, OVERLAP + SECOND)

    assert not is_in(phone)
    assert not is_in(thief)
    assert len(notices()) == 1


def test_a_secret_that_was_lost_on_its_way_is_no_theft_and_the_thief_of_one_is_found_out(
    phone: Visitor, clock: Clock, notices: Notices
) -> None:
    lost = copy_of(phone)
    away(clock)
    assert is_in(lost)
    away(clock, OVERLAP + SECOND)

    assert is_in(phone)
    assert is_in(phone)
    assert notices() == []
    away(clock, OVERLAP + SECOND)
    assert not is_in(lost)
    assert len(notices()) == 1


def test_no_other_session_ends_with_it(phone: Visitor, clock: Clock, eloise: Household) -> None:
    desktop = Visitor()
    desktop.enter(ELOISE, remembered=True)
    thief = copy_of(phone)
    away(clock)
    is_in(phone)
    is_in(phone)
    away(clock, OVERLAP + SECOND)
    assert not is_in(thief)

    assert is_in(desktop)


def test_requests_that_left_together_are_all_let_in_and_the_new_secret_stays(
    phone: Visitor, clock: Clock, notices: Notices
) -> None:
    tabs = [copy_of(phone) for _ in range(3)]
    away(clock)
    assert is_in(phone)
    kept = secret_of(phone)
    away(clock, OVERLAP)
    for tab in tabs:
        seen = tab.ask("GET", "/")

        assert seen.status == 200
        assert seen.set_cookies == [], "it would take the place of the new one"
    assert secret_of(phone) == kept
    assert is_in(phone)
    assert notices() == []


def test_a_form_that_was_open_before_still_counts(phone: Visitor, clock: Clock) -> None:
    page = phone.get("/contacts")
    away(clock)
    assert is_in(phone)

    assert phone.send(page, "/preferences/texte", taille="plus").status == 303


def test_a_form_sent_after_half_an_hour_counts_and_brings_the_new_secret(
    phone: Visitor, clock: Clock
) -> None:
    page, before = phone.get("/paiement/payer"), secret_of(phone)
    away(clock)

    assert phone.send(page, "/paiement").location.startswith("http://")
    assert secret_of(phone) != before
    assert is_in(phone)


def test_whatever_the_answer_is_it_brings_the_new_secret(phone: Visitor, clock: Clock) -> None:
    keep(a_document())
    for path, status in (
        ("/", 200),
        ("/connexion", 303),
        (a_document().path, 303),
        ("/demandes/rien", 404),
        ("/contacts", 200),
    ):
        before = secret_of(phone)
        away(clock)

        assert phone.ask("GET", path).status == status, path
        assert secret_of(phone) != before, path
    assert is_in(phone)


def test_an_answer_that_fails_changes_no_secret(
    phone: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = secret_of(phone)
    away(clock)
    with monkeypatch.context() as broken:
        broken.setattr(home, "by_day", lambda *_: 1 / 0)
        assert phone.ask("GET", "/").status == 500

    assert secret_of(phone) == before
    assert is_in(phone)


def test_while_no_secret_can_be_written_the_device_keeps_its_own(
    phone: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    before = secret_of(phone)
    away(clock)
    faults = Faults(connection().client, lambda name: "throttle" if name == "UpdateItem" else None)

    seen = phone.ask("GET", "/")

    assert seen.status == 200
    assert seen.set_cookies == []
    assert secret_of(phone) == before
    faults.choose = lambda _: None
    assert is_in(phone)
    assert secret_of(phone) != before


def test_coming_back_is_one_write_more_and_so_is_the_page_after(
    phone: Visitor, clock: Clock, counted: Counted
) -> None:
    phone.get("/")
    away(clock)

    for _ in range(2):
        assert counted.during(lambda: phone.get("/")) == {"Query": 1, "BatchGetItem": 1, "UpdateItem": 1}
    assert counted.during(lambda: phone.get("/")) == {"Query": 1, "BatchGetItem": 1}


@pytest.mark.parametrize("tries", [40, pytest.param(1_000, marks=pytest.mark.long)])
def test_dead_cookies_open_nothing_however_often_they_are_tried(
    phone: Visitor, clock: Clock, eloise: Household, counted: Counted, tries: int
) -> None:
    dead = [copy_of(phone)]
    phone.send(phone.get("/contacts"), "/deconnexion")
    device = Visitor()
    device.enter(ELOISE)
    away(clock)
    dead.append(copy_of(device))
    counted.calls.clear()
    for rank in range(tries):
        assert not is_in(dead[rank % 2])

    assert counted.writes == 0
