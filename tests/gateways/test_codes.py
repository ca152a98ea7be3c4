"""Codes of papers: the same for the same number, another for any other, and nobody's but ours."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.verification_codes import read_code
from chalicelib.gateways.codes import PaperCodes

KEY = "a key of the tests that seals what is kept"


def test_a_code_is_the_same_each_time_and_says_nothing_of_the_number() -> None:
    """Printed codes are checked for years: how they are made can never change."""
    assert {PaperCodes(KEY).code("Q-2026-12-009126") for _ in range(2)} == {"HXPSDPP71V18V9KC"}


def test_another_key_makes_other_codes() -> None:
    assert PaperCodes(KEY).code("Q-2026-12-009126") != PaperCodes(KEY + "x").code("Q-2026-12-009126")


@given(st.sets(st.text(), min_size=2, max_size=50))
def test_numbers_have_codes_of_their_own_that_can_be_typed(numbers: set[str]) -> None:
    codes = {PaperCodes(KEY).code(number) for number in numbers}

    assert len(codes) == len(numbers)
    assert {read_code(code) for code in codes} == codes


def test_every_letter_comes_up_at_every_place() -> None:
    codes = [PaperCodes(KEY).code(str(number)) for number in range(1_000)]

    assert {len(set(letters)) for letters in zip(*codes, strict=True)} == {32}
