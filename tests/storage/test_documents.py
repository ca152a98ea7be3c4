"""The register of papers in the table: by lease, by day, page after page."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.errors import Absent
from chalicelib.storage.documents import DynamoDocuments
from tests.mothers import NOW, a_document
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture
def documents() -> DynamoDocuments:
    return DynamoDocuments()


def test_a_paper_comes_back_as_it_was_however_often_it_is_added(documents: DynamoDocuments) -> None:
    documents.add(a_document())
    documents.add(a_document())

    assert documents.get("9126", a_document().id) == a_document()
    assert documents.of_lease("9126") == ([a_document()], "")


def test_a_paper_of_another_lease_is_absent(documents: DynamoDocuments) -> None:
    documents.add(a_document("9126"))

    for lease, id in (("9128", a_document().id), ("9126", a_document(mark="b").id), ("", "")):
        with pytest.raises(Absent):
            documents.get(lease, id)
    assert documents.of_lease("9128") == ([], "")


def test_papers_come_newest_first_page_after_page_each_once(documents: DynamoDocuments) -> None:
    made = [
        a_document(on=date(2026, month, day), mark=mark)
        for month in (1, 2)
        for day in (1, 9)
        for mark in "ab"
    ]
    for one in made:
        documents.add(one)
    found, after = documents.of_lease("9126", limit=3)
    pages = [[one.id for one in found]]
    while after:
        found, after = documents.of_lease("9126", after, limit=3)
        pages.append([one.id for one in found])

    assert [len(page) for page in pages] == [3, 3, 2]
    listed = [id for page in pages for id in page]
    assert sorted(listed) == sorted(one.id for one in made)
    assert [id[7:17] for id in listed] == sorted((id[7:17] for id in listed), reverse=True)


def test_a_page_that_is_just_full_has_none_after_it(documents: DynamoDocuments) -> None:
    for mark in "abc":
        documents.add(a_document(mark=mark))

    assert documents.of_lease("9126", limit=3)[1] == ""
    assert documents.of_lease("9126", limit=2)[1] != ""


def test_a_paper_says_all_that_was_said_of_it(documents: DynamoDocuments) -> None:
    said = replace(
        a_document(),
        number="R-2026-12-009126",
        cents=0,
        month="2026-12",
        of="erp:1",
        code="7Q4XM2ZAK09TH5CE",
        void_at=NOW,
        void_reason="Le prélèvement a été rejeté.",
        media_type="image/png",
    )
    documents.add(said)

    assert documents.get("9126", said.id) == said
    assert documents.everything("9126")[0] == [said]


def test_the_newest_thousand_papers_come_at_once_and_the_others_after_them(
    documents: DynamoDocuments, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.storage.documents.MOST_PAPERS", 3)
    made = [a_document(on=date(2026, 1, day)) for day in range(1, 6)]
    for one in made:
        documents.add(one)

    newest = list(reversed(made))
    assert counted.during(lambda: documents.everything("9126")) == {"Query": 1}
    assert documents.everything("9126")[0] == newest[:3]
    assert documents.of_lease("9126", newest[2].id) == (newest[3:], "")
