"""The press: what a tenant, a screen reader, an archive and a program read in the ticket."""

import copy
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.gateways.pdf import FONT, LONGEST_WORD, TypstPress
from tests.gateways.pdf_reading import catalog, described_fonts, heights_of, roles, text_of

ISSUED_AT = datetime(2026, 11, 23, 8, 42, 10, tzinfo=UTC)
TICKET: dict[str, Any] = {
    "landlord": {
        "name": "Littoral Habitat",
        "legal_form": "Office public de l’habitat",
        "siren": "271 700 000",
        "address": ["12, quai des Frégates", "17300 Rochefort"],
        "phone": "05 46 00 00 00",
        "phone_hours": "Du lundi au vendredi, 8 h 30 à 12 h 30",
        "email": "contact@littoral-habitat.example",
        "website": "locataires.littoral-habitat.example",
        "accent": "#0b6e78",
        "deep": "#12355b",
    },
    "number": "T-261123-4F9A2C01",
    "lease": "L/9126",
    "tenant": {
        "name": "Mme Éloïse D’Aubigné-Lefèvre",
        "address": ["Appartement 317", "7 quai aux Vivres", "17300 ROCHEFORT"],
    },
    "dwelling": "0412-C-317, Résidence Les Embruns, 7 quai aux Vivres, 17300 Rochefort",
    "amount": "1\u202f250,00\u00a0€",
    "amount_cents": 125000,
    "paid_on": "23 novembre 2026",
    "paid_hour": "9\u00a0h\u00a042",
    "means": "Carte bancaire se terminant par 4242",
    "reference": "ch_3QkZ8pLw2eXvD1aB0c9dE8fG",
    "balance_after": "236,32\u00a0€",
    "balance_word": "débiteur",
    "issued_on": "23 novembre 2026",
    "issued_iso": [2026, 11, 23],
}
PRESS = TypstPress()


def a_ticket(**changes: Any) -> bytes:
    return PRESS.press("payment_ticket", TICKET | changes, ISSUED_AT)


def a_ticket_for(name: str) -> bytes:
    return a_ticket(tenant={"name": name, "address": ["7 quai aux Vivres", "17300 ROCHEFORT"]})


def test_the_ticket_declares_both_standards_its_language_and_its_title() -> None:
    root = catalog(a_ticket())
    metadata = root["/Metadata"].get_data().decode()

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Ticket de paiement T-261123-4F9A2C01, contrat L/9126" in metadata.partition("<dc:title>")[2]
    assert re.search(r"pdfuaid:part\W+1\b", metadata)
    assert re.search(r"pdfaid:part\W+3\b", metadata)
    assert re.search(r"pdfaid:conformance\W+A\b", metadata)


def test_the_ticket_has_one_title_and_a_table_with_heads_and_nothing_without_words() -> None:
    found = roles(a_ticket())

    assert found.count("/H1") == 1
    assert found.count("/H2") == 2
    assert found.count("/Table") == 1
    assert found.count("/TH") == 2
    assert "/Figure" not in found  # the logo stands beside the name: it is left out of what is read aloud


def test_the_font_travels_in_the_file() -> None:
    fonts = described_fonts(a_ticket())

    assert len(fonts) >= 2
    assert all("SourceSansPro" in name for name, _ in fonts)
    assert all("/FontFile3" in descriptor or "/FontFile2" in descriptor for _, descriptor in fonts)


def test_every_label_is_read_next_to_its_value() -> None:
    text = text_of(a_ticket())

    for label, value in [
        ("Contrat", "L/9126"),
        ("Logement", "0412-C-317, Résidence Les Embruns"),
        ("Somme payée", "1 250,00 €"),
        ("Payé le", "23 novembre 2026"),
        ("Solde à l’édition du ticket", "236,32 € débiteur"),
        ("Numéro du ticket", "T-261123-4F9A2C01"),
        ("Date et heure", "23 novembre 2026 à 9 h 42"),
        ("Payé par", "Mme Éloïse D’Aubigné-Lefèvre"),
        ("Moyen de paiement", "Carte bancaire se terminant par 4242"),
        ("Référence du prestataire", "ch_3QkZ8pLw2eXvD1aB0c9dE8fG"),
        ("Ce que ce paiement règle", "Compte locataire, contrat L/9126"),
    ]:
        assert re.search(rf"{re.escape(label)}\s+{re.escape(value)}", text), (label, text)


def test_the_ticket_is_read_from_the_sender_to_the_way_to_reach_them() -> None:
    text = text_of(a_ticket())
    order = [
        "Littoral Habitat", "Contrat L/9126", "Mme Éloïse D’Aubigné-Lefèvre", "17300 ROCHEFORT",
        "Ticket de paiement", "Somme payée", "Détail du paiement", "Ce ticket n’est pas une quittance.",
        "article 21 de la loi n° 89-462", "Une question sur ce paiement ?", "Appelez-nous au",
    ]  # fmt: skip

    found = [text.index(words) for words in order]

    assert found == sorted(found)


def test_a_program_reads_the_amount_in_cents() -> None:
    (content,) = PdfReader(BytesIO(a_ticket())).attachments["ticket.json"]

    assert json.loads(content) == {
        "number": "T-261123-4F9A2C01",
        "lease": "L/9126",
        "amount_cents": 125000,
        "currency": "EUR",
        "reference": "ch_3QkZ8pLw2eXvD1aB0c9dE8fG",
        "issued_on": "2026-11-23",
    }


def test_a_ticket_stays_on_one_page_and_under_fifty_kilobytes() -> None:
    pdf = a_ticket()

    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    assert len(pdf) <= 50_000


def test_a_lease_without_a_dwelling_has_a_ticket_too() -> None:
    values = {name: value for name, value in TICKET.items() if name != "dwelling"}

    text = text_of(PRESS.press("payment_ticket", values, ISSUED_AT))

    assert "Logement" not in text
    assert "1 250,00 €" in text


def test_the_landlord_brings_its_own_name_and_colours() -> None:
    other = TICKET["landlord"] | {"name": "Pierre et Lande", "accent": "#7a1f5c", "deep": "#3b0f2d"}

    pdf = a_ticket(landlord=other)

    drawn = PdfReader(BytesIO(pdf)).pages[0].get_contents()
    assert drawn is not None
    assert b"0.23137255 0.05882353 0.1764706" in drawn.get_data()  # #3b0f2d
    assert b"0.07058824 0.20784314 0.35686275" not in drawn.get_data()  # #12355b
    assert "Littoral" not in text_of(pdf).replace("littoral-habitat", "")


def test_the_same_values_make_the_same_bytes() -> None:
    first, later = a_ticket(), TypstPress().press("payment_ticket", copy.deepcopy(TICKET), ISSUED_AT)

    assert first == later
    assert first != PRESS.press("payment_ticket", TICKET, ISSUED_AT.replace(minute=43))


def test_no_tenant_reads_a_word_of_another() -> None:
    markers = [f"marqueur{number:02d}" for number in range(20)]
    with ThreadPoolExecutor(20) as threads:
        tickets = list(threads.map(lambda marker: text_of(a_ticket_for(f"Mme {marker}")), markers))

    for marker, text in zip(markers, tickets, strict=True):
        assert set(re.findall(r"marqueur\d\d", text)) == {marker}


@pytest.mark.parametrize(
    "name", ['#$@\\"*_` ~<>[]{}', "#sys.inputs", "$x^2$ // fin", "*gras* _penché_", r"\u{41}"]
)
def test_a_name_that_looks_like_code_stays_text(name: str) -> None:
    assert f"Payé par {name} " in text_of(a_ticket_for(name)).replace("\n", " ")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zoé 😀 Ünal", "Zoé ? Ünal"),
        ("محمد", "????"),
        ("A\u0000n\u0007n\u001be", "Anne"),
        ("Anne\tDurand", "Anne Durand"),
        ("Anne \u202ednaruD", "Anne dnaruD"),
        ("E\u0301loi\u0308se", "Éloïse"),
        ("Łukasz Ștefănescu Nguyễn Đặng", "Łukasz Ștefănescu Nguyễn Đặng"),
        ("A\u0489nne", "A?nne"),
    ],
)
def test_what_the_font_lacks_does_not_keep_the_tenant_from_a_ticket(name: str, shown: str) -> None:
    assert f"Payé par {shown} " in text_of(a_ticket_for(name)).replace("\n", " ")


@pytest.mark.parametrize("name", ["W" * 600, "é" * 600, "mot " * 150])
def test_a_name_without_end_moves_neither_the_address_nor_the_title(name: str) -> None:
    usual = heights_of(a_ticket_for("Mme Camille Garnier"))

    heights = heights_of(a_ticket_for(name))

    assert heights["Ticket de paiement"] == usual["Ticket de paiement"]
    for line in ("7 quai aux Vivres", "17300 ROCHEFORT"):
        assert heights[line] == pytest.approx(
            usual[line], abs=4
        )  # points: a smaller line, never a second one


def test_a_word_without_end_is_cut_and_broken_at_the_end_of_a_line() -> None:
    text = text_of(a_ticket_for("V" * 600))

    runs = re.findall("VV+…?", text.partition("Payé par")[2])
    assert [len(run) for run in runs] == [40, LONGEST_WORD - 40]
    assert runs[-1].endswith("…")


def test_a_long_reference_stays_whole_for_a_program() -> None:
    reference = "cs_test_" + "a1B2c3D4" * 7

    (content,) = PdfReader(BytesIO(a_ticket(reference=reference))).attachments["ticket.json"]

    assert json.loads(content)["reference"] == reference


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40))
@example("لا إله")
@example("👨‍👩‍👧 famille")
@example("\ue000\uffff\U000e0041")
@example("a\u0301\u0327\u0e33\u20e3")
def test_any_name_at_all_gives_a_ticket(name: str) -> None:
    assert "1 250,00 €" in text_of(a_ticket_for(name))


def test_a_value_that_the_template_asks_for_and_nobody_gave_is_an_error() -> None:
    values = {name: value for name, value in TICKET.items() if name != "amount"}

    with pytest.raises(RuntimeError, match="amount"):
        PRESS.press("payment_ticket", values, ISSUED_AT)


def test_a_missing_font_is_told_before_a_blank_page_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("font_source_sans_pro.font_directory", str(tmp_path))

    with pytest.raises(RuntimeError, match=FONT):
        TypstPress().press("payment_ticket", TICKET, ISSUED_AT)


def test_the_engine_is_loaded_only_when_a_document_is_made() -> None:
    loads_nothing = (
        "import sys; from chalicelib.gateways.pdf import TypstPress; TypstPress();"
        "sys.exit('typst' in sys.modules or 'font_source_sans_pro' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", loads_nothing], check=False).returncode == 0
