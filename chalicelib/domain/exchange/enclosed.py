"""The files that come with the rows of a delivery (« pièces jointes »): the landlord's own papers, as PDF."""

from typing import Protocol

from chalicelib.domain.exchange.rows import WrongRow

FOLDER = "documents"
LARGEST_BYTES = 20_000_000
_PDF = b"%PDF-"
COLUMN = "fichier"
MISSING = f"Le fichier manque dans le dossier «\u00a0{FOLDER}\u00a0» de la livraison, ou ne peut y être lu."
TOO_LARGE = "Le fichier dépasse 20\u00a0Mo."
NOT_PDF = "Le fichier n’est pas un PDF."


class Enclosed(Protocol):
    """Where the files of a delivery are."""

    def read(self, name: str, most: int) -> bytes | None:
        """Give the first ``most`` bytes of a file; nothing if none of that name came, or can be read."""


class Archive(Protocol):
    """Where papers are kept for good."""

    def put(self, key: str, content: bytes, media_type: str) -> bytes:
        """Keep a file under a key, unless one is there already; give the content that is now there."""


def enclosed_pdf(enclosed: Enclosed | None, name: str) -> bytes:
    """Read a paper that came with its row; ``WrongRow`` if it did not, or is no PDF that can be kept."""
    content = enclosed.read(name, LARGEST_BYTES + 1) if enclosed else None
    if content is None:
        raise WrongRow(COLUMN, MISSING)
    if len(content) > LARGEST_BYTES:
        raise WrongRow(COLUMN, TOO_LARGE)
    if not content.startswith(_PDF):
        raise WrongRow(COLUMN, NOT_PDF)
    return content
