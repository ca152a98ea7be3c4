"""Reading calls by month, charge statements and papers: what a row says, and what cannot stand."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.exchange.cautions import LATE, caution_about
from chalicelib.domain.exchange.enclosed import LARGEST_BYTES, enclosed_pdf
from chalicelib.domain.exchange.grouping import by_lease
from chalicelib.domain.exchange.layouts import BY_NAME, DOCUMENTS, PAPERS
from chalicelib.domain.exchange.rows import CallEntry, PaperRow, WrongRow
from chalicelib.domain.ledger import EntryKind
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement, paper_id
from tests.deliveries import A_PDF, TODAY, Folder, files
from tests.domain.test_exchange_reading import delivered, named

OTHER_KIND: Mapping[str, str] = MappingProxyType({"numero": "E2", "nature": "autre", "mois": "2026-11"})


def test_the_call_of_a_month_is_one_entry_on_its_first_day_whoever_sends_it() -> None:
    rows = [{"numero": "E1", "date": "2026-10-28", "mois": "2026-11"}]

    (row,) = delivered(files(ecritures=rows)).of("ecritures.csv")

    label = "Avis d’échéance de novembre 2026"
    expected = CallEntry(
        "call:2026-11", date(2026, 11, 1), EntryKind.RENT_CALL, label, 41_025, "", unmonthed="erp:E1"
    )
    assert row.value == expected


def test_an_entry_that_is_no_call_has_no_month() -> None:
    delivery = delivered(files(ecritures=[{}, OTHER_KIND]))

    assert named(delivery) == [("ecritures.csv", 3, "mois", False)]
    assert delivery.errors[0].rule == "Seul un appel est celui d’un mois."


def test_a_month_is_called_once_on_each_lease() -> None:
    called = {"mois": "2026-11"}
    rows = [called, called | {"numero": "E2"}, called | {"numero": "E3", "contrat": "9001"}]
    delivery = delivered(files(ecritures=rows))

    assert named(delivery) == [("ecritures.csv", 3, "mois", False)]
    assert delivery.errors[0].rule == "L’appel de ce mois est déjà à la ligne 2."


def test_the_rows_of_a_year_are_one_statement() -> None:
    rows = [
        {},
        {"nature": "Ascenseur", "depense": "", "part": "12,00", "provisions": "61,44"},
        {"annee": "2024", "date": "2026-01-15"},
    ]
    delivery = delivered(files(regularisations=rows))

    assert not delivery.errors
    (this, lines), (before, _) = by_lease(delivery)["9126"].statements("9126")
    water = ChargeLine("Eau froide", 482_015, 25_130, 23_760)
    assert this == ChargeStatement(
        "9126", 2025, date(2027, 1, 15), (water, ChargeLine("Ascenseur", None, 1_200, 6_144))
    )
    assert (this.balance_cents, before.year, [row.line for row in lines]) == (-3_574, 2024, [2, 3])


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"nature": "Ascenseur", "part": "12.345"}, "part"),
        ({"nature": "Ascenseur", "date": "2027-01-16"}, "date"),
        ({"nature": "Ascenseur", "provisions": "-1"}, "provisions"),
        ({}, "nature"),
    ],
)
def test_a_charge_statement_that_lost_a_line_is_refused_whole(wrong: dict[str, str], column: str) -> None:
    delivery = delivered(files(regularisations=[{}, wrong, {"annee": "2024"}]))

    assert named(delivery) == [
        ("regularisations.csv", 3, column, False),
        ("regularisations.csv", 2, "annee", True),
    ]
    assert [row.line for row in delivery.of("regularisations.csv")] == [4]


def test_a_charge_statement_is_booked_in_its_year_or_after() -> None:
    delivery = delivered(files(regularisations=[{"annee": "2026", "date": "2025-12-31"}]))

    assert named(delivery) == [("regularisations.csv", 2, "date", False)]


def test_a_paper_is_what_its_row_says() -> None:
    cells = {
        "reference": "AVIS-9126-2026-07",
        "nature": "avis",
        "titre": "Avis d’échéance de juillet 2026",
        "date": "2026-06-25",
        "fichier": "Avis juillet.pdf",
        "montant": "-12,40",
        "mois": "2026-07",
    }

    (row,) = delivered(files(documents=[cells])).of("documents.csv")

    document = Document(
        paper_id("avis", date(2026, 6, 25), "AVIS-9126-2026-07"),
        "9126",
        DocumentKind.RENT_NOTICE,
        "Avis d’échéance de juillet 2026",
        date(2026, 6, 25),
        "landlord/9126/AVIS-9126-2026-07.pdf",
        0,
        "Avis juillet.pdf",
        cents=-1_240,
        month="2026-07",
    )
    assert row.value == PaperRow("AVIS-9126-2026-07", document)


@pytest.mark.parametrize("kind", DocumentKind)
def test_tickets_and_mandates_are_the_portals_own(kind: DocumentKind) -> None:
    delivery = delivered(files(documents=[{"nature": kind.value}]))

    ours = kind in {DocumentKind.PAYMENT_TICKET, DocumentKind.MANDATE}
    assert named(delivery) == ([("documents.csv", 2, "nature", False)] if ours else [])
    assert (kind in PAPERS) is not ours


def test_a_reference_names_one_paper_of_a_lease() -> None:
    again = {"nature": "avis", "date": "2026-01-01"}
    delivery = delivered(files(documents=[{}, again, {"contrat": "9001"}]))

    assert named(delivery) == [("documents.csv", 3, "reference", False)]


def test_the_same_reference_has_the_same_key_and_no_two_have_one() -> None:
    make = BY_NAME[DOCUMENTS].make
    kind, day = DocumentKind.LEASE, date(2026, 1, 1)
    found = [
        make((reference, lease, kind, "Bail", day, "b.pdf", None, None))[1].document
        for lease in ("1", "12")
        for reference in ("2-3", "3", "2.3")
    ]

    assert len({(one.lease, one.id) for one in found}) == len({one.key for one in found}) == 6


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (None, "manque dans le dossier"),
        (b"%PDF-" + bytes(LARGEST_BYTES - 4), "dépasse 20\u00a0Mo"),
        (b"", "n’est pas un PDF"),
        (b"PK\x03\x04 a letter", "n’est pas un PDF"),
    ],
)
def test_a_file_that_cannot_be_kept_is_told_by_its_rule(content: bytes | None, rule: str) -> None:
    folder = Folder({} if content is None else {"bail.pdf": content})

    with pytest.raises(WrongRow, match=rule) as refused:
        enclosed_pdf(folder, "bail.pdf")

    assert refused.value.column == "fichier"


def test_a_file_of_just_the_largest_size_is_kept_and_none_comes_with_rows_alone() -> None:
    content = b"%PDF-" + bytes(LARGEST_BYTES - 5)

    assert enclosed_pdf(Folder({"bail.pdf": content}), "bail.pdf") == content
    with pytest.raises(WrongRow):
        enclosed_pdf(None, "bail.pdf")
    assert enclosed_pdf(Folder(), "whatever.pdf") == A_PDF


def statement(booked_on: date) -> ChargeStatement:
    return ChargeStatement("9126", 2025, booked_on, ())


@pytest.mark.parametrize(
    ("today", "booked_on", "late"),
    [
        (TODAY, date(2026, 11, 22), False),
        (TODAY, TODAY, True),
        (TODAY, date(2026, 12, 22), True),
        (TODAY, date(2026, 12, 23), False),
        (date(2027, 1, 31), date(2027, 2, 27), True),
        (date(2027, 1, 31), date(2027, 2, 28), False),
        (date(2026, 12, 31), date(2027, 1, 30), True),
    ],
)
def test_a_statement_that_comes_less_than_a_month_before_it_counts_is_told_of(
    today: date, booked_on: date, late: bool
) -> None:
    assert caution_about(statement(booked_on), today) == (LATE if late else "")


@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)), st.integers(-400, 400))
def test_a_month_has_28_to_31_days(today: date, days: int) -> None:
    told = bool(caution_about(statement(today + timedelta(days=days)), today))

    assert told or not 0 <= days < 28
    assert not told or 0 <= days < 31
