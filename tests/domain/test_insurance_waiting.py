"""Alerts about insurance that wait for somebody's word: an agent's of a certificate, or an import's."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.insurance import Period
from chalicelib.domain.insurance_alerts import AlertState, Step, Task, Unsent
from chalicelib.domain.insurance_calendar import Stage
from chalicelib.domain.insurance_mailing import AlertDesk, mail_alerts
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
from tests.insured import InTable, Letters, Place, endless, fire, noon

__all__ = ["insured", "letters", "place"]
DAY = timedelta(days=1)
WAITS = [(Stage.MONTH_BEFORE, "t9126", AlertState.WAITING, None)]


def hours_of(place: Place, letters: Letters, *hours: float) -> None:
    for hour in hours:
        fire(place, letters, noon(ON) + hour * HOUR)


def test_a_certificate_to_check_keeps_the_alert_back_until_it_is_refused(
    insured: Place, letters: Letters
) -> None:
    insured.cover("9126", YEAR, today=ON, to_check=[LONGER])
    hours_of(insured, letters, 0, 1, 24)
    assert (letters.sent, states(insured)) == ([], WAITS)

    insured.cover("9126", YEAR, today=ON + DAY)
    hours_of(insured, letters, 25)

    assert letters.named() == [(EMAIL, "9126", LAST)]


def test_a_certificate_that_was_accepted_ends_the_alert_that_waited_for_it(
    insured: Place, letters: Letters
) -> None:
    insured.cover("9126", YEAR, today=ON, to_check=[LONGER])
    hours_of(insured, letters, 0, 1)

    insured.cover("9126", LONGER, today=ON)
    hours_of(insured, letters, 2)

    assert letters.sent == []
    assert states(insured) == [(Stage.MONTH_BEFORE, "t9126", AlertState.NOT_SENT, Unsent.COVER_CHANGED)]


def test_an_alert_that_waits_gives_way_to_the_next_stage(insured: Place, letters: Letters) -> None:
    insured.cover("9126", YEAR, today=ON, to_check=[LONGER])
    hours_of(insured, letters, 0, 1, 24 * 15, 24 * 15 + 1)

    assert [(stage, state, reason) for stage, _, state, reason in states(insured)] == [
        (Stage.MONTH_BEFORE, AlertState.NOT_SENT, Unsent.REPLACED),
        (Stage.FORTNIGHT_BEFORE, AlertState.WAITING, None),
    ]


@pytest.mark.parametrize("until_on", [ON, LAST])
def test_a_certificate_that_goes_no_further_than_the_cover_keeps_nothing_back(
    insured: Place, letters: Letters, until_on: datetime
) -> None:
    """Such as one that fills a gap between two periods of long ago."""
    insured.cover("9126", YEAR, today=ON, to_check=[Period(YEAR.from_on - 40 * DAY, until_on)])

    hours_of(insured, letters, 0, 1)

    assert letters.named() == [(EMAIL, "9126", LAST)]


@pytest.mark.parametrize(("first", "mails"), [(15, 0), (16, 1)])
def test_after_the_last_day_only_a_certificate_that_covers_today_keeps_the_alert_back(
    insured: Place, letters: Letters, first: int, mails: int
) -> None:
    insured.cover("9126", YEAR, today=LAST + DAY, to_check=[Period(LAST + first * DAY, LAST + 400 * DAY)])

    hours_of(insured, letters, 24 * 45, 24 * 45 + 1)

    assert len(letters.sent) == mails


def test_an_earlier_end_is_not_told_of_when_another_cover_began_since(
    insured: Place, letters: Letters
) -> None:
    """Filed at night, and a short cover that has ended again since is accepted in the morning."""
    hours_of(insured, letters, 24 * 45)
    insured.cover("9126", YEAR, Period(LAST + 3 * DAY, LAST + 8 * DAY), today=LAST + 15 * DAY)

    hours_of(insured, letters, 24 * 45 + 1)

    assert letters.sent == []
    assert states(insured)[0][3] is Unsent.COVER_CHANGED


@pytest.mark.parametrize(("side", "reason"), [("PROFILE", Unsent.NO_ADDRESS), ("HOLD", Unsent.LEFT)])
def test_an_import_under_way_is_waited_for_two_days(
    insured: Place, letters: Letters, side: str, reason: Unsent
) -> None:
    insured.unwrite("9126", "t9126", side)
    hours_of(insured, letters, 0, 1, 47.9)
    assert states(insured) == WAITS

    hours_of(insured, letters, 48)

    assert letters.sent == []
    assert states(insured) == [(Stage.MONTH_BEFORE, "t9126", AlertState.NOT_SENT, reason)]


@pytest.mark.parametrize("side", ["PROFILE", "HOLD"])
def test_once_an_import_has_written_the_tenant_the_mail_leaves(
    insured: Place, letters: Letters, side: str
) -> None:
    insured.unwrite("9126", "t9126", side)
    hours_of(insured, letters, 0, 1)

    insured.write("9126", "t9126")
    hours_of(insured, letters, 2)

    assert letters.named() == [(EMAIL, "9126", LAST)]


def test_who_is_no_holder_any_more_is_not_waited_for(letters: Letters, table: object) -> None:
    place = InTable()
    place.insure("9126", YEAR, today=YEAR.from_on)
    place.calendar.keep_seen(ON)
    hours_of(place, letters, 0)

    place.forget_holder("9126", "t9126")
    hours_of(place, letters, 1)

    assert states(place)[0][3] is Unsent.LEFT


def test_each_mail_has_the_moment_at_which_it_left(place: Place, letters: Letters) -> None:
    for lease in ("1", "2"):
        place.insure(lease, YEAR, today=YEAR.from_on)
    place.calendar.keep_seen(ON)
    fire(place, letters, noon(ON))
    moments: Iterator[datetime] = (noon(ON) + minutes * timedelta(minutes=1) for minutes in range(1000))

    mail_alerts(AlertDesk(place.outbox, letters), Task(Step.MAIL, 0), lambda: next(moments), endless())

    first, second = (place.outbox.mail(receipt) for _, _, receipt in letters.sent)
    assert first.sent_at < second.sent_at
