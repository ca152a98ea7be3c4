"""The contract kept up to date: read it, have somebody move in and out, change where papers go.

# manual: ME18 ME19 ME20 ME29
"""

from dataclasses import replace
from datetime import timedelta

from chalicelib.storage.leases import lease_items
from chalicelib.storage.tenants import hold_item
from tests import mothers
from tests.deliveries import bring
from tests.mothers import ELOISE, TODAY, a_hold, a_lease
from tests.reading import ReadPage
from tests.visitors import Visitor

ADD, LEAVE = "/contrat/occupants/ajout", "/contrat/occupants/sortie"
BILLING = "/contrat/adresse-de-facturation"


def tabs(page: ReadPage) -> list[str]:
    return [link for link in page.links if link.startswith("/contrat?contrat=9126&objet=")]


def test_the_contract_is_read_tab_by_tab(visitor: Visitor) -> None:
    contract = visitor.get("/contrat")

    for title in ("Données du contrat", "Occupants", "Adresse de facturation", "Assurance habitation"):
        assert contract.page.words.count(title) >= 2, "in the list of the page, and above what it is about"
    assert "LOGEMENT STATIONNEMENT" in contract.page.words
    dwelling, parking = (visitor.get(path).page.words for path in tabs(contract.page))
    for told in (
        "Numéro de contrat L/9126",
        "Adresse Résidence des Tamaris, apt 12",
        "Date d’entrée 1er mars 2021",
        "Dépôt de garantie 412,18 €",
        "Montant du loyer 412,18 € par mois",
        "Montant des charges 74,14 € par mois",
    ):
        assert told in dwelling
    assert "Stationnement T3" in parking


def test_an_occupant_arrives_another_leaves_and_the_landlord_takes_it_over(visitor: Visitor) -> None:
    contract = visitor.get("/contrat")
    assert f"{ADD}?contrat=9126" in contract.page.links
    arriving = visitor.send(
        visitor.get(f"{ADD}?contrat=9126"),
        ADD,
        nom="Sarah D’Aubigné",
        naissance="2026-11-20",
        lien="Enfant",
        arrivee="2026-11-22",
    )
    leaving = visitor.send(visitor.get(f"{LEAVE}?contrat=9126"), LEAVE, depart="2026-11-30")

    first, second = visitor.follow(arriving).page.words, visitor.follow(leaving).page.words
    assert "Votre demande concerne MAJ OCCUPANTS pour Ajout - Nouvel occupant" in first
    assert "Votre demande concerne MAJ OCCUPANTS pour Sortie - Occupant" in second
    assert "Votre demande est en cours de traitement" in second
    listed = visitor.get("/demandes").page.words
    assert "Historique de mes demandes (4)" in listed
    home = visitor.get("/").page.words
    for number, what in ((1, "Ajout - Nouvel occupant"), (2, "Sortie - Occupant")):
        assert f"Demande n° D2026-00000{number} envoyée : {what}" in home
    assert "Sarah" not in visitor.get("/contrat").page.words

    known = {"contrat": "9126", "nom": "Sarah D’Aubigné", "depuis": "2026-11-22"}
    left = {"contrat": "9126", "reference": "o-1", "nom": "Louis D’Aubigné", "fin": "2026-11-22"}
    bring(_file("occupants.csv", [{**known, "reference": "o-2"}, left]))

    words = visitor.get("/contrat").page.words
    assert "Sarah D’Aubigné depuis le 22 novembre 2026" in words
    assert "Louis" not in words.partition("Ce que vous nous avez dit")[0]


def test_papers_go_elsewhere_and_former_contracts_are_consulted(visitor: Visitor) -> None:
    over = TODAY - timedelta(days=1)
    mothers.put(*lease_items(replace(a_lease("9120"), ends_on=over)))
    mothers.put(hold_item(ELOISE, replace(a_hold("9120"), lease_ends_on=over)))

    seen = visitor.follow(
        visitor.send(visitor.get(f"{BILLING}?contrat=9126"), BILLING, voie="14, rue de la Corderie")
    )

    assert "14, rue de la Corderie 17300 ROCHEFORT" in seen.page.words
    assert "Adresse de facturation modifiée" in visitor.get("/").page.words
    (former,) = {link for link in seen.page.links if link == "/contrat?contrat=9120"}
    assert "Ce contrat est terminé" in visitor.get(former).page.words


def _file(name: str, rows: list[dict[str, str]]) -> dict[str, bytes]:
    columns = sorted({column for row in rows for column in row})
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return {name: "\n".join(map(";".join, lines)).encode()}
