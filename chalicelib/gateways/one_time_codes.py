"""Codes that a telephone shows (« codes à usage unique »), and the picture from which it reads the key.

Both libraries are loaded by the agents' door alone.
"""

from collections.abc import Iterator

from chalicelib.domain.second_factor import STEP_S


class TotpCodes:
    """Implements ``chalicelib.domain.second_factor.OneTimeCodes``."""

    def code(self, key: str, step: int) -> str:
        """Give the code of a step."""
        import pyotp

        return pyotp.TOTP(key, interval=STEP_S).generate_otp(step)

    def address(self, key: str, account: str, issuer: str) -> str:
        """Give the address that an application reads from the picture."""
        import pyotp

        return pyotp.TOTP(key, interval=STEP_S).provisioning_uri(name=account, issuer_name=issuer)

    def picture(self, address: str) -> tuple[int, str]:
        """Give the QR code of an address: its side in modules, border not counted, and the path to fill."""
        import segno

        rows = [bytes(row) for row in segno.make_qr(address, error="m").matrix]
        drawn = (
            f"M{start} {y}h{end - start}v1H{start}z"
            for y, row in enumerate(rows)
            for start, end in _dark(row)
        )
        return len(rows), "".join(drawn)


def _dark(row: bytes) -> Iterator[tuple[int, int]]:
    """Give where each dark run of a row starts and ends."""
    end = 0
    while (start := row.find(1, end)) >= 0:
        end = row.find(0, start)
        end = end if end >= 0 else len(row)
        yield start, end
