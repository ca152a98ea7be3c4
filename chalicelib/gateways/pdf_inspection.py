"""Inspection of PDF (« contrôle des PDF »): nothing in it may act, hide another file, or unfold without end.

Every object is read, whether a page shows it or not: a name may be spelled ``/J#61vaScript``, an object may
lie compressed in another.  Long names are looked for in the bare bytes as well, for what no table leads to.
"""

import base64
import binascii
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chalicelib.domain.quarantine import Unsound
from chalicelib.domain.uploads import Flaw

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_OBJECTS, MOST_PAGES, MOST_PIXELS = 50_000, 200, 100_000_000
MOST_UNFOLDED_BYTES, STEP_BYTES = 100_000_000, 1 << 20
# Keys that are there only for what we refuse.
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent"})
ACTIVE_ACTIONS = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie"),
        *("/Sound", "/RichMediaExecute", "/GoTo3DView"),
    }
)
ACTIVE_TYPES = frozenset(
    {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/PS", "/EmbeddedFile"}
)
# A string of one word, as an address is: what it says is no name, whatever stands after its slashes.
WORD = re.compile(rb"\([^\s()<>\\]*\)")
BARE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)\b")
SPELLED = re.compile(rb"#([0-9A-Fa-f]{2})")
END = re.compile(rb"%%EOF[\s\0]*\Z")
FOLDING = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
# What pypdf raises on files that are not what they say.
UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, OSError),
    *(struct.error, zlib.error),
)


def inspect_pdf(content: bytes) -> None:
    """Read a PDF through; ``Unsound`` with what is wrong with it."""
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would quote from the file
    if not END.search(content[-2048:]) or zipfile.is_zipfile(BytesIO(content)):
        raise Unsound(Flaw.UNREADABLE)
    if BARE.search(SPELLED.sub(lambda code: bytes([int(code[1], 16)]), WORD.sub(b"()", content))):
        raise Unsound(Flaw.ACTIVE)
    try:
        reader = _open(content)
        _inspect_objects(reader)
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise Unsound(Flaw.TOO_BIG if reader.pages else Flaw.UNREADABLE)
    except (PyPdfError, DependencyError, *UNREADABLE) as error:
        raise Unsound(Flaw.UNREADABLE) from error


def _open(content: bytes) -> "PdfReader":
    """Read the tables of a PDF; ``Unsound`` if it is locked, in whatever way, known to the library or not."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(BytesIO(content))
    except (NotImplementedError, DependencyError) as error:
        raise Unsound(Flaw.LOCKED if b"/Encrypt" in content else Flaw.UNREADABLE) from error
    if reader.is_encrypted:
        raise Unsound(Flaw.LOCKED)
    return reader


def _inspect_objects(reader: "PdfReader") -> None:
    left = MOST_UNFOLDED_BYTES
    for whole in _objects(reader):
        for one in _dictionaries(whole):
            _refuse_active(one)
        left -= _unfolded(whole, left)


def _objects(reader: "PdfReader") -> Iterator[Any]:
    """Give the trailer and every object that a table leads to."""
    from pypdf.generic import IndirectObject

    plain = [(number, generation) for generation, found in reader.xref.items() for number in found]
    names = {*plain, *((number, 0) for number in reader.xref_objStm)}
    if len(names) > MOST_OBJECTS:
        raise Unsound(Flaw.TOO_BIG)
    yield reader.trailer
    for number, generation in sorted(names):
        yield reader.get_object(IndirectObject(number, generation, reader))


def _dictionaries(whole: Any) -> Iterator[Mapping[str, Any]]:
    """Give every dictionary in an object; what it only points at has its own turn."""
    waiting = [whole]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += [one.raw_get(name) if hasattr(one, "raw_get") else one[name] for name in one]
        elif isinstance(one, list):
            waiting += list.__iter__(one)


def _refuse_active(one: Mapping[str, Any]) -> None:
    kinds = {_name(one, "/Type"), _name(one, "/Subtype")}
    if ACTIVE_KEYS & one.keys() or kinds & ACTIVE_TYPES or _name(one, "/S") in ACTIVE_ACTIONS:
        raise Unsound(Flaw.ACTIVE)
    if "/OpenAction" in one and not _only_leads_to_a_page(one["/OpenAction"]):
        raise Unsound(Flaw.ACTIVE)


def _name(one: Mapping[str, Any], key: str) -> str:
    """Read a name, which may be kept in an object of its own."""
    return str(one[key]) if key in one else ""


def _only_leads_to_a_page(opening: Any) -> bool:
    return isinstance(opening, list) or (isinstance(opening, dict) and opening.get("/S") == "/GoTo")


def _unfolded(whole: Any, most: int) -> int:
    """Measure what a stream becomes once unfolded, without keeping it; ``Unsound`` over ``most`` bytes."""
    from pypdf.generic import StreamObject

    if not isinstance(whole, StreamObject):
        return 0
    told: Mapping[str, Any] = whole
    if _name(told, "/Subtype") == "/Image" and int(told["/Width"]) * int(told["/Height"]) > MOST_PIXELS:
        raise Unsound(Flaw.TOO_BIG)
    named = told.get("/Filter", [])
    filters = [str(one) for one in (named if isinstance(named, list) else [named])]
    if len([one for one in filters if one in FOLDING]) > 1:
        raise Unsound(Flaw.TOO_BIG)
    data: bytes = whole._data
    for one in filters:
        if one in {"/FlateDecode", "/Fl"}:
            return _inflated(data, most)
        data = _plain(one, data)
    return len(data)


def _plain(name: str, data: bytes) -> bytes:
    """Undo a filter that only spells bytes in letters; any other is not gone into."""
    if name in {"/ASCII85Decode", "/A85"}:
        return base64.a85decode(data.strip().removesuffix(b"~>"))
    if name in {"/ASCIIHexDecode", "/AHx"}:
        return binascii.unhexlify(b"".join(data.split()).removesuffix(b">"))
    return data


def _inflated(data: bytes, most: int) -> int:
    unfolding, size = zlib.decompressobj(), 0
    while data and not unfolding.eof:
        size += len(unfolding.decompress(data, STEP_BYTES))
        data = unfolding.unconsumed_tail
        if size > most:
            raise Unsound(Flaw.TOO_BIG)
    return size
