"""Every paper of a lease: what a tenant, a screen reader, an archive and a program read in it."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.domain.paper_values import rent_receipt_values
from chalicelib.gateways.pdf import TypstPress
from tests import papers
from tests.gateways.pdf_reading import catalog, described_fonts, places_of, tags, text_of

PRESS = TypstPress()
VALUES = papers.every_paper()
PRINTED = {kind: PRESS.press(kind, values, papers.NOW) for kind, values in VALUES.items()}
KINDS = sorted(PRINTED)
TITLES = {
    "rent_notice": "Avis d’échéance A-2026-12-009126, contrat L/9126",
    "rent_receipt": "Quittance de loyer Q-2026-12-009126, contrat L/9126",
    "partial_receipt": "Reçu de paiement R-2026-12-009126, contrat L/9126",
    "charge_statement": "Régularisation des charges C-2025-009126, contrat L/9126",
    "rent_certificate": "Attestation de loyer T-20261123-009126, contrat L/9126",
    "mandate": "Mandat de prélèvement SEPA LH-009126-7F3A, contrat L/9126",
}
# What is read, from the head of the page to its foot, a label next to its value.
READ = {
    "rent_notice": [
        "Référence client 9126", "Contrat L/9126", "Numéro A-2026-12-009126", "Édité le 23 novembre 2026",
        "Mme Éloïse D’Aubigné-Lefèvre", "17300 ROCHEFORT", "Avis d’échéance",
        "Décembre 2026, du 1er au 31 décembre 2026", "Net à payer 1 023,96 €",
        "Date limite de paiement 5 décembre 2026", "Logement Appartement T2, 49 m², 3e étage",
        "Loyer principal Appartement T2, 49 m², 3e étage 1 023,45 €",
        "Provision pour charges Provision, régularisée chaque année 86,40 €",
        "Eau froide Provision, régularisée chaque année 21,50 €",
        "(SLS) Selon les ressources du foyer 30,00 €", "Loyer et charges du mois 1 161,35 €",
        "(APL) Versée directement au bailleur −214,63 €", "(RLS) Appliquée par le bailleur −48,16 €",
        "Total du mois 898,56 €", "Solde antérieur À votre charge 125,40 €", "Net à payer 1 023,96 €",
        "Comment payer", "Par carte bancaire", "Par prélèvement automatique", "Par virement",
        "L/9126 décembre 2026", "FR76 3000 6000 0112 3456 7890 189", "BIC AGRIFRPP", "Sans internet",
        "05 46 00 00 00", "Cet avis n’est pas une quittance", "gratuit", "Une difficulté pour payer",
    ],
    "rent_receipt": [
        "Contrat L/9126", "Numéro Q-2026-12-009126", "Mme Éloïse D’Aubigné-Lefèvre", "Quittance de loyer",
        "Décembre 2026, du 1er au 31 décembre 2026", "Somme reçue 898,56 €", "Soldé le 8 décembre 2026",
        "Littoral Habitat déclare avoir reçu de Mme Éloïse D’Aubigné-Lefèvre la somme de 898,56 €",
        "et lui en donne quittance", "Loyer principal", "1 023,45 €", "Loyer et charges du mois 1 161,35 €",
        "−214,63 €", "−48,16 €", "Total acquitté par le locataire 898,56 €",
        "annule tous les reçus", "article 21 de la loi n° 89-462",
        "Vérifier ce document", "7KQ2-M9XW-4TZB-1CHR", "locataires.littoral-habitat.example/verification",
        "Fait à Rochefort, le 9 décembre 2026", "Directrice générale", "Claire Morvan",
    ],
    "partial_receipt": [
        "Numéro R-2026-12-009126", "Reçu de paiement", "Paiement du 8 décembre 2026", "Somme reçue 500,00 €",
        "Reçue le 8 décembre 2026 Par carte bancaire",
        "a reçu de Mme Éloïse D’Aubigné-Lefèvre et M. Karim Benali la somme de 500,00 €",
        "part d’un paiement de 1 500,00 €", "Loyer de décembre 2026, en partie 374,60 €",
        "Régularisation des charges 2025 125,40 €", "Somme reçue 500,00 €",
        "Ce reçu n’est pas une quittance.", "7KQ2-M9XW-4TZB-1CHR", "Claire Morvan",
    ],
    "charge_statement": [
        "Numéro C-2025-009126", "Régularisation des charges", "année 2025",
        "Solde du décompte 74,31 € À votre charge", "Porté à votre compte le 5 janvier 2027",
        "dépasse les provisions appelées", "74,31 €",
        "Nature des charges Immeuble Votre part Provisions Différence",
        "Eau froide 18 432,10 € 312,48 € 258,00 € 54,48 €",
        "Chauffage collectif — 902,15 € 878,52 € 23,63 €",
        "Ascenseur 7 120,00 € 98,20 € 102,00 € −3,80 €", "Total 1 312,83 € 1 238,52 € 74,31 €",
        "pendant six mois", "article 23 de la loi n° 89-462", "article L. 442-3",
    ],
    "rent_certificate": [
        "Numéro T-20261123-009126", "Attestation de loyer", "Loyer et charges de novembre 2026",
        "Total du mois 898,56 €", "Compte locataire À jour",
        "atteste que Mme Éloïse D’Aubigné-Lefèvre et M. Karim Benali sont locataires du logement C317",
        "depuis le 1er mars 2019",
        "M. Karim Benali sont à jour de leurs loyers et charges", "Loyer principal", "1 023,45 €",
        "Total du mois 898,56 €", "ne vaut pas quittance", "Fait à Rochefort", "Claire Morvan",
    ],
    "mandate": [
        "Mandat de prélèvement SEPA", "vous autorisez Littoral Habitat à envoyer des instructions",
        "8 semaines", "13 mois", "(RUM) LH-009126-7F3A", "(ICS) FR12ZZZ123456",
        "Créancier Littoral Habitat, 12, quai des Frégates", "Débiteur Mme Éloïse D’Aubigné-Lefèvre",
        "IBAN •••• •••• •••• 0189", "Banque de l’Estuaire, BIC AGRIFRPP", "Récurrent, le 5 de chaque mois",
        "Signé le 23 novembre 2026 à 9 h 42", "révoquer", "36 mois",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_declares_both_standards_its_language_and_its_title(kind: str) -> None:
    root = catalog(PRINTED[kind])

    metadata = root["/Metadata"].get_data().decode()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert TITLES[kind] in metadata.partition("<dc:title>")[2]
    assert re.search(r"pdfuaid:part\W+1\b", metadata)
    assert re.search(r"pdfaid:part\W+3\b", metadata)
    assert re.search(r"pdfaid:conformance\W+A\b", metadata)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_has_one_title_a_table_with_heads_and_words_for_its_pictures(kind: str) -> None:
    found = list(tags(catalog(PRINTED[kind])["/StructTreeRoot"]))

    kinds = [role for role, _ in found]
    pictures = [element for role, element in found if role == "/Figure"]
    assert kinds.count("/H1") == 1
    assert kinds.count("/Table") == 1
    assert kinds.count("/TH") >= 2
    assert all("code" in str(element["/Alt"]).lower() for element in pictures)
    assert len(pictures) == (kind in ("rent_notice", "rent_receipt", "partial_receipt"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_is_one_light_page_with_its_font(kind: str) -> None:
    fonts = described_fonts(PRINTED[kind])

    assert len(PdfReader(BytesIO(PRINTED[kind])).pages) == 1
    assert len(PRINTED[kind]) <= 50_000
    assert len(fonts) == 2
    assert all("SourceSansPro" in name for name, _ in fonts)
    assert all("/FontFile3" in font or "/FontFile2" in font for _, font in fonts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_is_read_from_head_to_foot_each_label_next_to_its_value(kind: str) -> None:
    text, at = re.sub(r"\s+", " ", text_of(PRINTED[kind])), 0

    for words in READ[kind]:
        found = text.find(words, at)
        assert found >= 0, (words, text[at:])
        at = found + len(words)


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_reads_the_same_amounts_as_the_tenant(kind: str) -> None:
    ((name, (content,)),) = PdfReader(BytesIO(PRINTED[kind])).attachments.items()

    assert name.endswith(".json")
    assert json.loads(content) == VALUES[kind]["amounts"]


def test_a_program_reads_the_amounts_of_the_facts_in_whole_cents() -> None:
    said = {kind: values["amounts"] for kind, values in VALUES.items()}

    assert said["rent_notice"]["to_pay_cents"] == papers.NOTICE.to_pay_cents == 1023_96
    assert said["rent_notice"]["month_cents"] == papers.CALL.cents
    assert [line["cents"] for line in said["rent_receipt"]["lines"]] == [one.cents for one in papers.LINES]
    assert said["rent_receipt"]["received_cents"] == 898_56
    assert sum(share["cents"] for share in said["partial_receipt"]["shares"]) == 500_00
    assert said["partial_receipt"]["payment_cents"] == 1_500_00
    assert said["charge_statement"]["balance_cents"] == papers.STATEMENT.statement.balance_cents
    assert said["rent_certificate"]["total_cents"] == papers.CALL.cents


def test_the_reference_of_the_client_is_printed_at_the_top_left() -> None:
    """Statement ME06 of the manual: the tenant finds it there on a rent notice."""
    x, y = places_of(PRINTED["rent_notice"])["Référence client"]

    assert x == pytest.approx(20 / 25.4 * 72, abs=1)  # the left margin
    assert y > 842 * 3 / 4  # the upper quarter of the page
    assert "Référence client 9126" in text_of(PRINTED["rent_notice"])


def test_a_quittance_tells_credits_from_money_received() -> None:
    paper = replace(
        papers.RECEIPT, received_cents=800_00, credited_cents=98_56, holders=(papers.MADAM, papers.SIR)
    )

    text = _read("rent_receipt", rent_receipt_values(papers.LANDLORD, paper, papers.link()))

    assert "la somme de 800,00 €" in text
    assert "le reste (98,56 €) étant couvert par des avoirs" in text
    assert "et leur en donne quittance" in text
    assert (
        "Avoirs du bailleur Déjà portés à votre compte −98,56 € Total acquitté par le locataire 800,00 €"
        in text
    )


def test_a_month_in_which_nothing_was_due_is_settled_without_a_sum() -> None:
    paper = replace(papers.RECEIPT, received_cents=0)

    text = _read("rent_receipt", rent_receipt_values(papers.LANDLORD, paper, papers.link()))

    assert "déclare que Mme Éloïse D’Aubigné-Lefèvre ne doit rien au titre du loyer" in text


def test_the_same_facts_make_the_same_bytes() -> None:
    for kind, values in papers.every_paper().items():
        assert TypstPress().press(kind, values, papers.NOW) == PRINTED[kind]


@pytest.mark.parametrize("threads", [1, 20])
def test_no_paper_holds_a_word_of_another_tenant(threads: int) -> None:
    markers = [f"marqueur{number:02d}" for number in range(20)]

    with ThreadPoolExecutor(threads) as pool:
        printed = list(pool.map(_notice_for, markers))

    for marker, pdf in zip(markers, printed, strict=True):
        (content,) = PdfReader(BytesIO(pdf)).attachments["avis.json"]
        metadata = catalog(pdf)["/Metadata"].get_data()
        said = text_of(pdf) + content.decode() + metadata.decode()
        assert set(re.findall(r"marqueur\d\d", said)) == {marker}
        assert said.count(marker) >= 6


def _notice_for(marker: str) -> bytes:
    lease = replace(papers.LEASE, number=marker, billing_address=(f"Mme {marker}", *papers.ADDRESS))
    call = replace(papers.CALL, lease=marker, lines=(replace(papers.LINES[0], label=f"Loyer {marker}"),))
    paper = replace(papers.NOTICE, number=f"A-{marker}", lease=lease, call=call)
    return PRESS.press("rent_notice", papers.notice_values(paper), papers.NOW)


def _read(kind: str, values: dict[str, Any]) -> str:
    return re.sub(r"\s+", " ", text_of(PRESS.press(kind, values, papers.NOW)))
