"""The file out: rows by field, cells that no spreadsheet works out, the same bytes for the same changes."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.changes import Change, ChangeKind
from chalicelib.domain.exchange.layouts import BY_NAME, HOLDERS
from chalicelib.domain.exchange.outgoing import HEADINGS, write_changes
from chalicelib.domain.profile import PHONES, PROFESSION

AT = datetime(2026, 3, 29, 1, 0, 5, tzinfo=UTC)  # the hour that does not exist in Paris is just over


def a_change(before: dict[str, str], after: dict[str, str], lease: str = "") -> Change:
    return Change("c1", AT, "t1", lease, ChangeKind.PHONES, before, after)


def written(*changes: Change) -> str:
    file = StringIO(newline="")
    assert write_changes(file, changes) == len(changes)
    return file.getvalue()


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def unquoted(cell: str) -> str:
    """Read a cell as docs/exchange.md tells the landlord to."""
    return cell.removeprefix("'")


def test_a_change_is_a_row_for_each_field_at_the_hour_of_paris() -> None:
    change = a_change({"b": "old"}, {"a": 'new ; "quoted"', "b": ""}, lease="9126")

    assert rows(written(change)) == [
        list(HEADINGS),
        ["c1", "2026-03-29", "03:00:05", "t1", "9126", "telephones", "a", "", 'new ; "quoted"'],
        ["c1", "2026-03-29", "03:00:05", "t1", "9126", "telephones", "b", "old", ""],
    ]


def test_without_changes_there_are_the_headings() -> None:
    assert written() == ";".join(HEADINGS) + "\r\n"


def test_a_change_of_which_no_field_is_told_is_told_all_the_same() -> None:
    assert rows(written(a_change({}, {})))[1][:1] + rows(written(a_change({}, {})))[1][6:] == [
        "c1",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "'"])
def test_no_cell_is_worked_out_by_a_spreadsheet(start: str) -> None:
    cell = rows(written(a_change({}, {"f": f"{start}1+1"})))[1][-1]

    assert cell == f"'{start}1+1"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_what_was_typed_comes_back_whole(typed: str) -> None:
    assert unquoted(rows(written(a_change({}, {"f": typed})))[1][-1]) == typed


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_same_change_gives_the_same_bytes_in_whatever_order_its_fields_come(names: list[str]) -> None:
    whole = dict.fromkeys("abcd", "x")

    assert written(a_change({}, dict.fromkeys(names, "x"))) == written(a_change({}, whole))


def test_the_fields_of_a_tenant_s_file_bear_the_names_of_the_columns_that_bring_them_in() -> None:
    columns = {field.column for part in (PHONES, PROFESSION) for field in part.fields}

    assert columns | {"courriel"} <= set(BY_NAME[HOLDERS].headings)
