"""Mails of the outbox that SES never answers: they keep no other waiting, and a tenant gets only so many."""

import logging
from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.domain.mail import NotSent, NotTaken, Told
from chalicelib.domain.outbox import MOST_UNANSWERED, MailState, Unsent
from tests.domain.test_outbox import place
from tests.insured import somebody
from tests.queued import MORNING, STUCK, Place, Post, a_mail, send, waiting_for

__all__ = ["place"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWERLESS: dict[str, type[Exception]] = {f"stuck{n}@demo.example": NotSent for n in range(3)}


def test_mails_that_ses_never_answers_let_all_others_pass(place: Place) -> None:
    waiting_for(place, "stuck0", "stuck1", "stuck2", "anna", "brice")
    post = Post(ANSWERLESS)
    with pytest.raises(NotSent):
        send(place, post)
    assert post.to() == []

    with pytest.raises(NotSent):
        send(place, post, MORNING + HOUR)

    assert post.to() == ["anna@demo.example", "brice@demo.example"]
    assert post.asked[3:5] == post.to(), "who was never tried comes first"


def test_one_that_is_free_again_but_was_tried_before_lets_others_pass_too(place: Place) -> None:
    waiting_for(place, "stuck", "anna")
    with pytest.raises(NotSent):
        send(place, Post(STUCK | {"anna@demo.example": NotSent}))
    with pytest.raises(NotTaken):
        send(place, Post(busy=True), MORNING + HOUR)
    place.know(somebody("brice"))
    place.queue(a_mail("brice", at=MORNING + HOUR))

    send(place, post := Post(), MORNING + HOUR)

    assert post.to() == ["brice@demo.example", "stuck@demo.example", "anna@demo.example"]


def test_what_ses_never_answers_is_tried_less_and_less_often_and_given_up(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """The tenant may have had each of these mails: SES's word of them is lost."""
    (stuck,) = waiting_for(place, "stuck")
    post, tried = Post(STUCK), list[int]()

    with caplog.at_level(logging.ERROR, "portal.alarm"):
        for hours in range(24 * 5):
            before = len(post.asked)
            with suppress(NotSent):
                send(place, post, MORNING + hours * HOUR)
            tried += [hours] * (len(post.asked) - before)

    assert tried == [0, 1, 3, 7, 22]  # 15 is one in the morning
    assert len(tried) == MOST_UNANSWERED
    settled = place.read(stuck.id)
    assert (settled.state, settled.reason) == (MailState.NOT_SENT, Unsent.NO_ANSWER)
    assert not place.outbox.has_waiting(0)
    (record,) = caplog.records
    assert (record.__dict__["alarm"], record.__dict__["mail"]) == ("mail_undeliverable", stuck.id)
    assert record.__dict__["reason"] == "sans_reponse"


def test_the_word_of_ses_on_one_that_was_given_up_counts(place: Place) -> None:
    (stuck,) = waiting_for(place, "stuck")
    for days in range(MOST_UNANSWERED + 1):
        with suppress(NotSent):
            send(place, Post(STUCK), MORNING + days * DAY)
    assert place.read(stuck.id).state is MailState.NOT_SENT

    place.outbox.note(stuck.id, Told.SENT, MORNING)

    assert place.read(stuck.id).state is MailState.SENT


def test_ses_that_says_it_takes_nothing_counts_for_no_mail(place: Place) -> None:
    (mail,) = waiting_for(place, "anna")

    for hours in range(2 * MOST_UNANSWERED):
        with pytest.raises(NotTaken):
            send(place, Post(busy=True), MORNING + hours * HOUR)

    assert place.read(mail.id).unanswered == 0
    assert send(place, Post(), MORNING + DAY) == 1
