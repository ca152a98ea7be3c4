"""The folder of a lease (« classeur »): its papers by kind and by year, a page of them at a time.

A paper lies under the year of what it is about: the notice of January under the new year, though it was made
in December.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain import french
from chalicelib.domain.documents import PDF, Document, DocumentKind

PAPERS_ON_A_PAGE = 25
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_AFTER = re.compile(r"([a-z-]+)-(\d{4}-\d\d-\d\d)-[0-9a-f]{32}", re.ASCII)
_TYPES = {PDF: "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
_THOUSAND, _MILLION = 1_000, 1_000_000


class Tab(StrEnum):
    """What papers are told apart by, in the order of the page; each value is part of published addresses."""

    NOTICES = "avis"
    RECEIPTS = "quittances"
    CHARGES = "regularisations"
    LEASE = "bail"
    INVENTORY = "etat-des-lieux"
    CERTIFICATES = "attestations"
    TICKETS = "tickets"
    MANDATES = "mandats"

    @property
    def label(self) -> str:
        """Give its name, as the page has it."""
        return _TITLES[self]


_TITLES = {
    Tab.NOTICES: "Avis d’échéance",
    Tab.RECEIPTS: "Quittances et reçus",
    Tab.CHARGES: "Régularisations de charges",
    Tab.LEASE: "Contrat de location",
    Tab.INVENTORY: "État des lieux",
    Tab.CERTIFICATES: "Attestations",
    Tab.TICKETS: "Tickets de paiement",
    Tab.MANDATES: "Mandats de prélèvement",
}
_TAB_OF = {
    DocumentKind.RENT_NOTICE: Tab.NOTICES,
    DocumentKind.RENT_RECEIPT: Tab.RECEIPTS,
    DocumentKind.PARTIAL_RECEIPT: Tab.RECEIPTS,
    DocumentKind.CHARGE_STATEMENT: Tab.CHARGES,
    DocumentKind.LEASE: Tab.LEASE,
    DocumentKind.INVENTORY_REPORT: Tab.INVENTORY,
    DocumentKind.CERTIFICATE: Tab.CERTIFICATES,
    DocumentKind.PAYMENT_TICKET: Tab.TICKETS,
    DocumentKind.MANDATE: Tab.MANDATES,
}
_FEMININE = {
    DocumentKind.RENT_RECEIPT,
    DocumentKind.CHARGE_STATEMENT,
    DocumentKind.CERTIFICATE,
}
# Shown even when they are empty: each says when its papers come.
_ALWAYS = tuple(tab for tab in Tab if tab is not Tab.MANDATES)


@dataclass(frozen=True)
class Asked:
    """What an address asks to see; what is not there is as if it had not been asked for.

    ``after`` is the paper after which the page goes on, as addresses had it first.
    """

    tab: str = ""
    year: str = ""
    page: str = ""
    after: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page of a folder: the papers of a kind and a year; ``counts`` has all kinds that can be chosen."""

    tab: Tab
    counts: dict[Tab, int]
    years: tuple[int, ...]
    year: int | None
    papers: tuple[Document, ...]
    page: int
    pages: int


def open_folder(papers: Sequence[Document], asked: Asked) -> Sheet:
    """Show the papers that are asked for, newest first; without a wish, the first kind that has any."""
    after = _AFTER.fullmatch(asked.after)
    counts = {tab: sum(tab_of(one) is tab for one in papers) for tab in Tab}
    shown = {tab: counts[tab] for tab in Tab if counts[tab] or tab in _ALWAYS}
    tab = _tab(shown, asked.tab, after[1] if after else "")
    within = sorted((one for one in papers if tab_of(one) is tab), key=place_of, reverse=True)
    is_before = _comes_before(asked.after) if after else None
    years = tuple(sorted({about(one).year for one in within}, reverse=True))
    year = _year(within, years, asked.year, is_before)
    listed = [one for one in within if about(one).year == year]
    pages = max(-(-len(listed) // PAPERS_ON_A_PAGE), 1)
    page = _page(listed, pages, asked.page, is_before)
    first = (page - 1) * PAPERS_ON_A_PAGE
    return Sheet(tab, shown, years, year, tuple(listed[first : first + PAPERS_ON_A_PAGE]), page, pages)


def tab_of(paper: Document) -> Tab:
    """Tell under which tab a paper lies."""
    return _TAB_OF[paper.kind]


def about(paper: Document) -> date:
    """Give the day that a paper is about: the first of its month, or else the one on which it was made."""
    if found := _MONTH.fullmatch(paper.month):
        return date(int(found[1]), int(found[2]), 1)
    return paper.issued_on


def place_of(paper: Document) -> tuple[str, date, str]:
    """Give what papers are sorted by: the month that they are about, then the day they were made."""
    return f"{about(paper):%Y-%m}", paper.issued_on, paper.id


def void_word(paper: Document) -> str:
    """Give the word for a paper that holds no more, of the gender of its name."""
    return "Annulée" if paper.kind in _FEMININE else "Annulé"


def day_in_words(paper: Document) -> str:
    """Tell when a paper was made, after the month that it is about where its title does not say that."""
    made_on, month = french.day(paper.issued_on), french.month(about(paper))
    return made_on if not paper.month or month in paper.title else f"{month}, édition du {made_on}"


def type_in_words(paper: Document) -> str:
    """Tell what sort of file a paper is, and how large: « PDF, 61 ko »."""
    sort = _TYPES.get(paper.media_type, "Fichier")
    if paper.size_bytes <= 0:
        return sort
    if paper.size_bytes < _MILLION:
        return f"{sort}, {max(round(paper.size_bytes / _THOUSAND), 1)}\u00a0ko"
    return f"{sort}, {paper.size_bytes / _MILLION:.1f}\u00a0Mo".replace(".", ",")


def _tab(shown: dict[Tab, int], asked: str, prefix: str) -> Tab:
    """Choose the kind: the one asked for, that of a paper's id, or the first that has papers."""
    if asked in shown:
        return Tab(asked)
    if prefix in set(DocumentKind) and (of_prefix := _TAB_OF[DocumentKind(prefix)]) in shown:
        return of_prefix
    return next((tab for tab, count in shown.items() if count), Tab.NOTICES)


def _comes_before(id: str) -> Callable[[Document], bool]:
    """Tell of papers whether they come before the place after which a page goes on, that paper with them."""
    place = id[-43:-33], id
    return lambda one: (one.issued_on.isoformat(), one.id) >= place


def _year(
    within: Sequence[Document],
    years: Sequence[int],
    asked: str,
    is_before: Callable[[Document], bool] | None,
) -> int | None:
    for year in years:
        if str(year) == asked:
            return year
    if is_before:
        further = (about(one).year for one in within if not is_before(one))
        return next(further, years[-1] if years else None)
    return years[0] if years else None


def _page(
    listed: Sequence[Document], pages: int, asked: str, is_before: Callable[[Document], bool] | None
) -> int:
    if is_before:
        seen = sum(map(is_before, listed))
        return min(seen // PAPERS_ON_A_PAGE + 1, pages)
    return int(asked) if asked in set(map(str, range(1, pages + 1))) else 1
