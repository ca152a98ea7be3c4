"""A visit: what a handler may ask of it."""

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

import pytest

from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.payments import ID_SHAPE
from chalicelib.domain.sessions import Visitor, new_session
from chalicelib.domain.tenants import Hold
from chalicelib.web.visit import LONGEST_TEXT, Visit
from tests.mothers import NOW, a_hold, a_tenant


class Colour(StrEnum):
    RED = "rouge"


def a_visit(form: dict[str, str] | None = None, holds: tuple[Hold, ...] = ()) -> Visit:
    session, _ = new_session("9126-1", "", remembered=False, device="", now=NOW)
    return Visit("/", "/", NOW, "token", 0, visitor=Visitor(session, a_tenant(), holds), form=form or {})


def test_what_was_written_comes_without_blanks_around_and_cut() -> None:
    assert a_visit({"a": " \u00a0é \n"}).text("a") == "é"
    assert a_visit().text("a") == ""
    assert len(a_visit({"a": "x" * 9_000}).text("a")) == LONGEST_TEXT


@pytest.mark.parametrize("typed", ["", "ROUGE", "rouge ", "vert", "RED"])
def test_a_choice_is_one_of_the_list(typed: str) -> None:
    assert a_visit({"c": "rouge"}).choice("c", Colour) is Colour.RED
    with pytest.raises(Refused):
        a_visit({"c": typed}).choice("c", Colour)


def test_a_lease_is_one_of_the_visitor_s_the_first_when_none_is_named() -> None:
    visit = a_visit(holds=(a_hold("9126"), a_hold("9127")))

    assert (visit.lease(""), visit.lease("9127")) == ("9126", "9127")
    for number in ("9128", "L/9126", "9126 ", "912"):
        with pytest.raises(Absent):
            visit.lease(number)
    with pytest.raises(Absent):
        a_visit().lease("")


def test_nobody_has_no_lease_and_no_name() -> None:
    visit = Visit("/", "/", NOW, "token", 0)

    assert visit.tenant is None
    with pytest.raises(Absent):
        visit.lease("9126")
    with pytest.raises(Absent):
        _ = visit.holds


def test_what_is_sensitive_wants_the_password_of_the_last_quarter_of_an_hour() -> None:
    visit = a_visit()

    assert visit.proven
    assert replace(visit, now=NOW + timedelta(minutes=14, seconds=59)).proven
    assert not replace(visit, now=NOW + timedelta(minutes=15)).proven
    assert not Visit("/", "/", NOW, "token", 0).proven


def test_the_day_is_that_of_france() -> None:
    assert Visit("/", "/", NOW.replace(hour=23, minute=30), "", 0).today == date(2026, 11, 24)


def test_what_does_not_look_like_an_id_is_not_even_looked_for() -> None:
    assert a_visit().of_shape("a" * 32, ID_SHAPE) == "a" * 32
    for asked in ("", "A" * 32, "a" * 33, "a" * 32 + "\n", "é" * 32):
        with pytest.raises(Absent):
            a_visit().of_shape(asked, ID_SHAPE)


def test_a_visit_does_not_print_its_cookies() -> None:
    visit = Visit("/", "/", NOW, "token", 0, cookies={"session": "very-secret"})

    assert "very-secret" not in repr(visit)
