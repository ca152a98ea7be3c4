"""Papers found from a phone: a receipt read, agreed to, checked by its code; a certificate asked for.

# manual: ME06 ME21
"""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.appearances import DESKTOP, NARROW, PHONE, faults
from tests.browser.conftest import RunningPortal, Visitor, sign_in, until

pytestmark = pytest.mark.browser
RECEIPTS, CERTIFICATES = "Quittances et reçus", "Attestations"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")
KINDS = [
    "Avis d’échéance",
    RECEIPTS,
    "Régularisations de charges",
    "Contrat de location",
    "État des lieux",
    CERTIFICATES,
    "Tickets de paiement",
]


@pytest.fixture
def issued(running: RunningPortal, visitor: Visitor) -> None:
    """Have the portal's papers made, as they are every hour."""
    running.ask("/api/jobs/plan_papers", {})
    page = visitor()
    sign_in(page)

    def is_there() -> bool:
        page.goto("/documents?type=quittances")
        return page.get_by_text(re.compile("^Quittance de loyer")).count() > 0

    until(is_there)


def choose(page: Page, kind: str) -> None:
    page.get_by_role("navigation", name="Type de document").get_by_role("link", name=kind).click()


def check(page: Page, *, scripts: bool) -> None:
    """Look at the page in every way; axe is a script, so where scripts run."""
    if scripts:
        assert faults(page, [DESKTOP, NARROW, PHONE]) == {}


def download(page: Page, name: str) -> tuple[str, str]:
    """Download the paper of a name; give the name of its file, and what it says."""
    with page.expect_download() as found:
        page.get_by_role("link", name=re.compile(f"^Télécharger.*{name}")).first.click()
    content = found.value.path().read_bytes()
    return found.value.suggested_filename, "".join(
        one.extract_text() for one in PdfReader(BytesIO(content)).pages
    )


def check_shown(page: Page, name: str) -> None:
    """See that a paper is for the browser to show, from somewhere that is not the portal."""
    path = page.get_by_role("link", name=re.compile(f"^Consulter.*{name}")).first.get_attribute("href")
    answer = page.request.get(str(path))

    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; ")
    assert "X-Amz-Expires=60" in answer.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_tenant_finds_a_receipt_and_anybody_can_check_it(
    visitor: Visitor, issued: None, scripts: bool
) -> None:
    page = visitor(viewport=PHONE, java_script_enabled=scripts)
    sign_in(page)
    page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Documents").click()
    kinds = page.get_by_role("navigation", name="Type de document").get_by_role("link")
    assert [re.sub(r"\s*\d+$", "", one) for one in kinds.all_inner_texts()][:7] == KINDS
    for kind in (*KINDS, RECEIPTS):
        choose(page, kind)
        expect(page.locator("h2").first).to_contain_text(re.compile("^(Attestation de loyer|" + kind + ")"))
        check(page, scripts=scripts)
    check_shown(page, "Quittance de loyer")

    name, words = download(page, "Quittance de loyer")

    assert name.startswith("quittance-Q-")
    assert "L/9126" in words
    page.get_by_role("button", name="J’accepte les quittances électroniques").click()
    expect(page.get_by_text("vous avez accepté de recevoir vos quittances")).to_be_visible()
    check(page, scripts=scripts)
    page.get_by_role("button", name="Arrêter les quittances électroniques").click()
    expect(page.get_by_text("Arrêtées le")).to_be_visible()
    code = CODE.search(words)
    assert code is not None
    check_with_the_code(visitor(viewport=PHONE, java_script_enabled=scripts), code[0], scripts=scripts)


def check_with_the_code(page: Page, code: str, *, scripts: bool) -> None:
    """Check a receipt as somebody to whom it is handed does; they have no account."""
    page.goto("/connexion")
    page.get_by_role("link", name="Vérifier une quittance").click()
    check(page, scripts=scripts)
    page.get_by_label("Code du document").fill(code.replace("-", " ").lower().replace("0", "o"))
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce document est authentique")
    expect(page.get_by_text("Quittance de loyer", exact=True)).to_be_visible()
    assert "9126" not in page.locator("main").inner_text()
    check(page, scripts=scripts)
    page.get_by_role("link", name="Vérifier un autre document").click()
    page.get_by_label("Code du document").fill("0" * 16)
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("Ce code n’est celui d’aucun document.").first).to_be_visible()
    check(page, scripts=scripts)


def test_the_notice_has_the_reference_that_opens_the_registration(visitor: Visitor, issued: None) -> None:
    page = visitor(viewport=PHONE)
    sign_in(page)
    page.goto("/documents?type=avis")

    _, words = download(page, "Avis d’échéance.*A-")

    found = re.search(r"L/(\d+)", words)
    assert found is not None
    other = visitor(viewport=PHONE)
    other.goto("/inscription")
    assert "en haut à gauche" in other.locator("main").inner_text()
    other.get_by_label("Référence client").fill(found[1])
    assert other.locator("#reference").input_value() == "9126"


def test_a_certificate_is_asked_for_with_the_keyboard_and_comes(visitor: Visitor, issued: None) -> None:
    page = visitor(viewport=PHONE)
    sign_in(page)
    page.goto("/documents?type=attestations")
    page.get_by_role("button", name="Demander une attestation de loyer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("En préparation|Prête"))).to_be_visible()
    check(page, scripts=True)

    def is_ready() -> bool:
        page.goto("/documents?type=attestations")
        return page.get_by_text("Prête").count() == 1

    until(is_ready)
    name, words = download(page, "Attestation de loyer")

    assert name.startswith("attestation-T-")
    assert "L/9126" in words
