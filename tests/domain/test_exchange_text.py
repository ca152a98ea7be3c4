"""Cutting exchange files into records."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.exchange.text import (
    LONGEST_RECORD,
    NOT_UTF8,
    STRAY_QUOTE,
    TOO_LONG,
    UNTERMINATED,
    ExchangeText,
    Record,
    Unreadable,
)


def records(content: bytes, *, long_texts: bool = True) -> list[Record | Unreadable]:
    return list(ExchangeText(content, long_texts=long_texts).records())


def rules(content: bytes, *, long_texts: bool = True) -> list[tuple[int, str]]:
    found = records(content, long_texts=long_texts)
    return [(one.line, one.rule) for one in found if isinstance(one, Unreadable)]


def sound(content: bytes, *, long_texts: bool = True) -> list[tuple[int, list[str]]]:
    found = records(content, long_texts=long_texts)
    return [(one.line, one.cells) for one in found if isinstance(one, Record)]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert sound("\ufeffa;b\n1;2".encode()) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_commas_separate_when_the_headings_have_no_semicolon() -> None:
    assert sound(b'a,b\n1,"2,5"\n') == [(1, ["a", "b"]), (2, ["1", "2,5"])]


def test_lines_are_those_of_an_editor_when_a_cell_has_several() -> None:
    content = b'a;b\r\n1;"one\r\ntwo ""three"""\r\n\r\n2;x\r\n'

    assert sound(content) == [(1, ["a", "b"]), (2, ["1", 'one\ntwo "three"']), (5, ["2", "x"])]


def test_accents_are_composed() -> None:
    assert sound("nom\nE\u0301loi\u0308se".encode()) == [(1, ["nom"]), (2, ["Éloïse"])]


def test_a_line_in_another_encoding_is_refused_alone() -> None:
    content = b"a;b\n1;x\n2;\xe9t\xe9\n3;z\n"

    assert rules(content) == [(3, NOT_UTF8)]
    assert [line for line, _ in sound(content)] == [1, 2, 4]


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    content = b'a;b\n1;"x\n2;y\n3;z\n'

    assert rules(content) == [(2, UNTERMINATED)]
    assert sound(content) == [(1, ["a", "b"]), (3, ["2", "y"]), (4, ["3", "z"])]


def test_two_quotes_that_are_never_closed_do_not_swallow_what_lies_between() -> None:
    content = b'a;b\n1;"x\n2;y\n3;"z\n4;w\n'

    assert {line for line, _ in rules(content)} == {2, 4}
    assert [line for line, _ in sound(content)] == [1, 3, 5]


def test_a_file_of_short_texts_swallows_nothing_even_if_quotes_seem_to_match() -> None:
    content = b'a;b;c\n1;"x;y\n2;y;z\n3;w";k\n4;w;v\n'

    assert rules(content, long_texts=False) == [(2, UNTERMINATED), (4, UNTERMINATED)]
    assert [line for line, _ in sound(content, long_texts=False)] == [1, 3, 5]


def test_a_quote_inside_a_bare_cell_is_refused() -> None:
    assert rules(b'a;b\n1;say "x" now\n') == [(2, STRAY_QUOTE)]
    assert rules(b'a;b\n1;"x"y\n') == [(2, STRAY_QUOTE)]


def test_a_line_without_end_is_refused() -> None:
    assert rules(b"a;b\n1;" + b"x" * LONGEST_RECORD + b"\n2;y\n") == [(2, TOO_LONG)]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\r\0", codec="utf-8"), max_size=20),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_pythons_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    import unicodedata

    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("first", "second"))
    writer.writerows(rows)

    found = [cells for _, cells in sound(text.getvalue().encode())]

    whole = [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]
    assert found == [["first", "second"], *whole]


@given(st.binary(max_size=400))
def test_no_bytes_at_all_are_too_strange(content: bytes) -> None:
    assert all(one.line >= 1 for one in records(content))
