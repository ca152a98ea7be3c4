"""Folders of papers: leases with papers of every kind, on register and with their files."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.domain import french
from chalicelib.domain.documents import PDF, Document, DocumentKind
from chalicelib.domain.rent_papers import paper_id, paper_number
from chalicelib.portal import portal
from chalicelib.storage.documents import document_item
from tests import mothers
from tests.mothers import ELOISES_LEASE

CONTENT = b"%PDF-1.7 a paper of the tests"
LETTERS = {
    DocumentKind.RENT_NOTICE: "A",
    DocumentKind.RENT_RECEIPT: "Q",
    DocumentKind.PARTIAL_RECEIPT: "R",
}
REJECTED: dict[str, Any] = {
    "void_at": datetime(2026, 10, 14, 9, 0, tzinfo=UTC),
    "void_reason": "Prélèvement rejeté.",
}


def a_paper(kind: DocumentKind, title: str, on: date, lease: str = ELOISES_LEASE, **changes: Any) -> Document:
    """Give a paper as the landlord's own software hands it over: it has no number, and may be no PDF."""
    mark = hashlib.sha256(f"{lease} {title} {on}".encode()).hexdigest()[:32]
    id = f"{kind.value}-{on:%Y-%m-%d}-{mark}"
    made = Document(id, lease, kind, title, on, f"landlord/{lease}/{id}.pdf", 61_234, f"{kind.value}.pdf")
    return replace(made, **changes)


def of_month(
    kind: DocumentKind, month_on: date, on: date, title: str, lease: str = ELOISES_LEASE, **changes: Any
) -> Document:
    """Give a paper about a month, as we make it: it has a number."""
    number = paper_number(LETTERS[kind], f"{month_on:%Y-%m}", lease, changes.pop("rank", 1))
    facts = {
        "id": paper_id(kind.value, on, number),
        "number": number,
        "key": f"papers/{lease}/{number}.pdf",
        "file_name": f"{number}.pdf",
        "month": f"{month_on:%Y-%m}",
        "cents": 486_32,
    }
    return a_paper(kind, title, on, lease, **(facts | changes))


def a_rent_receipt(month: int = 10, year: int = 2026, lease: str = ELOISES_LEASE, **changes: Any) -> Document:
    """Give the « quittance » of a month, made on its fifth day."""
    on = date(year, month, 5)
    title = f"Quittance {french.of_month(on)}"
    return of_month(DocumentKind.RENT_RECEIPT, on.replace(day=1), on, title, lease, **changes)


def keep(*papers: Document) -> None:
    """Have papers on register, each with its file."""
    mothers.put(*map(document_item, papers))
    for paper in papers:
        portal().files.put(paper.key, CONTENT, PDF)
