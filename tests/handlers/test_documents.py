"""Documents: papers by kind, year and page, read by their holders, and none of anybody else's."""

import gzip
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.folders import REJECTED, a_paper, a_rent_receipt, keep, of_month
from tests.mothers import ELOISE, NADEGES_LEASE, TODAY, Household, a_document, a_hold
from tests.town import Counted
from tests.visitors import Visitor

MOST_BYTES = 4_096
SCANNED = a_paper(
    DocumentKind.LEASE,
    "Contrat de location signé",
    date(2021, 3, 1),
    key="landlord/9126/bail.jpg",
    media_type="image/jpeg",
    size_bytes=1_234_567,
    file_name="bail signé.jpg",
)


def tabs(visitor: Visitor, path: str) -> str:
    return visitor.get(path).page.words.partition("à consulter ou à télécharger.")[2]


def test_papers_lie_under_their_kind_with_how_many_there_are(visitor: Visitor) -> None:
    keep(SCANNED, a_document(), a_rent_receipt(9), a_rent_receipt(10))

    words = tabs(visitor, "/documents")

    assert words.startswith(
        " Avis d’échéance 0 Quittances et reçus 2 Régularisations de charges 0 Contrat de location 1 "
        "État des lieux 0 Attestations 0 Tickets de paiement 1 Quittances et reçus de 2026 "
    )
    keep(a_paper(DocumentKind.MANDATE, "Mandat de prélèvement SEPA", date(2026, 3, 1)))
    assert "Mandats de prélèvement 1" in tabs(visitor, "/documents")


def test_a_paper_says_what_it_is_when_it_was_made_its_number_and_its_size(visitor: Visitor) -> None:
    keep(a_rent_receipt(), SCANNED)

    receipt = visitor.get("/documents?type=quittances").page
    scanned = visitor.get("/documents?type=bail").page

    assert (
        "Quittance d’octobre 2026 5 octobre 2026, n° Q-2026-10-009126, PDF, 61 ko Consulter Télécharger"
        in receipt.words
    )
    assert "Contrat de location signé 1er mars 2021, JPEG, 1,2 Mo Consulter Télécharger" in scanned.words
    assert {a_rent_receipt().path, f"{a_rent_receipt().path}?voir=1"} <= set(receipt.links)
    labels = [attributes["aria-label"] for _, attributes in receipt.tags if "aria-label" in attributes]
    assert "Consulter\u00a0: Quittance d’octobre 2026, Q-2026-10-009126" in labels
    assert scanned.title == "Documents : contrat de location – Littoral Habitat"


def test_only_years_that_have_papers_can_be_chosen_newest_first(visitor: Visitor) -> None:
    keep(a_rent_receipt(1, 2024), a_rent_receipt(2, 2026), a_rent_receipt(3, 2026))
    here = "/documents?contrat=9126&type=quittances"

    newest, old = visitor.get(here), visitor.get(f"{here}&annee=2024")

    assert [link for link in newest.page.links if "annee=" in link] == [
        f"{here}&annee=2026",
        f"{here}&annee=2024",
    ]
    words = newest.page.words
    assert words.index("Quittance de mars 2026") < words.index("Quittance de février 2026")
    assert "Quittance de janvier 2024" not in words
    assert "Quittance de janvier 2024" in old.page.words
    assert "Quittances et reçus de 2024" in old.page.words
    for strange in ("&annee=2025", "&annee=abc", "&annee=²", "&page=7", "&page=-1"):
        assert visitor.get((here + strange).encode().decode("latin-1")).page.words == words, strange
    assert visitor.get("/documents?type=autre").page.words == visitor.get("/documents").page.words


def test_a_year_with_more_than_25_papers_has_pages(visitor: Visitor) -> None:
    made = [a_document(mark=mark, on=date(2026, 2, day)) for day in range(1, 14) for mark in "ab"]
    keep(*made)
    here = "/documents?contrat=9126&type=tickets"

    first = visitor.get(here)
    assert "Page 1 sur 2" in first.page.words
    (older,) = {link for link in first.page.links if "page=" in link}
    second = visitor.get(older)

    assert first.page.words.count("Télécharger") == 25
    assert second.page.words.count("Télécharger") == 1
    assert f"{here}&annee=2026&page=1" in second.page.links
    last = sorted(made, key=lambda one: (one.issued_on, one.id))[1]
    assert visitor.get(f"/documents?contrat=9126&apres={last.id}").page.words == second.page.words


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("avis", "Vos avis d’échéance apparaissent ici chaque mois"),
        ("quittances", "Vos quittances apparaissent ici dès que le mois est réglé en entier."),
        ("regularisations", "Le décompte de vos charges apparaît ici"),
        ("bail", "Votre contrat de location n’est pas encore déposé ici."),
        ("etat-des-lieux", "Votre état des lieux n’est pas encore déposé ici."),
        ("attestations", "Vos attestations apparaissent ici"),
        ("tickets", "Vous n’avez pas encore de ticket."),
    ],
)
def test_a_kind_without_papers_says_when_they_come(visitor: Visitor, kind: str, said: str) -> None:
    assert said in visitor.get(f"/documents?type={kind}").page.words


def test_who_has_no_lease_has_no_papers_and_no_dead_end(provider: object) -> None:
    household = mothers.settle_in(mothers.a_tenant(), ())
    visitor = Visitor()
    visitor.sign_in(household.email)

    assert "Aucun contrat n’est rattaché à votre compte" in visitor.get("/documents").page.words


def test_a_void_paper_says_since_when_and_why_and_can_still_be_read(visitor: Visitor) -> None:
    keep(a_rent_receipt(**REJECTED))
    keep(of_month(DocumentKind.RENT_NOTICE, date(2026, 9, 1), date(2026, 8, 20), "Avis", **REJECTED))

    seen = visitor.get("/documents?type=quittances")

    assert "PDF, 61 ko Annulée le 14 octobre 2026 Prélèvement rejeté. Consulter" in seen.page.words
    assert "Annulé le 14 octobre 2026" in visitor.get("/documents?type=avis").page.words
    assert visitor.ask("GET", a_rent_receipt().path).status == 303


def test_what_the_landlord_says_is_shown_as_it_is_written_and_never_run(visitor: Visitor) -> None:
    hostile = "<script>alert(1)</script>\"'{{ 7*7 }}"
    keep(a_paper(DocumentKind.CERTIFICATE, hostile, TODAY, void_at=REJECTED["void_at"], void_reason=hostile))

    seen = visitor.get("/documents?type=attestations")

    assert seen.page.count("script") == 0
    assert seen.page.words.count("<script>alert(1)</script>\"'{{ 7*7 }}") == 2


def test_a_full_page_of_papers_is_small_and_takes_two_questions(visitor: Visitor, counted: Counted) -> None:
    months = [(month, year) for year in range(2020, 2027) for month in range(1, 13)]
    keep(*(a_rent_receipt(month, year) for month, year in months))
    keep(*(a_document(mark=mark, on=date(2026, 2, day)) for day in range(1, 14) for mark in "ab"))
    for path in ("/documents?type=tickets", "/documents?type=quittances&annee=2020"):
        counted.calls.clear()
        seen = visitor.get(path)

        assert counted.calls == {"Query": 2}, path
        assert len(gzip.compress(seen.html.encode(), 6)) <= MOST_BYTES, path


def test_former_tenants_read_theirs_and_a_neighbour_s_is_absent(visitor: Visitor, nadege: Household) -> None:
    over = TODAY - timedelta(days=400)
    former, hers = a_rent_receipt(lease="9120"), a_rent_receipt(lease=NADEGES_LEASE)
    keep(former, hers)
    mothers.put(hold_item(ELOISE, replace(a_hold("9120"), lease_ends_on=over)))

    assert former.path in visitor.get("/documents?contrat=9120&type=quittances").page.links
    assert visitor.ask("GET", former.path).status == 303
    absent = visitor.ask("GET", hers.path.replace(hers.id, a_document(mark="e").id))
    for path in (hers.path, f"{hers.path}?voir=1"):
        assert visitor.ask("GET", path).without_visit() == absent.without_visit()
    assert absent.status == 404
