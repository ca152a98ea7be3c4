"""Photos (« photos ») painted anew: the picture alone, upright, in a size that can be read and no larger.

What a camera writes beside the picture, the place above all, does not come along.
"""

import struct
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from chalicelib.domain.quarantine import Unsound
from chalicelib.domain.uploads import Flaw

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 3_000  # a sheet of A4 at 250 points per inch
QUALITY = 85
WHITE = (255, 255, 255)
# What Pillow and libheif raise when a file does not hold what it says.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    struct.error,
)
ORIENTATION = 0x0112
# How to turn a picture whose EXIF has such a number, as methods of Pillow.
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


def repaint_picture(content: bytes, kind: str) -> bytes:
    """Paint a JPEG or PNG anew as JPEG; ``Unsound`` if it is too large, or ends too soon."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(BytesIO(content), formats=[kind])
        _refuse_bombs(opened.size)
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is not unfolded further than needed
        return _painted(opened)
    except Image.DecompressionBombError as error:
        raise Unsound(Flaw.TOO_BIG) from error
    except UNREADABLE as error:
        raise Unsound(Flaw.UNREADABLE) from error


def repaint_heic(content: bytes) -> bytes:
    """Paint a HEIC photo anew as JPEG; ``Unsound`` as for the others."""
    import pi_heif  # type: ignore[import-untyped]

    try:
        opened = pi_heif.open_heif(BytesIO(content))
        _refuse_bombs(opened.size)
        return _painted(opened.to_pillow())
    except UNREADABLE as error:
        raise Unsound(Flaw.UNREADABLE) from error


def _refuse_bombs(size: tuple[int, int]) -> None:
    """Look at the size that the file tells, before any of it is unfolded."""
    width, height = size
    if width * height > MOST_PIXELS:
        raise Unsound(Flaw.TOO_BIG)


def _painted(opened: "Image.Image") -> bytes:
    """Copy the picture onto a fresh white sheet: nothing of the file but its pixels gets there."""
    from PIL import Image

    opened.load()
    upright = _upright(_of_eight_bits(opened))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
    sheet = Image.new("RGB", plain.size, WHITE)
    sheet.paste(plain, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
    written = BytesIO()
    sheet.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _of_eight_bits(opened: "Image.Image") -> "Image.Image":
    """Scale greys of sixteen bits down, which Pillow would only cut off: all but black would be white."""
    if not opened.mode.startswith("I"):
        return opened
    grey = opened.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    grey.info.pop("transparency", None)  # a grey of sixteen bits
    return grey


def _upright(opened: "Image.Image") -> "Image.Image":
    """Turn the picture as its EXIF says; one whose EXIF nobody can read is good as it lies."""
    from PIL import Image

    try:
        turn = TURNS.get(opened.getexif().get(ORIENTATION, 1))
    except UNREADABLE:
        turn = None
    return opened if turn is None else opened.transpose(Image.Transpose(turn))
