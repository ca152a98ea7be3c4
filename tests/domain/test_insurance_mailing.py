"""Mails of insurance alerts: to whom, about what, whether anything changed, and what became of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.domain.insurance import Period
from chalicelib.domain.insurance_alerts import AlertState, Unsent, plan_alerts
from chalicelib.domain.insurance_calendar import Stage
from chalicelib.domain.insurance_mailing import when
from chalicelib.domain.mail import NotSent, Told
from tests.domain.test_insurance_alerts import (
    EMAIL,
    HOUR,
    LAST,
    LONGER,
    ON,
    YEAR,
    insured,
    letters,
    place,
    states,
)
from tests.insured import Letters, Place, fire, noon, somebody

__all__ = ["insured", "letters", "place"]


def test_each_holder_is_written_to_and_all_due_leases_are_in_one_mail(place: Place, letters: Letters) -> None:
    anna, brice = somebody("anna"), somebody("brice")
    soon = Period(YEAR.from_on, ON)
    place.insure("1", YEAR, today=YEAR.from_on, holders=[anna, brice])
    place.insure("2", soon, today=YEAR.from_on, holders=[anna])
    place.calendar.keep_seen(ON)
    for day in (ON - timedelta(days=30), ON):
        fire(place, letters, noon(day))
        fire(place, letters, noon(day) + HOUR)

    assert sorted(letters.named()[1:]) == [
        ("anna@demo.example", "1", LAST),
        ("anna@demo.example", "2", ON),
        ("brice@demo.example", "1", LAST),
    ]
    assert letters.named()[0] == ("anna@demo.example", "2", ON)
    assert len(letters.sent) == 3
    to_anna = next(values for to, values, _ in letters.sent[1:] if to.startswith("anna"))
    assert [(one["number"], one["days_left"]) for one in to_anna["leases"]] == [("2", 0), ("1", 30)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda place: place.cover("9126", LONGER, today=ON), Unsent.COVER_CHANGED),
        (lambda place: place.end("9126", ON - timedelta(days=1)), Unsent.LEASE_OVER),
        (lambda place: place.leave("9126", "t9126", ON - timedelta(days=1)), Unsent.LEFT),
    ],
)
def test_what_changed_since_the_alert_was_filed_is_looked_at_before_the_mail_leaves(
    insured: Place, letters: Letters, change: Callable[[Place], None], reason: Unsent
) -> None:
    fire(insured, letters, noon(ON))
    change(insured)

    fire(insured, letters, noon(ON) + HOUR)

    assert letters.sent == []
    assert states(insured) == [(Stage.MONTH_BEFORE, "t9126", AlertState.NOT_SENT, reason)]
    assert plan_alerts(insured.calendar, insured.outbox, noon(ON) + 2 * HOUR) == []


def test_a_lease_and_a_hold_count_to_their_last_day(insured: Place, letters: Letters) -> None:
    insured.end("9126", ON)
    insured.leave("9126", "t9126", ON)

    fire(insured, letters, noon(ON))
    fire(insured, letters, noon(ON) + HOUR)

    assert len(letters.sent) == 1


@pytest.mark.parametrize(
    ("email", "bad", "reason"),
    [
        ("", set[str](), Unsent.NO_ADDRESS),
        ("gone@demo.example", {"gone@demo.example"}, Unsent.REFUSED_ADDRESS),
    ],
)
def test_who_cannot_be_written_to_is_in_the_landlords_file_with_the_reason(
    place: Place, email: str, bad: set[str], reason: Unsent
) -> None:
    letters = Letters(bad=bad)
    place.insure("9126", YEAR, today=YEAR.from_on, holders=[somebody("anna", email), somebody("brice")])
    place.calendar.keep_seen(ON)

    fire(place, letters, noon(ON))
    fire(place, letters, noon(ON) + HOUR)

    assert states(place) == [
        (Stage.MONTH_BEFORE, "anna", AlertState.NOT_SENT, reason),
        (Stage.MONTH_BEFORE, "brice", AlertState.SENT, None),
    ]
    assert [to for to, _, _ in letters.sent] == ["brice@demo.example"]


def test_a_stage_that_waited_too_long_gives_way_to_the_next(insured: Place, letters: Letters) -> None:
    fire(insured, letters, noon(ON))
    fire(insured, letters, noon(ON + timedelta(days=15)).replace(hour=3))  # filed at night
    fire(insured, letters, noon(ON + timedelta(days=15)))

    assert [(stage, state) for stage, _, state, _ in states(insured)] == [
        (Stage.MONTH_BEFORE, AlertState.NOT_SENT),
        (Stage.FORTNIGHT_BEFORE, AlertState.SENT),
    ]
    assert len(letters.sent) == 1


def test_a_mail_that_was_cut_and_of_which_ses_told_is_not_sent_again(
    insured: Place, letters: Letters
) -> None:
    cut = Letters(around=cut_when("after"))
    fire(insured, cut, noon(ON))
    with pytest.raises(ConnectionError):
        fire(insured, cut, noon(ON) + HOUR)
    ((_, _, receipt),) = cut.sent

    insured.outbox.note(receipt, Told.SENT, noon(ON) + HOUR)
    for hours in (2, 3, 26, 27):
        fire(insured, letters, noon(ON) + hours * HOUR)

    assert letters.sent == []
    assert states(insured) == [(Stage.MONTH_BEFORE, "t9126", AlertState.SENT, None)]


def test_a_mail_that_was_cut_without_a_word_of_ses_is_sent_after_an_hour(
    insured: Place, letters: Letters
) -> None:
    fire(insured, letters, noon(ON))
    with pytest.raises(ConnectionError):
        fire(insured, Letters(around=cut_when("before")), noon(ON) + HOUR)

    fire(insured, letters, noon(ON) + 2 * HOUR - timedelta(minutes=1))
    assert letters.sent == []
    fire(insured, letters, noon(ON) + 2 * HOUR)

    assert letters.named() == [(EMAIL, "9126", LAST)]


def test_what_ses_tells_is_kept_once_and_of_its_own_mails_only(insured: Place, letters: Letters) -> None:
    fire(insured, letters, noon(ON))
    fire(insured, letters, noon(ON) + HOUR)
    receipt = letters.sent[0][2]

    insured.outbox.note(receipt, Told.DELIVERED, noon(ON) + 2 * HOUR)
    insured.outbox.note(receipt, Told.DELIVERED, noon(ON) + 3 * HOUR)
    insured.outbox.note("somebody-elses", Told.DELIVERED, noon(ON))
    insured.outbox.note(receipt, Told.BOUNCED, noon(ON) + 4 * HOUR)

    ((_, mail),) = insured.read_file("9126")
    assert mail is not None
    assert (mail.delivered_at, mail.bounced_at) == (noon(ON) + 2 * HOUR, noon(ON) + 4 * HOUR)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (30, "dans 30\u00a0jours"),
        (1, "demain"),
        (0, "aujourd’hui"),
        (-1, "hier"),
        (-15, "il y a 15\u00a0jours"),
    ],
)
def test_how_far_off_a_day_is_is_said_in_french(days: int, said: str) -> None:
    assert when(days) == said


def cut_when(moment: str) -> Callable[[str], None]:
    """Break the line to SES before or after it took the mail."""

    def around(when: str) -> None:
        if when == moment:
            raise ConnectionError("cut")

    return around


def test_a_mail_that_always_fails_keeps_no_other_waiting(place: Place) -> None:
    letters = Letters(stuck={"t0@demo.example"})
    for number in range(3):
        place.insure(str(number), YEAR, today=YEAR.from_on)
    place.calendar.keep_seen(ON)
    fire(place, letters, noon(ON))

    for hours in (1, 2, 3):
        with pytest.raises(NotSent):
            fire(place, letters, noon(ON) + hours * HOUR)

    assert sorted(to for to, _, _ in letters.sent) == ["t1@demo.example", "t2@demo.example"]


def test_when_ses_is_away_few_are_tried_and_all_are_written_to_later(place: Place) -> None:
    letters = Letters(stuck={f"t{number}@demo.example" for number in range(6)})
    for number in range(6):
        place.insure(str(number), YEAR, today=YEAR.from_on)
    place.calendar.keep_seen(ON)
    fire(place, letters, noon(ON))
    with pytest.raises(NotSent):
        fire(place, letters, noon(ON) + HOUR)
    letters.stuck.clear()

    fire(place, letters, noon(ON) + HOUR + timedelta(minutes=10))
    assert len(letters.sent) == 3
    fire(place, letters, noon(ON) + 2 * HOUR)

    assert sorted(to for to, _, _ in letters.sent) == [f"t{number}@demo.example" for number in range(6)]
