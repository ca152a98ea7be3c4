"""The folder of a lease: every paper under one kind, one year and one page, newest first."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.folder import (
    PAPERS_ON_A_PAGE,
    Asked,
    Sheet,
    Tab,
    about,
    day_in_words,
    open_folder,
    place_of,
    tab_of,
    type_in_words,
    void_word,
)
from tests.folders import a_paper, a_rent_receipt, of_month
from tests.mothers import a_document

SEVEN = [tab for tab in Tab if tab is not Tab.MANDATES]


@some.composite
def papers(draw: some.DrawFn) -> list[Document]:
    """Give up to seventy papers of two kinds over three years."""
    days = draw(some.lists(some.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=70, unique=True))
    kinds = [DocumentKind.PAYMENT_TICKET, DocumentKind.CERTIFICATE]
    return [a_paper(draw(some.sampled_from(kinds)), f"Papier {rank}", day) for rank, day in enumerate(days)]


def sheets(listed: list[Document]) -> list[Sheet]:
    """Follow every link of the pages."""
    found = []
    for tab in open_folder(listed, Asked()).counts:
        for year in open_folder(listed, Asked(tab)).years or (0,):
            pages = open_folder(listed, Asked(tab, str(year))).pages
            found += [open_folder(listed, Asked(tab, str(year), str(page + 1))) for page in range(pages)]
    return found


@settings(max_examples=60, deadline=None)
@given(papers())
def test_following_every_link_shows_every_paper_once_newest_first(listed: list[Document]) -> None:
    found = sheets(listed)

    assert sorted(one.id for sheet in found for one in sheet.papers) == sorted(one.id for one in listed)
    for sheet in found:
        assert len(sheet.papers) <= PAPERS_ON_A_PAGE
        assert list(sheet.papers) == sorted(sheet.papers, key=place_of, reverse=True)
        assert {(tab_of(one), about(one).year) for one in sheet.papers} <= {(sheet.tab, sheet.year)}


def test_every_kind_of_paper_has_its_tab_and_mandates_show_when_there_are_some() -> None:
    mandate = a_paper(DocumentKind.MANDATE, "Mandat", date(2026, 3, 1))

    assert list(open_folder([], Asked()).counts) == SEVEN
    assert open_folder([], Asked("mandats")).tab is Tab.NOTICES
    assert open_folder([mandate], Asked("mandats")).papers == (mandate,)
    assert {tab_of(a_paper(kind, "x", date(2026, 3, 1))) for kind in DocumentKind} == set(Tab)


def test_without_a_wish_the_first_kind_that_has_papers_is_shown_in_its_latest_year() -> None:
    old, new = a_rent_receipt(year=2025), a_rent_receipt(year=2026)

    sheet = open_folder([old, new, a_document()], Asked())

    assert (sheet.tab, sheet.year, sheet.papers) == (Tab.RECEIPTS, 2026, (new,))
    assert sheet.years == (2026, 2025)
    assert sheet.counts[Tab.RECEIPTS] == 2
    assert open_folder([], Asked()).tab is Tab.NOTICES
    assert open_folder([], Asked()).year is None


def test_a_paper_lies_under_the_year_that_it_is_about() -> None:
    january = of_month(DocumentKind.RENT_NOTICE, date(2027, 1, 1), date(2026, 12, 20), "Avis d’échéance")
    odd = a_paper(DocumentKind.LEASE, "Bail", date(2021, 3, 1), month="2021-13")

    assert about(january) == date(2027, 1, 1)
    assert open_folder([january], Asked("avis")).years == (2027,)
    assert about(odd) == date(2021, 3, 1)


def test_of_one_month_the_paper_that_was_made_last_comes_first() -> None:
    void = a_rent_receipt(void_at=datetime(2026, 10, 14, 9, tzinfo=UTC))
    new = of_month(DocumentKind.RENT_RECEIPT, date(2026, 10, 1), date(2026, 11, 20), "Quittance", rank=2)
    next_month = a_rent_receipt(11)

    assert open_folder([void, next_month, new], Asked()).papers == (next_month, new, void)


@pytest.mark.parametrize("asked", ["", "0", "-1", "3", "١", "²", "1.0", "9" * 5000, "abc"])
def test_a_page_or_a_year_that_is_not_there_is_as_if_it_had_not_been_asked_for(asked: str) -> None:
    listed = [a_document(mark=mark, on=date(2026, 2, day)) for day in range(1, 14) for mark in "ab"]

    sheet = open_folder(listed, Asked("tickets", asked, asked))

    assert (sheet.year, sheet.page, sheet.pages, len(sheet.papers)) == (2026, 1, 2, 25)


def test_an_address_of_before_leads_to_what_comes_after_its_paper() -> None:
    listed = [a_document(on=date(2026, 11, 23) - timedelta(days=11 * rank)) for rank in range(80)]
    this_year = open_folder(listed, Asked()).papers

    second = open_folder(listed, Asked(after=this_year[24].id))
    assert (second.tab, second.year, second.page) == (Tab.TICKETS, 2026, 2)
    last = [one for one in listed if one.issued_on.year == 2026][-1]
    assert open_folder(listed, Asked(after=last.id)).year == 2025
    assert open_folder(listed, Asked(after=listed[-1].id)).papers[-1] == listed[-1]
    assert open_folder([], Asked(after=last.id)).papers == ()
    assert open_folder(listed, Asked(after="rien")).page == 1


def test_words_for_papers_have_the_gender_of_their_name() -> None:
    words = {kind: void_word(a_paper(kind, "x", date(2026, 3, 1))) for kind in DocumentKind}

    feminine = {"quittance", "regularisation", "attestation"}
    assert {kind.value for kind, word in words.items() if word == "Annulée"} == feminine
    assert set(words.values()) == {"Annulée", "Annulé"}


@pytest.mark.parametrize(
    ("size", "media_type", "words"),
    [
        (61_234, "application/pdf", "PDF, 61\u00a0ko"),
        (12, "application/pdf", "PDF, 1\u00a0ko"),
        (0, "application/pdf", "PDF"),
        (3_449_999, "image/jpeg", "JPEG, 3,4\u00a0Mo"),
        (1_000_000, "image/png", "PNG, 1,0\u00a0Mo"),
        (5_000, "text/x", "Fichier, 5\u00a0ko"),
    ],
)
def test_a_file_says_what_it_is_and_how_large(size: int, media_type: str, words: str) -> None:
    paper = a_paper(DocumentKind.LEASE, "Bail", date(2021, 3, 1), size_bytes=size, media_type=media_type)

    assert type_in_words(paper) == words


def test_a_paper_says_its_month_where_its_title_does_not() -> None:
    part = of_month(
        DocumentKind.PARTIAL_RECEIPT, date(2026, 10, 1), date(2026, 11, 2), "Reçu de 380,54\u00a0€"
    )

    assert day_in_words(part) == "octobre 2026, édition du 2\u00a0novembre 2026"
    assert day_in_words(a_rent_receipt()) == "5\u00a0octobre 2026"
    assert day_in_words(a_paper(DocumentKind.LEASE, "Bail", date(2021, 3, 1))) == "1er\u00a0mars 2021"
