"""Checking a receipt (« vérification »): what the portal says of it to whoever has its code."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chalicelib.domain.documents import DocumentKind


@dataclass(frozen=True)
class VerifiedPaper:
    """What is said of a receipt, and nothing of who it was made for.

    ``period`` is what it is about, as it is printed.
    """

    kind: DocumentKind
    title: str
    period: str
    cents: int
    issued_on: date
    void_at: datetime | None = None

    @property
    def is_void(self) -> bool:
        """Tell whether it holds no more."""
        return self.void_at is not None


class VerifiedPapers(Protocol):
    """Where receipts are found by their code."""

    def find(self, code: str) -> VerifiedPaper | None:
        """Read what is known of a code, as last committed; nothing if no receipt has it."""
