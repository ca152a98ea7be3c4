"""Inspection (« contrôle ») of what tenants send: what a file is, by its own first bytes and by reading it.

A PDF is kept as it came if nothing in it acts by itself; a photo is painted anew, which leaves behind where
it was taken and anything that hid in the file.  The libraries belong to the worker's package alone.
"""

from collections.abc import Mapping

from chalicelib.domain.quarantine import Sound, Unsound
from chalicelib.domain.uploads import Flaw
from chalicelib.gateways.pdf_inspection import inspect_pdf
from chalicelib.gateways.photos import repaint_heic, repaint_picture

PDF, JPEG = "application/pdf", "image/jpeg"
PICTURES: Mapping[bytes, str] = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
PAPERS = (b"%PDF-1.", b"%PDF-2.")
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


class ByteInspector:
    """Implements ``chalicelib.domain.quarantine.Inspector``."""

    def inspect(self, content: bytes) -> Sound:
        """Find out what a file is, and give what can be kept of it."""
        if content.startswith(PAPERS):
            inspect_pdf(content)
            return Sound(content, PDF)
        if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
            return Sound(repaint_heic(content), JPEG)
        for begins, kind in PICTURES.items():
            if content.startswith(begins):
                return Sound(repaint_picture(content, kind), JPEG)
        raise Unsound(Flaw.UNKNOWN_KIND)
