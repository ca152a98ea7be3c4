"""Square codes printed on papers (« codes QR »), as small drawings in SVG.

The coder is needed by the workers that print alone, so it is imported when the first code is drawn.
"""

from collections.abc import Sequence
from itertools import groupby

MASK = (
    3  # a reader takes any of the eight; trying them all to find the best takes as long as the paper itself
)
LONGEST_NAME, LONGEST_TEXT = 70, 140  # EPC069-12
LARGEST_CENTS = 999_999_999_99


class SegnoCodes:
    """Draws QR codes; the same words make the same drawing."""

    def sepa(self, name: str, iban: str, bic: str, cents: int, text: str) -> str:
        """Draw what banks' applications read as a transfer to an account (EPC069-12).

        ``ValueError`` if the amount is none that can be transferred.
        """
        import segno

        words = transfer_words(name, iban, bic, cents, text)
        return _drawing(segno.make_qr(words, error="m", boost_error=False, mask=MASK).matrix)

    def link(self, address: str) -> str:
        """Draw an address."""
        import segno

        return _drawing(segno.make_qr(address, error="m", boost_error=False, mask=MASK).matrix)


def transfer_words(name: str, iban: str, bic: str, cents: int, text: str) -> bytes:
    """Spell a transfer as EPC069-12 does, version 2, in UTF-8."""
    if not 0 < cents <= LARGEST_CENTS:
        raise ValueError(f"{cents} cents cannot be transferred")
    euros = f"EUR{cents // 100}.{cents % 100:02d}"
    # A purpose and a structured reference might stand between the amount and the text.
    lines = ("BCD", "002", "1", "SCT", bic, name[:LONGEST_NAME], iban, euros, "", "", text[:LONGEST_TEXT])
    return "\n".join(lines).encode()


def _drawing(rows: Sequence[Sequence[int]]) -> str:
    """Draw the dark squares as one path, a stroke for each run; the paper around is the quiet zone."""
    strokes, side = [], len(rows)
    for y, squares in enumerate(rows):
        x = 0
        for dark, run in groupby(squares):
            width = len(list(run))
            if dark:
                strokes.append(f"M{x} {y}.5h{width}")
            x += width
    path = f'<path stroke="#000" d="{"".join(strokes)}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">{path}</svg>'
