"""What owners of accounts are told: once, and without saying who they are."""

from datetime import timedelta

from chalicelib.domain.access import Notice, notify, once_a_day
from tests.mothers import NOW
from tests.thresholds import FakeQueue

EMAIL = "éloïse@demo.example"


def test_a_notice_says_what_of_whom_and_when() -> None:
    queue = FakeQueue()

    notify(queue, Notice.PASSWORD_CHANGED, EMAIL, NOW)
    notify(queue, Notice.SESSION_REPLAYED, EMAIL, NOW, id="x", device="Chrome sur Mac")

    first, second = queue.taken
    assert first | {"id": ""} == {
        "id": "",
        "kind": "password_changed",
        "email": EMAIL,
        "asked_at": "2026-11-23T08:42:00+00:00",
    }
    assert len(first["id"]) == 32
    assert (second["id"], second["device"]) == ("x", "Chrome sur Mac")


def test_two_notices_are_two_unless_they_say_that_they_are_one() -> None:
    queue = FakeQueue()
    for _ in range(2):
        notify(queue, Notice.PASSWORD_CHANGED, EMAIL, NOW)

    assert len({one["id"] for one in queue.taken}) == 2


def test_what_is_told_once_a_day_is_the_same_all_day_for_one_address_and_one_kind() -> None:
    id = once_a_day(Notice.MANY_FAILURES, EMAIL, NOW)
    others = {
        once_a_day(Notice.MANY_FAILURES, EMAIL, NOW + timedelta(days=1)),
        once_a_day(Notice.MANY_FAILURES, "other@demo.example", NOW),
        once_a_day(Notice.PASSWORD_CHANGED, EMAIL, NOW),
    }

    assert once_a_day(Notice.MANY_FAILURES, EMAIL, NOW + timedelta(hours=15)) == id
    assert len(others | {id}) == 4
    assert "demo" not in id
