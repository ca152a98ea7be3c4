"""U2, U5: what tenants send is known by its bytes and read through; photos lose what is not their picture."""

import struct
from collections.abc import Callable
from io import BytesIO

import pypdf
import pytest
from PIL import Image
from pypdf.errors import DependencyError

from chalicelib.domain.quarantine import Unsound
from chalicelib.domain.uploads import FLAWS, Flaw
from chalicelib.gateways.inspection import JPEG, PDF, ByteInspector
from tests.sent_files import (
    BAD,
    GOOD,
    ORIENTATION,
    a_heic,
    a_pdf,
    a_photo,
    a_picture,
    a_stream,
    an_odd_photo,
)

INSPECTOR = ByteInspector()
WHY = {
    "a PDF with a script": Flaw.ACTIVE,
    "a PDF with a script by another spelling": Flaw.ACTIVE,
    "a PDF with a folded script": Flaw.ACTIVE,
    "a PDF with a folded program": Flaw.ACTIVE,
    "a PDF with an action that no table leads to": Flaw.ACTIVE,
    "a PDF whose action has its name elsewhere": Flaw.ACTIVE,
    "a PDF that starts a program": Flaw.ACTIVE,
    "a PDF with a file in it": Flaw.ACTIVE,
    "a PDF that acts by itself": Flaw.ACTIVE,
    "a PDF that prints by itself": Flaw.ACTIVE,
    "a PDF with a form that sends": Flaw.ACTIVE,
    "a PDF with a password": Flaw.LOCKED,
    "a PDF locked with a certificate": Flaw.LOCKED,
    "a PDF locked in a way of tomorrow": Flaw.LOCKED,
    "a PDF that unfolds without end": Flaw.TOO_BIG,
    "a PDF folded twice": Flaw.TOO_BIG,
    "a PDF of too many pages": Flaw.TOO_BIG,
    "a picture of 30,000 by 30,000": Flaw.TOO_BIG,
    "a PDF that ends too soon": Flaw.UNREADABLE,
    "a PDF that is an archive too": Flaw.UNREADABLE,
    "a PDF without a page": Flaw.UNREADABLE,
    "a JPEG that ends too soon": Flaw.UNREADABLE,
    "a PNG that ends too soon": Flaw.UNREADABLE,
    "a HEIC that ends too soon": Flaw.UNREADABLE,
}


def test_there_are_twenty_good_files_and_fourteen_bad_ones_or_more() -> None:
    assert len(GOOD) == 20
    assert len(BAD) >= 14


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_taken(name: str) -> None:
    content = GOOD[name]()

    sound = INSPECTOR.inspect(content)

    if "PDF" in name:
        assert (sound.media_type, sound.content) == (PDF, content)
    else:
        assert sound.media_type == JPEG
        assert sound.content != content
        assert Image.open(BytesIO(sound.content)).format == "JPEG"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_what_is_wrong(name: str) -> None:
    with pytest.raises(Unsound) as refused:
        INSPECTOR.inspect(BAD[name]())

    assert refused.value.flaw is WHY.get(name, Flaw.UNKNOWN_KIND)


@pytest.mark.parametrize("flaw", Flaw)
def test_each_reason_says_what_to_do(flaw: Flaw) -> None:
    assert FLAWS[flaw].count(". ") >= 1
    assert FLAWS[flaw].endswith(".")
    assert "'" not in FLAWS[flaw]


def test_whoever_may_not_change_a_pdf_is_told_that_too() -> None:
    assert FLAWS[Flaw.LOCKED] == (
        "Le PDF est protégé (mot de passe, ou interdiction de le modifier). "
        "Imprimez-le dans un nouveau PDF, ou photographiez le document."
    )


def test_a_photo_loses_its_place_and_stands_upright() -> None:
    before, after = Image.open(BytesIO(a_photo())), Image.open(BytesIO(INSPECTOR.inspect(a_photo()).content))

    assert before.getexif()[ORIENTATION] == 6
    assert dict(after.getexif()) == {}
    assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert after.size == (60, 90)
    red, _, blue = after.getpixel((30, 10))  # type: ignore[misc]
    assert red > 150 > blue, "what was on the left is on top"


def test_a_photo_whose_exif_is_odd_is_taken_and_stands_upright() -> None:
    sheet = Image.open(BytesIO(INSPECTOR.inspect(an_odd_photo()).content))

    assert sheet.size == (60, 90)


@pytest.mark.parametrize("error", [struct.error, AttributeError, SyntaxError])
def test_a_photo_whose_exif_cannot_be_read_is_taken_as_it_lies(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def unreadable(*_: object) -> None:
        raise error

    monkeypatch.setattr(Image.Exif, "get", unreadable)

    assert Image.open(BytesIO(INSPECTOR.inspect(a_photo()).content)).size == (90, 60)


def test_greys_of_sixteen_bits_stay_greys() -> None:
    row = struct.pack("<30H", *[0] * 10, *[65_535] * 10, *[32_768] * 10)
    written = BytesIO()
    Image.frombytes("I;16", (30, 10), row * 10).save(written, "PNG")

    sheet = Image.open(BytesIO(INSPECTOR.inspect(written.getvalue()).content)).convert("L")

    black, white, grey = (sheet.getpixel((x, 5)) for x in (5, 15, 25))
    assert (black, white) == (0, 255)
    assert grey in range(124, 133)


def test_what_one_can_see_through_becomes_paper() -> None:
    sheet = Image.open(BytesIO(INSPECTOR.inspect(a_picture("PNG", "RGBA")).content))

    assert sheet.getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photo_becomes_as_large_as_is_needed_to_read_it() -> None:
    sheet = Image.open(BytesIO(INSPECTOR.inspect(a_picture("PNG", "1", (6_000, 4_000))).content))

    assert sheet.size == (3_000, 2_000)


def test_the_same_photo_gives_the_same_bytes() -> None:
    heic = a_heic()

    assert INSPECTOR.inspect(heic) == INSPECTOR.inspect(heic)


def test_a_picture_in_a_pdf_is_measured_too() -> None:
    told = b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 "

    with pytest.raises(Unsound) as refused:
        INSPECTOR.inspect(a_pdf(a_stream(b"x", told)))

    assert refused.value.flaw is Flaw.TOO_BIG


@pytest.mark.parametrize(
    "error", [RuntimeError, NotImplementedError, OSError, struct.error, DependencyError, RecursionError]
)
def test_whatever_the_library_raises_the_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def cannot(*_: object) -> None:
        raise error

    for name in ("__init__", "get_object"):
        with monkeypatch.context() as broken:
            broken.setattr(pypdf.PdfReader, name, cannot)
            with pytest.raises(Unsound) as refused:
                INSPECTOR.inspect(a_pdf())

        assert refused.value.flaw is Flaw.UNREADABLE


@pytest.mark.parametrize("link", [b"https://exemple.fr/Launch", b"www.exemple.fr/a/JavaScript?x=1"])
def test_an_address_is_no_name(link: bytes) -> None:
    content = a_pdf(b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (%s) >> >>" % link)

    assert INSPECTOR.inspect(content).content == content


@pytest.mark.parametrize(
    "hidden",
    [
        b"<</S/Launch/F(cmd.exe)>>",
        b"<</Names 6 0 R/EmbeddedFiles 7 0 R>>",
        b"<</Length 12/Type/EmbeddedFile>>",
        b"<</X(https://exemple.fr/)/S/JavaScript>>",
        b"<</X(\\()/S/JavaScript/Y(a)>>",
        b"<</S/L#61unch>>",
    ],
)
def test_a_name_that_no_table_leads_to_is_found_however_it_stands(hidden: bytes) -> None:
    content = a_pdf().replace(b"xref\n0", b"9 0 obj%sendobj\nxref\n0" % hidden, 1)

    with pytest.raises(Unsound) as refused:
        INSPECTOR.inspect(content)
    assert refused.value.flaw is Flaw.ACTIVE


@pytest.mark.parametrize("make", [a_pdf, a_photo])
def test_a_file_cut_anywhere_is_refused_and_breaks_nothing(make: Callable[[], bytes]) -> None:
    whole = make()

    for length in range(0, len(whole) - 8, 11):
        with pytest.raises(Unsound):
            INSPECTOR.inspect(whole[:length])
