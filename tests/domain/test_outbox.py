"""The outbox: to whom mails go, in which order and how fast, and what becomes of those that do not leave."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from chalicelib.domain import outbox as rules
from chalicelib.domain.mail import NotSent, NotTaken, Told, Undeliverable
from chalicelib.domain.outbox import (
    MailDesk,
    MailState,
    Unsent,
    mail_of,
    parts_to_send,
    queued_mail,
    send_waiting,
)
from chalicelib.domain.stints import Stint
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.parts import part_of
from tests.insured import Killed, parts, somebody
from tests.queued import (
    GONE,
    MORNING,
    REFUSES,
    STUCK,
    VALUES,
    InMemory,
    InTable,
    Place,
    Post,
    a_mail,
    send,
    waiting_for,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["memory", "table"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Keep all mails in one part, in memory or in the table."""
    parts(monkeypatch, 1)
    monkeypatch.setattr(rules, "PARTS", 1)
    if request.param == "memory":
        return InMemory()
    request.getfixturevalue("table")
    return InTable()


def test_mails_leave_once_the_oldest_first_with_the_name_of_who_reads(place: Place) -> None:
    mails = waiting_for(place, "brice", "anna", "chloe")

    post = Post()
    assert send(place, post) == 3
    assert send(place, post, MORNING + HOUR) == 0

    assert post.to() == ["brice@demo.example", "anna@demo.example", "chloe@demo.example"]
    _, template, values, receipt = post.taken[0]
    assert (template, values) == ("rent_notice", VALUES | {"name": somebody("brice").display_name})
    assert mail_of(receipt) == mails[0].id
    known = [place.read(mail.id) for mail in mails]
    assert {(one.state, one.sent_at) for one in known} == {(MailState.SENT, MORNING)}
    assert parts_to_send(place.outbox, MORNING) == []


def test_a_fact_makes_one_mail_to_each_tenant() -> None:
    made = {
        queued_mail(about, tenant, "receipt", {}, at).id
        for about in ("Q-1", "Q-2")
        for tenant in ("anna", "brice")
        for at in (MORNING, MORNING + DAY)
    }

    assert len(made) == 4


@pytest.mark.parametrize(
    ("known", "answers", "reason"),
    [
        ([], {}, Unsent.NO_TENANT),
        ([somebody("gone", "")], {}, Unsent.NO_ADDRESS),
        ([somebody("gone")], GONE, Unsent.REFUSED_ADDRESS),
    ],
)
def test_who_cannot_be_written_to_is_settled_with_the_reason_and_keeps_nobody_waiting(
    place: Place, known: list[Tenant], answers: dict[str, type[Exception]], reason: Unsent
) -> None:
    lost = a_mail("gone", at=MORNING - HOUR)
    place.queue(lost)
    place.know(*known)
    waiting_for(place, "anna")

    assert send(place, post := Post(answers)) == 1

    assert post.to() == ["anna@demo.example"]
    settled = place.read(lost.id)
    assert (settled.state, settled.reason, settled.sent_at) == (MailState.NOT_SENT, reason, None)
    assert not place.outbox.has_waiting(0)


def test_ses_that_takes_nothing_ends_the_stint_after_three_mails_and_all_are_free_at_once(
    place: Place,
) -> None:
    waiting_for(place, "anna", "brice", "chloe", "denis", "elise")
    away, back = Post(busy=True), Post()

    with pytest.raises(NotTaken):
        send(place, away)
    assert len(away.asked) == 3
    assert send(place, back) == 5

    assert back.to()[0] == "anna@demo.example"


def test_one_mail_that_ses_refuses_waits_for_another_day_and_is_given_up_on_the_third(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    refused, _ = waiting_for(place, "refused", "anna")
    post = Post(REFUSES)

    with caplog.at_level(logging.ERROR, "portal.alarm"):
        for day in range(2):
            assert send(place, post, MORNING + day * DAY) == (day == 0)
            send(place, post, MORNING + day * DAY + HOUR)
            assert place.read(refused.id).refused == day + 1
        assert caplog.records == []
        for hours in (0, 1, 24):
            send(place, post, MORNING + 2 * DAY + hours * HOUR)

    assert post.asked.count("refused@demo.example") == 3
    settled = place.read(refused.id)
    assert (settled.state, settled.reason) == (MailState.NOT_SENT, Unsent.REFUSED_MAIL)
    (record,) = caplog.records
    assert (record.__dict__["alarm"], record.__dict__["mail"]) == ("mail_undeliverable", refused.id)


def test_a_refusal_is_remembered_when_ses_takes_nothing_the_day_after(place: Place) -> None:
    (refused,) = waiting_for(place, "refused")
    send(place, Post(REFUSES))

    with pytest.raises(NotTaken):
        send(place, Post(busy=True), MORNING + DAY)

    assert place.read(refused.id).refused == 1


def test_an_answer_that_never_came_keeps_the_mail_for_an_hour_and_no_other_waiting(place: Place) -> None:
    """Nobody knows whether it left: if SES says nothing for so long, it did not."""
    waiting_for(place, "stuck", "anna")
    post = Post(STUCK)

    with pytest.raises(NotSent):
        send(place, post)
    assert post.to() == ["anna@demo.example"]
    assert send(place, back := Post(), MORNING + HOUR - timedelta(minutes=1)) == 0
    assert send(place, back, MORNING + HOUR) == 1

    assert back.to() == ["stuck@demo.example"]


def test_the_word_of_ses_settles_what_was_cut(place: Place) -> None:
    (cut,) = waiting_for(place, "anna")
    with pytest.raises(Killed):
        send(place, Post(around=dies_when("after")))
    at = MORNING + timedelta(seconds=2)

    place.outbox.note(cut.id, Told.SENT, at)
    send(place, post := Post(), MORNING + 2 * HOUR)

    assert post.taken == []
    assert not place.outbox.has_waiting(0)
    assert (place.read(cut.id).state, place.read(cut.id).sent_at) == (MailState.SENT, at)


def dies_when(when: str) -> Callable[[str], None]:
    def around(moment: str) -> None:
        if moment == when:
            raise Killed

    return around


def test_what_became_of_a_mail_is_kept_once_and_an_unknown_mail_is_nothing(place: Place) -> None:
    (mail,) = waiting_for(place, "anna")
    send(place, Post())

    for told in (Told.SENT, Told.DELIVERED, Told.BOUNCED):
        for hours in (1, 2):
            place.outbox.note(mail.id, told, MORNING + hours * HOUR)
    for told in Told:
        place.outbox.note("unknown", told, MORNING)

    known = place.read(mail.id)
    first = MORNING + HOUR
    assert (known.sent_at, known.delivered_at, known.bounced_at) == (MORNING, first, first)
    assert not place.outbox.has_waiting(0)


@pytest.mark.parametrize("told_late", [False, True])
def test_what_ses_sent_was_sent_whatever_was_written_of_it(place: Place, told_late: bool) -> None:
    (mail,) = waiting_for(place, "anna")
    send(place, Post({"anna@demo.example": Undeliverable}))
    if told_late:
        place.outbox.note(mail.id, Told.SENT, MORNING)

    known = place.read(mail.id)
    assert known.state is (MailState.SENT if told_late else MailState.NOT_SENT)
    assert known.reason == ("" if told_late else Unsent.REFUSED_ADDRESS)


class Day:
    """A clock that goes on with the pace of a worker: a mail takes as long as its stint has it wait."""

    def __init__(self, at: datetime) -> None:
        self.at, self.waits = at, list[float]()

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)

    def stint(self, seconds: float, each_second: float) -> Stint:
        return Stint(seconds, each_second, clock=lambda: self.at.timestamp(), sleep=self.sleep)


def test_a_worker_keeps_the_pace_and_stops_when_its_time_is_over(place: Place) -> None:
    waiting_for(place, *(f"t{n}" for n in range(9)))
    day, post = Day(MORNING), Post()

    assert send_waiting(MailDesk(place.outbox, post), 0, day, day.stint(9, 0.5)) == 5

    assert day.waits == pytest.approx([2.0] * 5)
    assert place.outbox.has_waiting(0)


def test_at_20_h_in_the_middle_of_a_part_the_rest_waits_for_the_morning(place: Place) -> None:
    waiting_for(place, *(f"t{n}" for n in range(9)))
    evening = datetime(2026, 12, 1, 18, 59, 55, tzinfo=MORNING.tzinfo)
    day, post = Day(evening), Post()

    sent = send_waiting(MailDesk(place.outbox, post), 0, day, day.stint(600, 0.5))

    assert sent == 2
    assert day.at <= evening + timedelta(seconds=6), "it waits for no mail that cannot leave any more"
    assert {place.read(a_mail(f"t{n}").id).claimed_at for n in range(2, 9)} == {None}
    assert parts_to_send(place.outbox, evening + timedelta(seconds=6)) == []
    assert parts_to_send(place.outbox, evening + 12 * HOUR) == []
    assert parts_to_send(place.outbox, evening + 12 * HOUR + timedelta(minutes=1)) == [0]
    assert send(place, post, evening + 13 * HOUR) == 7


def test_a_thousand_mails_in_parts_leave_once_each_at_the_pace_of_all_workers() -> None:
    """Five workers take the parts in turn; every tenth mail fails once, and the next hour has them all."""
    place, post = InMemory(), Post(around=every_tenth())
    names = [f"t{n}" for n in range(1000)]
    waiting_for(place, *names)
    took = dict.fromkeys(parts_to_send(place.outbox, MORNING), 0.0)
    assert len(took) == 64

    for hour in range(30):
        for part in parts_to_send(place.outbox, MORNING + hour * HOUR / 2):
            day = Day(MORNING + hour * HOUR / 2)
            with suppress(NotSent):
                send_waiting(MailDesk(place, post), part, day, day.stint(600, 0.7))
            took[part] += sum(day.waits)

    assert sorted(post.to()) == sorted(f"{name}@demo.example" for name in names)
    assert sum(took.values()) == pytest.approx(1000 / 0.9 / 0.7, rel=0.02)
    assert {part_of(name) for name in names} == took.keys()
    assert not any(place.has_waiting(part) for part in took)


def every_tenth() -> Callable[[str], None]:
    def count() -> Iterator[bool]:
        while True:
            yield from [False] * 9 + [True]

    fails = count()

    def around(moment: str) -> None:
        if moment == "before" and next(fails):
            raise NotSent("no answer, and no mail")

    return around


def test_a_mail_of_the_outbox_is_told_from_all_others_by_its_receipt() -> None:
    mail = a_mail("anna")

    assert mail_of(mail.receipt) == mail.id
    assert mail.receipt.isalnum()
    assert mail_of("0" * 32) is None
    assert mail_of("f" * 32) is None
