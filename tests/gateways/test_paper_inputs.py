"""Papers about people and homes as they are: any name, address and number of lines makes a right paper."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.domain import paper_values
from chalicelib.domain.leases import CallLine, CallLineKind, Lease
from chalicelib.domain.rent_papers import ChargeLine, Share
from chalicelib.gateways.pdf import TypstPress
from tests import papers
from tests.gateways.pdf_reading import heights_of, text_of

PRESS = TypstPress()
WORD = "W" * 600
WIDEST = 0.72  # a W is at least so wide, in sizes of its font
RIGHT_EDGE = 190 / 25.4 * 72


def printed(kind: str, values: dict[str, Any]) -> bytes:
    return PRESS.press(kind, values, papers.NOW)


def read(kind: str, values: dict[str, Any]) -> str:
    return re.sub(r"\s+", " ", text_of(printed(kind, values)))


def of_nobody_usual(name: str) -> dict[str, dict[str, Any]]:
    """Give the values of each kind where everything that people type is that name."""
    unit = replace(papers.LEASE.units[0], reference=name, description=name, address=(name,))
    lease = replace(papers.LEASE, billing_address=(name, name, "17300 ROCHEFORT"), units=(unit,))
    who: dict[str, Any] = {"lease": lease, "holders": (replace(papers.MADAM, last_name=name),)}
    call = replace(papers.CALL, lines=(*papers.LINES, CallLine(CallLineKind.OTHER, name, 12)))
    statement = replace(papers.STATEMENT.statement, lines=(ChargeLine(name, 9_999_999_99, 9_999_99, 0),))
    partial = replace(papers.PARTIAL, shares=(Share(name, 500_00),), **who)
    mandate = replace(papers.MANDATE, lease=lease, debtor=name, bank=name)
    at = papers.LANDLORD
    return {
        "rent_notice": papers.notice_values(replace(papers.NOTICE, call=call, **who)),
        "rent_receipt": paper_values.rent_receipt_values(
            at, replace(papers.RECEIPT, call=call, **who), papers.link()
        ),
        "partial_receipt": paper_values.partial_receipt_values(at, partial, papers.link()),
        "charge_statement": paper_values.charge_statement_values(
            at, replace(papers.STATEMENT, statement=statement, **who)
        ),
        "rent_certificate": paper_values.rent_certificate_values(
            at, replace(papers.CERTIFICATE, lines=call.lines, **who)
        ),
        "mandate": paper_values.mandate_values(at, mandate),
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('#$@\\"*_` <>[]{}', '#$@\\"*_` <>[]{}'),
        ('")))#panic(', '")))#panic('),
        ("\\u{22}\\", "\\u{22}\\"),
        ("Zoé 😀", "Zoé ?"),
        ("محمد", "????"),
        ("An\x00ne\u202e\x07", "Anne"),
    ],
)
def test_what_people_are_called_is_printed_as_text_on_every_paper(name: str, shown: str) -> None:
    for kind, values in of_nobody_usual(name).items():
        assert shown in read(kind, values), kind


def test_a_word_without_end_stays_within_the_margins_of_every_paper() -> None:
    for kind, values in of_nobody_usual(WORD).items():
        runs = [run for page in PdfReader(BytesIO(printed(kind, values))).pages for run in _runs(page)]
        assert len(runs) > 4
        assert max(runs) <= RIGHT_EDGE, kind


def _runs(page: Any) -> list[float]:
    """Give where each run of W ends at least, in points from the left edge."""
    ends: list[float] = []

    def visit(text: str, matrix: Any, line: Any, _: Any, size: float) -> None:
        for run in re.findall("W+", text):
            x = line[4] * matrix[0] + line[5] * matrix[2] + matrix[4]
            ends.append(x + len(run) * WIDEST * size * abs(line[0] * matrix[0]))

    page.extract_text(visitor_text=visit)
    return ends


def test_twenty_lines_go_on_to_a_second_page_under_the_same_heads() -> None:
    lines = [CallLine(CallLineKind.CHARGES, f"Provision {number}", 10_00 + number) for number in range(20)]
    call = replace(papers.CALL, lines=(papers.LINES[0], *lines, *papers.LINES[5:]))
    pdf = printed("rent_notice", papers.notice_values(replace(papers.NOTICE, call=call)))

    first, second = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)

    assert "Libellé" in first
    assert "Libellé" in second
    assert "Provision 19" in first + second
    assert "Net à payer" in second
    assert "Page 1 / 2" in first
    assert "Page 2 / 2" in second


def test_a_balance_in_favour_of_the_tenant_asks_for_nothing() -> None:
    values = papers.notice_values(replace(papers.NOTICE, balance_before_cents=-2_000_00))

    text = read("rent_notice", values)

    assert "Net à payer Rien à payer Solde en votre faveur : 1 101,44 €" in text
    assert "Solde antérieur En votre faveur −2 000,00 €" in text
    assert "Net à payer 0,00 €" in text
    assert "Comment payer" not in text
    assert "IBAN" not in text


def test_a_landlord_without_a_bank_account_asks_for_no_transfer() -> None:
    landlord = replace(papers.LANDLORD, iban="", bic="")

    text = read("rent_notice", paper_values.rent_notice_values(landlord, papers.NOTICE, ""))

    assert "Par carte bancaire" in text
    assert "Par virement" not in text


@pytest.mark.parametrize("address", [(), ("", "  ")])
def test_without_an_address_the_window_shows_the_holders(address: tuple[str, ...]) -> None:
    lease = replace(papers.LEASE, billing_address=address)
    paper = replace(papers.NOTICE, lease=lease, holders=(papers.MADAM, papers.SIR))

    text = read("rent_notice", papers.notice_values(paper))

    assert "Mme Éloïse D’Aubigné-Lefèvre et M. Karim Benali Avis d’échéance" in text


def test_a_lease_without_units_is_named_after_its_residence() -> None:
    lease: Lease = replace(papers.LEASE, units=())

    assert "Logement Les Tamaris" in read(
        "rent_notice", papers.notice_values(replace(papers.NOTICE, lease=lease))
    )


def test_a_landlord_with_long_names_stays_on_the_sheet() -> None:
    landlord = replace(
        papers.LANDLORD,
        name="Office public départemental de l’habitat de la Charente-Maritime et du Pays rochefortais",
        legal_form="Établissement public industriel et commercial à vocation interdépartementale",
        address=(
            "Immeuble administratif intercommunal du Grand Port Maritime",
            "1258 bis, avenue du Maréchal-de-Lattre-de-Tassigny",
            "17300 Saint-Germain-de-Marencennes-sur-Charente CEDEX 9",
        ),
        portal_host="espace-locataires.office-public-habitat-charente-maritime.example",
    )
    pdf = printed("rent_notice", paper_values.rent_notice_values(landlord, papers.NOTICE, ""))

    heights = heights_of(pdf)

    assert min(height for words, height in heights.items() if words) > 15
    assert any("espace-locataires" in words for words in heights)


@pytest.mark.parametrize("name", ["Littoral Habitat", "Office public de l’habitat " * 6])
def test_the_number_stands_at_the_foot_beside_the_landlord(name: str) -> None:
    """One page or two: the engine is spared the counting of pages when there is one only."""
    landlord = replace(papers.LANDLORD, name=name.strip())
    many = replace(papers.CALL, lines=papers.LINES * 4)

    for call in (papers.CALL, many):
        paper = replace(papers.NOTICE, number="A-NUMERO", call=call)
        heights = heights_of(printed("rent_notice", paper_values.rent_notice_values(landlord, paper, "")))
        sender = max(
            height for words, height in heights.items() if words.startswith(name[:16]) and height < 60
        )
        assert heights["A-NUMERO"] == pytest.approx(sender, abs=0.1)
