"""Alerts about insurance over months and years, in memory: the right days, each once, whatever happens."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain import french
from chalicelib.domain.insurance import Period
from chalicelib.domain.insurance_alerts import AlertState
from tests.insured import InTable, Killed, Letters, fire, noon, parts, somebody
from tests.insured_in_memory import InMemory

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ON = date(2027, 3, 1)
LAST = ON + 30 * DAY
YEAR = Period(LAST - 364 * DAY, LAST)


@pytest.mark.parametrize(
    "last",
    [date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29), date(2027, 12, 31), date(2028, 1, 1)],
)
def test_alerts_keep_to_french_days_whatever_the_clocks_do(last: date) -> None:
    place, letters = InMemory(), Letters()
    place.insure("9126", Period(last - 364 * DAY, last), today=last - 8 * DAY)
    place.calendar.keep_seen(last - 7 * DAY)
    at, ends_at = french.midnight(last - 7 * DAY), french.midnight(last + 16 * DAY)
    filed: dict[date, str] = {}

    while at < ends_at:
        before = len(place.alerts)
        fire(place, letters, at)
        if len(place.alerts) > before:
            filed[french.today(at)] = french.hour(at)
        at += HOUR

    midnight = "0\u00a0h\u00a000"
    assert filed == {last - 7 * DAY: midnight, last: midnight, last + 15 * DAY: midnight}
    assert [values["leases"][0]["days_left"] for _, values, _ in letters.sent] == [7, 0, -15]
    sent_at = [mail.sent_at for mail in place.mails.values()]
    assert {french.paris(at).hour for at in sent_at if at} == {8}


def days_of_mails(last: date, renewed_on: date | None) -> list[date]:
    """Tell, from the words of the rule alone, on which days somebody is written to about one end of cover."""
    return [
        last + days * DAY
        for days in (-30, -15, -7, 0, 15)
        if renewed_on is None or last + days * DAY < renewed_on
    ]


@pytest.mark.parametrize(
    ("kind", "leases"), [(InMemory, 1000), pytest.param(InTable, 150, marks=pytest.mark.long)]
)
def test_over_two_years_all_leases_get_the_mails_that_the_rule_says(
    kind: type[InMemory | InTable],
    leases: int,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind is InTable:
        request.getfixturevalue("table")
        parts(monkeypatch, 1)
    dice, place, letters = random.Random(2027), kind(), Letters()
    start, expected = date(2027, 1, 1), Counter[tuple[str, date]]()
    renewals: dict[date, list[tuple[str, Period]]] = {}
    for number in range(leases):
        last = start + dice.randrange(31, 400) * DAY
        place.insure(str(number), Period(last - 364 * DAY, last), today=start)
        while last < start + 800 * DAY:
            renewed_on = dice.choice([None, max(start, last + dice.randrange(-45, 25) * DAY)])
            expected.update((str(number), day) for day in days_of_mails(last, renewed_on))
            if renewed_on is None:
                break
            first, last = last - 364 * DAY, last + dice.randrange(200, 500) * DAY
            renewals.setdefault(renewed_on, []).append((str(number), Period(first, last)))
    place.calendar.keep_seen(start)

    for day in (start + n * DAY for n in range(731)):
        for lease, period in renewals.get(day, []):
            place.cover(lease, period, today=day)
        for hour in (1, 8, 15):
            fire(place, letters, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))

    sent = Counter(
        (one["number"], place.outbox.mail(receipt).on)
        for _, values, receipt in letters.sent
        for one in values["leases"]
    )
    assert sent == {key: times for key, times in expected.items() if key[1] < start + 731 * DAY}
    assert sum(sent.values()) > 5 * leases


def test_killed_at_any_moment_and_run_again_each_lease_stage_and_holder_has_one_mail() -> None:
    """One death at each question of a day, before it and after it; then pairs of deaths, by chance."""
    questions = deaths_on(frozenset())
    assert questions > 30
    for first in range(1, questions + 1):
        deaths_on(frozenset({first}))
    dice = random.Random(4)
    for _ in range(300):
        deaths_on(frozenset(dice.sample(range(1, 2 * questions), 2)))


def deaths_on(fatal: frozenset[int]) -> int:
    """Do a day's work, dying at some moments; give how many there were.  Two holders, three leases."""
    place, moments = InMemory(), iter(range(1, 10_000))
    passed = 0

    def around(*_: str) -> None:
        nonlocal passed
        passed = next(moments)
        if passed in fatal:
            raise Killed

    letters = Letters(around=around)
    anna, brice = somebody("anna"), somebody("brice")
    for number, last, holders in (
        ("1", LAST, [anna, brice]),
        ("2", ON, [anna]),
        ("3", ON + 7 * DAY, [brice]),
    ):
        place.insure(number, Period(last - 364 * DAY, last), today=ON, holders=holders)
    place.calendar.keep_seen(ON)
    place.around = around
    for hours in (-8, -4, 0, 1.5, 3, 24, 27, 48):
        try:
            fire(place, letters, noon(ON) + hours * HOUR)
        except Killed:
            for _, _, receipt in letters.sent:  # SES tells of what it took
                place.mails[receipt] = replace(place.mails[receipt], sent_at=noon(ON))

    due = [("anna", "1", LAST), ("anna", "2", ON), ("brice", "1", LAST), ("brice", "3", ON + 7 * DAY)]
    assert sorted(letters.named()) == [(f"{who}@demo.example", *what) for who, *what in due], fatal
    assert {alert.state for alert in place.alerts.values()} == {AlertState.SENT}, fatal
    days = Counter((mail.tenant, mail.on) for mail in place.mails.values() if mail.sent_at)
    assert set(days.values()) == {1}, fatal
    return passed
