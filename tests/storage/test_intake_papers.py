"""Bringing the landlord's own papers in: the file first, each paper once, and for good."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

import pytest

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Unavailable
from chalicelib.storage.charge_statements import ChargeStatementItem
from chalicelib.storage.documents import DynamoDocuments, document_item
from chalicelib.storage.keys import lease_key
from chalicelib.storage.table import Item, connection
from tests.deliveries import A_PDF, TODAY, Cells, Shelves, bring, counts, files, only, places
from tests.faults import Faults
from tests.storage.books import stored_items

pytestmark = pytest.mark.usefixtures("table")
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
ANOTHER_PDF = b"%PDF-1.7 another paper"
PUBLISHED = "Un document publié ne se remplace pas\u00a0: donnez-lui une autre référence."
LIFT = {"nature": "Ascenseur", "depense": "", "part": "12,00", "provisions": "61,44"}


def registered(lease: str = "9126") -> list[Document]:
    return DynamoDocuments().of_lease(lease)[0]


def test_a_paper_is_kept_then_registered() -> None:
    shelves = Shelves()

    report = bring(files(documents=[{"montant": "410,25", "mois": "2026-11"}]), shelves=shelves)

    assert counts(report)["documents.csv"] == (1, 0, 0, 0)
    assert shelves.kept == {"landlord/9126/BAIL-9126.pdf": A_PDF}
    hex = sha256(b"BAIL-9126").hexdigest()[:32]
    expected = Document(
        f"bail-2019-04-01-{hex}",
        "9126",
        DocumentKind.LEASE,
        "Contrat de location",
        date(2019, 4, 1),
        "landlord/9126/BAIL-9126.pdf",
        len(A_PDF),
        "bail-9126.pdf",
        cents=41_025,
        month="2026-11",
    )
    assert registered() == [expected]


def test_the_same_papers_again_are_neither_sent_nor_written() -> None:
    many = [{"reference": f"AVIS-{rank}", "nature": "avis"} for rank in range(70)]
    given = files(documents=many, regularisations=[{}, LIFT, LIFT | {"annee": "2024"}])
    bring(given)
    before, heard, shelves = stored_items(), Faults(connection().client), Shelves()

    report = bring(given, shelves=shelves)

    assert (report.changes, report.errors, counts(report)["documents.csv"]) == (0, (), (0, 0, 70, 0))
    assert shelves.puts == []
    assert not WRITES & heard.calls.keys()
    assert stored_items() == before


@pytest.mark.parametrize(
    ("row", "papers", "column"),
    [
        ({}, {"bail-9126.pdf": ANOTHER_PDF}, "fichier"),
        ({"titre": "Bail"}, None, "reference"),
        ({"nature": "avis"}, None, "reference"),
        ({"date": "2019-04-02"}, None, "reference"),
        ({"montant": "1,00"}, None, "reference"),
    ],
)
def test_a_published_paper_is_not_replaced(
    row: Cells, papers: Mapping[str, bytes] | None, column: str
) -> None:
    bring(files())
    before, shelves = stored_items(), Shelves()

    report = bring(only(documents=[row, {"reference": "BAIL-2"}]), papers=papers, shelves=shelves)

    assert [(one.line, one.column, one.rule) for one in report.errors] == [(2, column, PUBLISHED)]
    assert counts(report)["documents.csv"] == (1, 0, 0, 1)
    assert shelves.puts == ["landlord/9126/BAIL-2.pdf"]
    assert {key: item for key, item in stored_items().items() if key in before} == before


def test_a_file_that_is_kept_under_a_reference_stays_though_nothing_registered_it() -> None:
    shelves = Shelves({"landlord/9126/BAIL-9126.pdf": ANOTHER_PDF})

    report = bring(files(), shelves=shelves)

    assert [(one.column, one.rule) for one in report.errors] == [("fichier", PUBLISHED)]
    assert (registered(), shelves.kept) == ([], {"landlord/9126/BAIL-9126.pdf": ANOTHER_PDF})


def test_a_reference_that_the_portal_gave_a_paper_of_its_own_is_taken() -> None:
    bring(files(documents=[]))
    hex = sha256(b"Q-2026-11-009126").hexdigest()[:32]
    ours = Document(
        f"quittance-2026-11-12-{hex}",
        "9126",
        DocumentKind.RENT_RECEIPT,
        "Quittance",
        TODAY,
        "papers/x",
        1,
        "x",
    )
    document_item(ours).save()
    row = {"reference": "Q-2026-11-009126", "nature": "quittance", "date": "2026-11-12"}

    report = bring(only(documents=[row]))

    assert [(one.column, one.rule) for one in report.errors] == [("reference", PUBLISHED)]
    assert registered() == [ours]


def test_a_row_whose_file_cannot_be_kept_is_refused_and_the_others_are_in() -> None:
    names = {
        "manque.pdf": None,
        "vide.pdf": b"",
        "lettre.pdf": b"PK",
        "grand.pdf": b"%PDF-" + bytes(20_000_000),
    }
    rows = [{"reference": f"R{rank}", "fichier": name} for rank, name in enumerate(names)]
    papers = {name: content for name, content in names.items() if content is not None}

    report = bring(files(documents=[*rows, {}]), papers={**papers, "bail-9126.pdf": A_PDF})

    assert places(report) == [("documents.csv", line, "fichier") for line in (2, 3, 4, 5)]
    assert report.exit_code == 2
    assert [one.title for one in registered()] == ["Contrat de location"]


def test_an_import_that_was_cut_after_the_file_is_finished_by_the_next() -> None:
    bring(files(documents=[]))
    notices = [{"reference": f"AVIS-{rank}"} for rank in range(60)]
    shelves, papers = Shelves(), only(documents=notices, regularisations=[{"annee": "2024"}])
    transactions = iter(range(1))
    faults = Faults(connection().client)
    faults.choose = lambda name: "before" if name == "TransactWriteItems" and next(transactions, 1) else None

    with pytest.raises(Unavailable):
        bring(papers, shelves=shelves)
    half, faults.choose = len(registered()), lambda _: None
    report = bring(papers, shelves=shelves)

    assert (half, report.errors) == (50, ())
    assert len(DynamoDocuments().of_lease("9126", limit=99)[0]) == len(shelves.kept) == 60
    assert bring(papers, shelves=shelves).changes == 0


def test_two_imports_of_the_same_papers_at_once_register_each_once() -> None:
    bring(files(documents=[]))
    papers, started = only(documents=[{}], regularisations=[{"annee": "2024"}]), iter([True])

    def meanwhile(operation: str) -> None:
        if operation == "TransactWriteItems" and next(started, False):
            bring(papers)

    Faults(connection().client, meanwhile)

    report = bring(papers)

    assert (report.errors, report.changes) == ((), 0)
    assert len(registered()) == 1
    assert len([key for key in stored_items() if key[1].startswith("~PAPER#")]) == 1
    assert Item.count(lease_key("9126"), Item.sk.startswith("BALANCE#")) == 2


def test_papers_of_leases_that_are_there_come_without_them() -> None:
    bring(files(documents=[], regularisations=[]))
    later = str(TODAY + timedelta(days=40))

    report = bring(only(documents=[{}, {"contrat": "404"}], regularisations=[{"date": later}]))

    assert places(report) == [("documents.csv", 3, "contrat")]
    item = ChargeStatementItem.get(lease_key("9126"), "BALANCE#2025")
    assert (len(registered()), str(item.booked_on)) == (1, later)
