"""Codes on papers: what a telephone finds in them."""

import re
import subprocess
import sys
from decimal import Decimal

import pytest
import segno
from segno.helpers import make_epc_qr

from chalicelib.gateways.qr_codes import MASK, SegnoCodes, transfer_words

IBAN, BIC, TEXT = "FR7630006000011234567890189", "AGRIFRPP", "L/9126 décembre 2026"


def squares(svg: str) -> list[list[int]]:
    """Read a drawing back: which squares are dark."""
    (side,) = re.findall(r'viewBox="0 0 (\d+) \1"', svg)
    rows = [[0] * int(side) for _ in range(int(side))]
    for x, y, width in re.findall(r"M(\d+) (\d+)\.5h(\d+)", svg):
        rows[int(y)][int(x) : int(x) + int(width)] = [1] * int(width)
    return rows


@pytest.mark.parametrize(("cents", "bic"), [(971_77, ""), (1, BIC), (1_234_567_89, BIC)])
def test_a_transfer_says_what_the_european_standard_asks(cents: int, bic: str) -> None:
    words = transfer_words("Littoral Habitat", IBAN, bic, cents, TEXT)

    expected = make_epc_qr(
        name="Littoral Habitat",
        iban=IBAN,
        bic=bic or None,
        amount=Decimal(cents) / 100,
        text=TEXT,
        encoding=1,
    )
    assert segno.make_qr(words, error="m", boost_error=False).matrix == expected.matrix


def test_a_transfer_is_drawn_square_by_square() -> None:
    drawn = SegnoCodes().sepa("Littoral Habitat", IBAN, BIC, 971_77, TEXT)

    words = transfer_words("Littoral Habitat", IBAN, BIC, 971_77, TEXT)
    code = segno.make_qr(words, error="m", boost_error=False, mask=MASK)
    assert squares(drawn) == [list(row) for row in code.matrix]
    assert len(drawn) < 6_000


def test_a_link_is_drawn_square_by_square() -> None:
    address = "https://locataires.littoral-habitat.example/verification?code=7KQ2-M9XW-4TZB-1CHR"

    drawn = SegnoCodes().link(address)

    assert squares(drawn) == [
        list(row) for row in segno.make_qr(address, error="m", boost_error=False, mask=MASK).matrix
    ]
    assert drawn == SegnoCodes().link(address)
    assert drawn != SegnoCodes().link(address + "X")


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_what_cannot_be_transferred_is_refused(cents: int) -> None:
    with pytest.raises(ValueError, match="cannot be transferred"):
        SegnoCodes().sepa("Littoral Habitat", IBAN, BIC, cents, TEXT)


def test_a_long_name_and_a_long_text_are_cut_as_the_standard_asks() -> None:
    lines = transfer_words("N" * 100, IBAN, BIC, 100, "t" * 200).decode().split("\n")

    assert lines[5] == "N" * 70
    assert lines[10] == "t" * 140


def test_the_coder_is_loaded_only_when_a_code_is_drawn() -> None:
    loads_nothing = (
        "import sys; from chalicelib.gateways.qr_codes import SegnoCodes; SegnoCodes();"
        "sys.exit('segno' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", loads_nothing], check=False).returncode == 0
