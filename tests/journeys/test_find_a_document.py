"""Papers found by contract, kind and month: the notice, its receipt once it is paid, and what proves it.

# manual: ME06 ME21
"""

import re
import urllib.request
from datetime import date

import pytest

from chalicelib.domain.documents import DocumentKind
from chalicelib.portal import portal
from chalicelib.storage.leases import call_item
from chalicelib.storage.tenants import hold_item
from infra.local.resources import Resources
from tests import mothers
from tests.folders import a_paper, keep
from tests.gateways.pdf_reading import places_of, text_of
from tests.handlers.test_jobs import EVERY_QUARTER, call
from tests.letters import Sent, letters
from tests.mothers import (
    ELOISE,
    ELOISES_LEASE,
    FRANCOIS_XAVIERS_LEASE,
    Household,
    a_call,
    a_document,
    a_hold,
)
from tests.newcomers import EMAIL, NEW_PASSWORD, confirm, register
from tests.town import Provider, work
from tests.visitors import Seen, Visitor

LEFT_HALF, UPPER_QUARTER = 298, 631  # points, of a page of 595 by 842
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")
SCANNED = (
    a_paper(DocumentKind.LEASE, "Contrat de location signé", date(2021, 3, 1)),
    a_paper(DocumentKind.INVENTORY_REPORT, "État des lieux d’entrée", date(2021, 3, 1)),
    a_paper(DocumentKind.CHARGE_STATEMENT, "Décompte de charges 2025", date(2026, 6, 12)),
)


@pytest.fixture
def month(visitor: Visitor, eloise: Household, table: Resources) -> Visitor:
    """Have the month's papers made, as they are every hour; give the browser of Éloïse."""
    mothers.francois_xavier()
    mothers.put(*(call_item(a_call(lease), waits=True) for lease in (ELOISES_LEASE, FRANCOIS_XAVIERS_LEASE)))
    call("plan_papers", EVERY_QUARTER)
    work(table)
    return visitor


def opened(visitor: Visitor, page: Seen, title: str, way: str = "Télécharger") -> str:
    """Press « Consulter » or « Télécharger » beside a title; give what the paper says."""
    label = f"{way}\u00a0: {title}"
    path = next(a["href"] for _, a in page.page.tags if a.get("aria-label", "").startswith(label))
    answer = visitor.ask("GET", path)
    assert answer.status == 303
    with urllib.request.urlopen(answer.location) as file:
        assert file.headers["Content-Disposition"].startswith(
            "inline" if way == "Consulter" else "attachment"
        )
        return text_of(file.read())


def test_the_reference_on_the_notice_opens_the_registration(month: Visitor, table: Resources) -> None:
    """It is read off the notice that came by post, where the manual says: at the top left, without « L/ »."""
    (notice,) = portal().documents.of_lease(FRANCOIS_XAVIERS_LEASE)[0]
    with urllib.request.urlopen(portal().files.link(notice.key, notice.file_name, 60)) as file:
        places = places_of(file.read())
    top_left = [words for words, (x, y) in places.items() if x < LEFT_HALF and y > UPPER_QUARTER]
    found = re.search(r"Référence client (\S+)", " ".join(top_left))
    assert found is not None, top_left
    newcomer = Visitor(client="192.0.2.77")
    assert "en haut à gauche" in register(newcomer, reference="L/").page.words

    register(newcomer, reference=found[1])
    (mail,) = [mail for mail in drained(table) if mail.to == EMAIL]
    confirm(newcomer, mail.link)
    newcomer.sign_in(EMAIL, NEW_PASSWORD)

    assert notice.path in newcomer.get("/documents").page.links


def drained(table: Resources) -> list[Sent]:
    """Have the workers do what waits; give all mails."""
    work(table)
    return letters(table)


def test_papers_are_found_by_contract_kind_and_month_read_and_downloaded(
    month: Visitor, provider: Provider, table: Resources
) -> None:
    keep(*SCANNED, a_document("9120"))
    mothers.put(hold_item(ELOISE, a_hold("9120")))
    assert (
        "apparaissent ici dès que le mois est réglé en entier"
        in month.get("/documents?contrat=9126&type=quittances").page.words
    )
    provider.pay(month.send(month.get("/paiement/payer?contrat=9126"), "/paiement").location)
    provider.advance(1)
    work(table)

    page = month.get("/documents?contrat=9126&type=quittances&annee=2026")

    receipt = opened(month, page, "Quittance de loyer de novembre 2026")
    assert receipt == opened(month, page, "Quittance de loyer de novembre 2026", "Consulter")
    assert "L/9126" in receipt
    code = CODE.search(receipt)
    assert code is not None
    checked = Visitor().get(f"/verification?code={code[0].lower()}").page
    assert checked.heading == "Ce document est authentique"
    assert "Quittance de loyer" in checked.words
    for tab, title in (
        ("bail", "Contrat de location signé"),
        ("etat-des-lieux", "État des lieux d’entrée"),
        ("regularisations", "Décompte de charges 2025"),
        ("tickets", "Ticket de paiement"),
    ):
        assert title in month.get(f"/documents?contrat=9126&type={tab}").page.words, tab
    other = month.get("/documents?contrat=9120").page
    assert "Les documents de votre contrat L/9120" in other.words
    assert "/documents?contrat=9126" in other.links
    assert a_document("9120").path in other.links
