"""Making a rent paper: printed, kept, and spelled for the register, whichever paper it is.

Nothing that is printed may be lost to another text: a file lies under its number and what it says, so a paper
that was printed but never registered stands in nobody's way.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from chalicelib.domain.documents import PDF, Document, DocumentKind, Files, Press
from chalicelib.domain.landlord import Landlord
from chalicelib.domain.rent_papers import paper_id


class Codes(Protocol):
    """Spells the code by which a receipt is checked, and what its QR code says."""

    def code(self, number: str) -> str:
        """Give the code of a paper as ``named``: 16 letters and figures, always the same, ours alone."""


class QrCodes(Protocol):
    """Draws QR codes, as SVG."""

    def sepa(self, name: str, iban: str, bic: str, cents: int, text: str) -> str:
        """Draw what banks' applications read as a transfer to an account (EPC069-12)."""

    def link(self, address: str) -> str:
        """Draw an address."""


@dataclass(frozen=True)
class PaperDesk:
    """What making a paper needs; ``address`` is where the portal is, without a slash at its end."""

    files: Files
    press: Press
    codes: Codes
    qr: QrCodes
    landlord: Landlord
    address: str


@dataclass(frozen=True)
class Draft:
    """A paper that is to be made: what the register says of it."""

    kind: DocumentKind
    number: str
    lease: str
    title: str
    issued_on: date
    cents: int | None = None
    month: str = ""
    of: str = ""
    code: str = ""

    @property
    def id(self) -> str:
        """Give the id that its document has."""
        return paper_id(self.kind.value, self.issued_on, self.number)


def named(lease: str, number: str) -> str:
    """Name a paper among those of all leases, two of which may have the same number printed."""
    return f"{lease}|{number}"


def make_paper(
    desk: PaperDesk, draft: Draft, template: str, values: dict[str, Any], now: datetime
) -> Document:
    """Print a paper and keep its file; the same values give the file that is there already."""
    said = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]
    key = f"papers/{draft.lease}/{draft.number}-{said}.pdf"
    content = desk.files.put(key, desk.press.press(template, values, now), PDF)
    return Document(
        id=draft.id,
        lease=draft.lease,
        kind=draft.kind,
        title=draft.title,
        issued_on=draft.issued_on,
        key=key,
        size_bytes=len(content),
        file_name=f"{draft.kind.value}-{draft.number}.pdf",
        number=draft.number,
        cents=draft.cents,
        month=draft.month,
        of=draft.of,
        code=draft.code,
    )
