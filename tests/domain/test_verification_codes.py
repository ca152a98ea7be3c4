"""Codes of receipts as people type them: dashes, case and look-alike letters do not count."""

import pytest

from chalicelib.domain.verification_codes import code_in_groups, read_code

CODE = "7Q4XM2ZA0109H5CE"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        "7Q4X-M2ZA-0109-H5CE",
        "7q4x m2za 0109 h5ce",
        "  7q4x–m2za—0109\u00a0h5ce\n",
        "7Q4X-M2ZA-OIO9-H5CE",
        "7Q4X-M2ZA-oL09-h5ce",
        "7Q4X.M2ZA_o1o9\u2011H5CE",
        "７Ｑ４Ｘ-M2ZA-0109-H5CE",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        CODE[:-1],
        CODE + "0",
        CODE[:-1] + "U",
        CODE[:-1] + "é",
        CODE[:-1] + "'",
        CODE[:-1] + "١",
        "0" * 5000,
    ],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) == ""


def test_a_code_is_written_as_it_is_printed() -> None:
    assert code_in_groups(CODE) == "7Q4X-M2ZA-0109-H5CE"
    assert read_code(code_in_groups(CODE)) == CODE
