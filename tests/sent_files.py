"""Files as tenants send them (« fichiers »): twenty good ones and the bad ones, each made here."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image
from pypdf import PdfWriter

from infra.local.scanner import EICAR

GPS, ORIENTATION, TURNED = 0x8825, 0x0112, 6
WIDE = (90, 60)
TEXT = b"BT /F1 12 Tf 20 80 Td (Attestation d'assurance) Tj ET"
MEGABYTE = 1 << 20
ACTION = b"<< /Type /Action /S /%s %s >>"


def a_pdf(
    *more: bytes, catalog: bytes = b"", page: bytes = b"", trailer: bytes = b"", version: bytes = b"1.7"
) -> bytes:
    """Write a PDF of one page by hand; ``more`` are objects from number 5 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R " + page + b">>",
        a_stream(TEXT),
        *more,
    ]
    written, places = bytearray(b"%PDF-" + version + b"\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end += b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (len(objects) + 1, trailer)
    return bytes(written + end + b"startxref\n%d\n%%%%EOF\n" % len(written))


def a_stream(data: bytes, told: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), told, data)


def a_folded_pdf(hidden: bytes = b"<< /Title (x) >>") -> bytes:
    """Write a PDF whose objects lie compressed in another, as most programs do since 2003."""
    packed = [
        (1, b"<< /Type /Catalog /Pages 2 0 R >>"),
        (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>"),
        (4, hidden),
    ]
    index, bodies = b"", b""
    for number, body in packed:
        index += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    told = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode " % (len(packed), len(index))
    written = b"%PDF-1.5\n"
    holder = len(written)
    written += b"5 0 obj\n%s\nendobj\n" % a_stream(zlib.compress(index + bodies), told)
    table = len(written)
    rows = [(0, 0, 65535), *((2, 5, place) for place in range(4)), (1, holder, 0), (1, table, 0)]
    data = b"".join(struct.pack(">BIH", *row) for row in rows)
    told = b"/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R "
    return written + b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (a_stream(data, told), table)


def a_pdf_with_something_taken_out() -> bytes:
    """Write a PDF of which the table says that its last object is gone; the bytes are there."""
    before, _, after = a_pdf(ACTION % (b"Launch", b"/F (cmd.exe)")).rpartition(b" 00000 n ")
    return before + b" 00001 f " + after


def an_extended_pdf() -> bytes:
    """Change a PDF as programs do that only add at its end."""
    first = a_pdf()
    place, before = len(first), first.rindex(b"xref\n0")
    added = b"4 0 obj\n%s\nendobj\n" % a_stream(TEXT + b" ")
    table = b"xref\n4 1\n%010d 00000 n \n" % place
    end = b"trailer\n<< /Size 5 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        before,
        place + len(added),
    )
    return first + added + table + end


def a_bomb(megabytes: int = 96) -> bytes:
    """Fold zeros: the same compressed block again and again is a stream too."""
    folding = zlib.compressobj()
    block = folding.compress(bytes(MEGABYTE)) + folding.flush(zlib.Z_FULL_FLUSH)
    return block[:2] + block[2:] * megabytes


def a_huge_png(side: int = 30_000) -> bytes:
    """Write a PNG that tells of nine hundred million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes(MEGABYTE))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def a_picture(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = WIDE, **told: Any) -> bytes:
    written = BytesIO()
    Image.new(mode, size).save(written, kind, **told)
    return written.getvalue()


def a_photo(place: bool = True) -> bytes:
    """Take a photo with a telephone held upright, which writes down where it was."""
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    if place:
        exif[GPS] = {1: "N", 2: (45.0, 56.0, 14.0), 3: "W", 4: (0.0, 57.0, 45.0)}
    picture = Image.new("RGB", WIDE, (250, 250, 250))
    picture.paste((200, 30, 30), (0, 0, 30, 60))
    written = BytesIO()
    picture.save(written, "JPEG", exif=exif, comment=b"Rochefort, chez moi")
    return written.getvalue()


def an_odd_photo() -> bytes:
    """Take the same with a telephone that writes its EXIF wrong: a resolution below nothing, as a number."""
    fields = struct.pack("<HHIHH", ORIENTATION, 3, 1, TURNED, 0) + struct.pack("<HHIi", 0x011A, 9, 1, -5)
    told = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + fields + bytes(4)
    before = a_photo()
    return before[:2] + b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told + _after_its_exif(before)


def _after_its_exif(jpeg: bytes) -> bytes:
    start = jpeg.index(b"\xff\xe1")
    return jpeg[2:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4]) :]


def a_heic() -> bytes:
    written = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", WIDE, (30, 90, 160))).save(written, quality=50)
    return written.getvalue()


def a_written_pdf(act: Callable[[PdfWriter], Any] = lambda _: None) -> bytes:
    """Write a PDF with a library, which does something to it."""
    writer = PdfWriter()
    writer.add_blank_page(200, 100)
    act(writer)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def a_zip() -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("x.exe", b"MZ")
    return written.getvalue()


LINK = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://exemple.fr) >> >>"
GOOD: Mapping[str, Callable[[], bytes]] = {
    "a PDF by hand": a_pdf,
    "a PDF by a library": a_written_pdf,
    "a PDF of version 2": lambda: a_pdf(version=b"2.0"),
    "a PDF whose objects are folded": a_folded_pdf,
    "a PDF that was changed at its end": an_extended_pdf,
    "a PDF that opens at a page": lambda: a_pdf(catalog=b"/OpenAction [3 0 R /Fit] "),
    "a PDF that opens at a page by an action": lambda: a_pdf(
        catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >> "
    ),
    "a PDF with a link": lambda: a_pdf(LINK, page=b"/Annots [5 0 R] "),
    "a PDF with a folded stream": lambda: a_pdf(a_stream(zlib.compress(TEXT), b"/Filter /FlateDecode ")),
    "a PDF with lines of another system": lambda: a_pdf() + b"\r\n",
    "a scanned PDF": lambda: a_picture("PDF"),
    "a JPEG": a_picture,
    "a JPEG of a telephone": a_photo,
    "a grey JPEG": lambda: a_picture(mode="L"),
    "a JPEG for printers": lambda: a_picture(mode="CMYK"),
    "a JPEG that comes in passes": lambda: a_picture(progressive=True),
    "a PNG": lambda: a_picture("PNG"),
    "a PNG one can see through": lambda: a_picture("PNG", "RGBA"),
    "a PNG with a palette": lambda: a_picture("PNG", "P", transparency=0),
    "a HEIC": a_heic,
}
BAD: Mapping[str, Callable[[], bytes]] = {
    "a PDF with a script": lambda: a_pdf(ACTION % (b"JavaScript", b"/JS (app.alert(1))")),
    "a PDF that starts a program": lambda: a_pdf(ACTION % (b"Launch", b"/F (cmd.exe)")),
    "a PDF with a file in it": lambda: a_written_pdf(lambda one: one.add_attachment("x.exe", b"MZ")),
    "a PDF with a password": lambda: a_written_pdf(lambda one: one.encrypt("secret", algorithm="RC4-128")),
    "a PDF locked with a certificate": lambda: a_pdf(
        b"<< /Filter /Adobe.PubSec /V 4 >>", trailer=b"/Encrypt 5 0 R /ID [<00><00>] "
    ),
    "a PDF locked in a way of tomorrow": lambda: a_pdf(
        b"<< /Filter /Standard /V 9 /R 9 /O (o) /U (u) /P -4 >>", trailer=b"/Encrypt 5 0 R /ID [<00><00>] "
    ),
    "a PDF with a script by another spelling": lambda: a_pdf(ACTION % (b"J#61vaScript", b"/J#53 (x)")),
    "a PDF that ends too soon": lambda: a_pdf()[:-60],
    "a page before a PDF": lambda: b"<html><script>alert(1)</script></html>\n" + a_pdf(),
    "a GIF before a PDF": lambda: b"GIF89a" + a_pdf(),
    "the scanners’ test file": lambda: EICAR,
    "a drawing that can hold scripts": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a page that is called a PDF": lambda: b"<!doctype html><title>attestation.pdf</title>",
    "a program that is called a PDF": lambda: b"MZ\x90\x00" + bytes(200),
    "a PDF that unfolds without end": lambda: a_pdf(a_stream(a_bomb(), b"/Filter /FlateDecode ")),
    "a picture of 30,000 by 30,000": a_huge_png,
    # Beside the fourteen:
    "a PDF with a folded script": lambda: a_folded_pdf(ACTION % (b"JavaScript", b"/JS (x)")),
    "a PDF with a folded program": lambda: a_folded_pdf(ACTION % (b"Launch", b"/F (cmd.exe)")),
    "a PDF with an action that no table leads to": a_pdf_with_something_taken_out,
    "a PDF whose action has its name elsewhere": lambda: a_folded_pdf(b"<< /S 7 0 R /JS (x) >>"),
    "a PDF that acts by itself": lambda: a_pdf(catalog=b"/AA << /WC << /S /Named /N /Print >> >> "),
    "a PDF that prints by itself": lambda: a_pdf(catalog=b"/OpenAction << /S /Named /N /Print >> "),
    "a PDF with a form that sends": lambda: a_pdf(ACTION % (b"SubmitForm", b"/F (https://exemple.fr)")),
    "a PDF that is an archive too": lambda: a_pdf() + a_zip(),
    "a PDF folded twice": lambda: a_pdf(
        a_stream(zlib.compress(zlib.compress(TEXT)), b"/Filter [/FlateDecode /FlateDecode] ")
    ),
    "a PDF of too many pages": lambda: a_written_pdf(
        lambda one: [one.add_blank_page(9, 9) for _ in range(200)]
    ),
    "a PDF without a page": lambda: b"%PDF-1.7\ntrailer\n<< >>\nstartxref\n0\n%%EOF\n",
    "a JPEG that ends too soon": lambda: a_picture(size=(400, 400))[:-200],
    "a PNG that ends too soon": lambda: a_picture("PNG", size=(400, 400))[:60],
    "a HEIC that ends too soon": lambda: a_heic()[:-100],
    "a film by the same container": lambda: b"\x00\x00\x00\x18ftypisom" + bytes(200),
    "a GIF": lambda: a_picture("GIF", "P"),
    "an archive": a_zip,
}
