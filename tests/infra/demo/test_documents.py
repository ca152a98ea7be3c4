"""The demonstration landlord's own papers and charge statements, and the months left to the portal."""

from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.domain.exchange.grouping import by_lease
from chalicelib.domain.exchange.reading import read_files
from chalicelib.domain.exchange.rows import CallEntry
from chalicelib.domain.ledger import EntryKind, LedgerEntry
from chalicelib.domain.rent_papers import ChargeStatement
from infra.demo.documents import print_paper
from infra.demo.generate import generate
from tests.infra.demo.test_demonstration import DAYS, TODAY, rows, written

WITHOUT_CHARGES = {"9130", "8790"}
FEATURED = {*(f"{number}" for number in range(9126, 9133)), "8790"}


def statements(today: date) -> list[ChargeStatement]:
    leases = by_lease(read_files(written(20, today)))
    return [statement for lease, found in leases.items() for statement, _ in found.statements(lease)]


def entries(today: date) -> dict[str, list[LedgerEntry]]:
    leases = by_lease(read_files(written(20, today)))
    return {lease: [row.value for row in found.entries] for lease, found in leases.items()}


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_the_calls_of_the_last_three_months_are_booked_by_their_month(today: date) -> None:
    called = [one for one in entries(today)["9126"] if isinstance(one, CallEntry)]

    last = [one.booked_on for one in entries(today)["9126"] if one.kind is EntryKind.RENT_CALL][-3:]
    assert [one.booked_on for one in called] == last
    assert last[-1] == today.replace(day=1)


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_a_statement_asks_for_just_what_the_account_was_asked_for(today: date) -> None:
    booked = {
        (lease, one.booked_on): one.cents
        for lease, found in entries(today).items()
        for one in found
        if one.kind is EntryKind.CHARGE_STATEMENT and lease in FEATURED - WITHOUT_CHARGES
    }
    stated = {(one.lease, one.booked_on): one.balance_cents for one in statements(today)}

    assert stated == booked
    assert {lease for lease, _ in stated} == FEATURED - WITHOUT_CHARGES
    lines = [line for one in statements(today) for line in one.lines]
    assert all(line.share_cents > 0 and line.provision_cents > 0 for line in lines)
    assert all((line.building_cents or 0) > line.share_cents for line in lines)


def test_the_known_homes_have_papers_of_their_own_and_some_others_share_examples() -> None:
    found = rows()["documents.csv"]
    kinds = Counter((row["contrat"], row["nature"]) for row in found)
    files = Counter(row["fichier"] for row in found)

    assert {lease for lease, _ in kinds if kinds[lease, "avis"]} == FEATURED
    assert all(kinds[lease, "bail"] == kinds[lease, "etat-des-lieux"] == 1 for lease, _ in kinds)
    assert len({row["contrat"] for row in found}) == len(FEATURED) + 40
    assert {name: count for name, count in files.items() if count > 1} == {
        "exemple-bail.pdf": 40,
        "exemple-etat-des-lieux.pdf": 40,
    }


def test_the_notices_of_the_landlord_end_where_those_of_the_portal_begin() -> None:
    notices = [row for row in rows()["documents.csv"] if (row["contrat"], row["nature"]) == ("9126", "avis")]

    assert [row["mois"] for row in notices] == ["2026-06", "2026-07", "2026-08"]
    assert {row["mois"] for row in rows()["ecritures.csv"]} == {"", "2026-09", "2026-10", "2026-11"}


def test_every_paper_of_the_files_comes_with_them(tmp_path: Path) -> None:
    printed = []

    def prints(title: str, *_: object) -> bytes:
        printed.append(title)
        return title.encode()

    generate(tmp_path, 60, TODAY, prints=prints)

    named = {row["fichier"] for row in rows(60)["documents.csv"]}
    assert {path.name for path in (tmp_path / "documents").iterdir()} == named
    assert len(printed) == len(named) < 50, "each is printed once"


def test_a_paper_can_be_read_aloud_and_kept() -> None:
    facts = (("Contrat", "L/9129"), ("Titulaire", "Mme Thị Lan Nguyễn-Le Goff"))
    made = print_paper("État des lieux d’entrée", facts, TODAY)
    pdf = PdfReader(BytesIO(made))
    root: Any = pdf.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("fr")
    assert pdf.metadata is not None
    assert pdf.metadata.title == "État des lieux d’entrée"
    text = " ".join(pdf.pages[0].extract_text().split())
    assert "Mme Thị Lan Nguyễn-Le Goff" in text
    assert "Rochefort, le 23 novembre 2026" in text
    assert "sans valeur juridique" in text
    assert len(made) < 30_000
    assert print_paper.__wrapped__("État des lieux d’entrée", facts, TODAY) == made
