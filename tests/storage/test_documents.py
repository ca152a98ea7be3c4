"""The register of papers in the table: by lease, by day, page after page."""

from datetime import date

import pytest

from chalicelib.domain.errors import Absent
from chalicelib.storage.documents import DynamoDocuments
from tests.mothers import a_document

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
