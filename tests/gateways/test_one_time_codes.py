"""Codes of a telephone: RFC 6238 to the digit, and a picture that telephones read."""

import base64
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib.domain.second_factor import STEP_S
from chalicelib.gateways.one_time_codes import TotpCodes

CODES = TotpCodes()
KEY = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, SHA-1; the codes there have eight digits, ours are the last six of them.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert CODES.code(KEY, second // STEP_S) == code[-6:]


def test_the_address_says_what_applications_read() -> None:
    parts = urlsplit(CODES.address(KEY, "claire@exemple.fr", "Littoral Habitat"))

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Littoral Habitat:claire@exemple.fr"
    asked = parse_qs(parts.query)
    assert asked["secret"] == [KEY]
    assert asked["issuer"] == ["Littoral Habitat"]
    assert asked.keys() <= {"secret", "issuer", "period", "digits", "algorithm"}
    assert (asked.get("period", ["30"]), asked.get("digits", ["6"])) == (["30"], ["6"])


def test_the_picture_is_the_matrix_of_the_code() -> None:
    import segno

    address = CODES.address(KEY, "claire@exemple.fr", "Littoral Habitat")
    matrix = [list(row) for row in segno.make_qr(address, error="m").matrix]
    side, drawn = CODES.picture(address)

    seen = [[0] * side for _ in range(side)]
    found = re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", drawn)
    for start, y, length, back in found:
        assert start == back
        for x in range(int(start), int(start) + int(length)):
            seen[int(y)][x] = 1
    assert seen == matrix
    assert len("".join(f"M{a} {b}h{c}v1H{d}z" for a, b, c, d in found)) == len(drawn)
