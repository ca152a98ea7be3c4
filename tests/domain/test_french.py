"""French as it is written: amounts, days and hours, to the last space."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import french
from chalicelib.domain.money import cents_from

NARROW, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (0, "0,00 €"),
        (5, "0,05 €"),
        (100, "1,00 €"),
        (128480, f"1{NARROW}284,80 €"),
        (-1, f"{MINUS}0,01 €"),
        (-99950, f"{MINUS}999,50 €"),
        (123456789012, f"1{NARROW}234{NARROW}567{NARROW}890,12 €"),
    ],
)
def test_amounts_have_their_spaces_and_their_comma(cents: int, written: str) -> None:
    assert french.euros(cents) == written.replace(" ", NO_BREAK)


def test_amounts_in_papers_have_a_space_that_can_be_seen() -> None:
    assert french.euros_in_documents(-128480) == f"{MINUS}1{NO_BREAK}284,80{NO_BREAK}€"


@given(st.integers(0, 999_999_999_99))
def test_what_we_write_is_what_we_read(cents: int) -> None:
    if cents < 1_000_000_000_00:
        assert cents_from(french.euros(cents)) == cents
        assert cents_from(french.euros_in_documents(cents)) == cents


@pytest.mark.parametrize(
    ("on", "sentence", "title", "short", "month", "of_month"),
    [
        (date(2024, 1, 18), "18 janvier 2024", "Jeudi 18 janvier 2024", "18/01/2024", "janvier 2024",
        "de janvier 2024"),
        (date(2026, 2, 1), "1er février 2026", "Dimanche 1er février 2026", "01/02/2026",
        "février 2026", "de février 2026"),
        (date(2028, 2, 29), "29 février 2028", "Mardi 29 février 2028", "29/02/2028", "février 2028",
        "de février 2028"),
        (date(2026, 4, 11), "11 avril 2026", "Samedi 11 avril 2026", "11/04/2026", "avril 2026",
        "d’avril 2026"),
        (date(2026, 8, 31), "31 août 2026", "Lundi 31 août 2026", "31/08/2026", "août 2026", "d’août 2026"),
        (date(2026, 10, 2), "2 octobre 2026", "Vendredi 2 octobre 2026", "02/10/2026", "octobre 2026",
        "d’octobre 2026"),
    ],
)  # fmt: skip
def test_days_are_written_as_in_print(
    on: date, sentence: str, title: str, short: str, month: str, of_month: str
) -> None:
    assert french.day(on).replace(NO_BREAK, " ") == sentence
    assert french.day_in_words(on).replace(NO_BREAK, " ") == title
    assert french.short_day(on) == short
    assert french.month(on) == month
    assert french.of_month(on) == of_month
    assert french.day_without_year(on).replace(NO_BREAK, " ") == title.lower().rpartition(" ")[0]


def test_a_day_and_its_month_stay_on_one_line() -> None:
    assert french.day(date(2026, 2, 1)) == f"1er{NO_BREAK}février 2026"


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (datetime(2026, 11, 23, 8, 42, tzinfo=UTC), "9 h 42"),
        (datetime(2026, 7, 14, 22, 5, tzinfo=UTC), "0 h 05"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2 h 30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2 h 30"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "1 h 59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "3 h 00"),
    ],
)
def test_hours_are_those_of_paris_in_winter_and_in_summer(moment: datetime, hour: str) -> None:
    assert french.hour(moment) == hour.replace(" ", NO_BREAK)


def test_the_day_changes_at_midnight_in_paris_wherever_one_counts() -> None:
    before = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    far = timezone(timedelta(hours=-10))

    assert french.today(before) == date(2026, 12, 31)
    assert french.today(before + timedelta(seconds=1)) == date(2027, 1, 1)
    assert french.today((before + timedelta(seconds=1)).astimezone(far)) == date(2027, 1, 1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_day_begins_at_its_midnight(on: date) -> None:
    began = french.midnight(on)

    assert began.tzinfo is UTC
    assert french.today(began) == on
    assert french.today(began - timedelta(seconds=1)) == on - timedelta(days=1)
