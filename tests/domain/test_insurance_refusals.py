"""Mails of insurance alerts that SES does not take: none for now, or not this one."""

from datetime import timedelta

import pytest

from chalicelib.domain.insurance_alerts import AlertState, Unsent
from chalicelib.domain.mail import NotSent, NotTaken
from tests.domain.test_insurance_alerts import EMAIL, HOUR, LAST, ON, YEAR, insured, letters, place, states
from tests.insured import Letters, Place, fire, noon, somebody

__all__ = ["insured", "letters", "place"]
DAY = timedelta(days=1)


def test_a_mail_that_ses_had_no_time_for_leaves_with_the_next_run_of_the_day(
    insured: Place, letters: Letters
) -> None:
    fire(insured, letters, noon(ON))
    letters.busy = True
    with pytest.raises(NotTaken):
        fire(insured, letters, noon(ON) + HOUR)

    letters.busy = False
    fire(insured, letters, noon(ON) + HOUR + timedelta(minutes=1))

    assert letters.named() == [(EMAIL, "9126", LAST)]
    fire(insured, letters, noon(ON) + 2 * HOUR)
    assert len(letters.sent) == 1


def test_a_mail_that_ses_refuses_is_given_up_on_the_third_day_with_an_alarm(
    insured: Place, letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    letters.refused.add(EMAIL)
    fire(insured, letters, noon(ON))
    for day in (0, 0, 0, 1, 1):
        fire(insured, letters, noon(ON + day * DAY) + HOUR)
    assert states(insured)[0][2] is AlertState.WAITING
    assert caplog.messages == []

    fire(insured, letters, noon(ON + 2 * DAY) + HOUR)

    assert states(insured)[0][2:] == (AlertState.NOT_SENT, Unsent.REFUSED_MAIL)
    assert caplog.messages == ["mail_undeliverable"]


def test_refusals_are_counted_on_over_a_mail_that_was_cut_and_one_that_ses_had_no_time_for(
    insured: Place, letters: Letters
) -> None:
    fire(insured, letters, noon(ON))
    letters.refused.add(EMAIL)
    fire(insured, letters, noon(ON) + HOUR)
    for broken in (Letters(stuck={EMAIL}), Letters(busy=True)):
        with pytest.raises(NotSent):
            fire(insured, broken, noon(ON + DAY) + (HOUR if broken.busy else 0 * HOUR))
    fire(insured, letters, noon(ON + DAY) + 2 * HOUR)

    fire(insured, letters, noon(ON + 2 * DAY))

    assert states(insured)[0][3] is Unsent.REFUSED_MAIL


def test_a_mail_that_ses_takes_the_second_day_is_sent_and_refusals_are_forgotten(
    insured: Place, letters: Letters
) -> None:
    fire(insured, letters, noon(ON))
    letters.refused.add(EMAIL)
    fire(insured, letters, noon(ON) + HOUR)

    letters.refused.clear()
    fire(insured, letters, noon(ON + DAY))

    assert letters.named() == [(EMAIL, "9126", LAST)]
    assert insured.outbox.turn("t9126").refused == 0


def test_refused_mails_keep_no_other_waiting(place: Place, letters: Letters) -> None:
    for number in range(5):
        place.insure(str(number), YEAR, today=YEAR.from_on, holders=[somebody(f"t{number}")])
    place.calendar.keep_seen(ON)
    letters.refused |= {f"t{number}@demo.example" for number in range(4)}
    fire(place, letters, noon(ON))

    fire(place, letters, noon(ON) + HOUR)

    assert [to for to, _, _ in letters.sent] == ["t4@demo.example"]
