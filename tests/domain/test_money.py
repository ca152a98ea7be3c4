"""Amounts as people type them: read exactly, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Refused
from chalicelib.domain.money import cents_from


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1 284,80", 128480),
        ("1284.8", 128480),
        ("50", 5000),
        ("50 €", 5000),
        ("50€", 5000),
        ("50 euros", 5000),
        ("1 euro", 100),
        ("12 EUR", 1200),
        ("0,01", 1),
        ("0", 0),
        ("007", 700),
        ("1\u00a0000\u202f000,5\u00a0€", 100000050),
        ("999999999,99", 99999999999),
    ],
)
def test_an_amount_is_read_to_the_cent(typed: str, cents: int) -> None:
    assert cents_from(typed) == cents


@pytest.mark.parametrize(
    "typed",
    ["", "-1", "+1", "1e3", "0.001", "1,2,3", "1.284,80", "12 84", "1  284", "€50", "1,", ",5",
     "1000000000", "½",
     "1 284 8", "1'284", "0x1", "NaN", "1\n2", "50 e", "50 £", "--", "1/2", "(50)", "50-"],
)  # fmt: skip
def test_what_is_not_plainly_an_amount_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match="par exemple\u00a050,00"):
        cents_from(typed)


@given(st.text())
def test_anything_typed_is_an_amount_or_refused(typed: str) -> None:
    try:
        cents = cents_from(typed)
    except Refused:
        return
    assert 0 <= cents < 100_000_000_000


@given(st.integers(0, 999_999_999), st.integers(0, 99))
def test_no_cent_is_lost_on_the_way(whole: int, rest: int) -> None:
    assert cents_from(f"{whole},{rest:02}") == whole * 100 + rest
    assert cents_from(f"{whole}.{rest:02} €") == whole * 100 + rest
