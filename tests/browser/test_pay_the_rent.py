"""The whole story in a real browser: sign in, read, pay by card on the provider's page, ticket in hand.

# manual: ME01 ME03 ME09 ME10 ME11 ME12 ME13 ME14 ME15 ME22 ME24 ME27 ME33
"""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.appearances import PHONE
from tests.browser.conftest import RunningPortal, Visitor, sign_in, until

pytestmark = pytest.mark.browser
MENU = ["Accueil", "Informations personnelles", "Contrat", "Documents", "Paiement", "Demandes"]


def pay(page: Page, card: str = "4242") -> None:
    """Choose a test card on the provider's page, and pay."""
    expect(page.get_by_text("aucun argent réel")).to_be_visible()
    page.get_by_label(re.compile(card)).check()
    page.get_by_role("button", name=re.compile("^Payer")).click()


def order(page: Page, cents: int) -> None:
    """Ask, from the home page, to pay a part of what is owed."""
    page.get_by_role("link", name="Payer en ligne").click()
    page.get_by_label("Un autre montant").check()
    page.get_by_label("Autre montant, en euros").fill(f"{cents // 100},{cents % 100:02d}")
    page.get_by_role("button", name="Continuer vers le paiement").click()


def euros(text: str | None) -> int:
    """Read an amount off a page, in cents."""
    found = re.search(r"([\d\u202f\u00a0]+),(\d\d)", text or "")
    assert found is not None
    return int(re.sub(r"\D", "", found[1])) * 100 + int(found[2])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_tenant_pays_and_holds_the_ticket(visitor: Visitor, running: RunningPortal, scripts: bool) -> None:
    """Tell the story once with JavaScript and once without: the pages have none, so it must be the same."""
    page = visitor(java_script_enabled=scripts, viewport=PHONE)
    page.goto("/")
    expect(page).to_have_title("Se connecter – Littoral Habitat")
    expect(page.get_by_text("Mot de passe oublié")).to_be_visible()
    expect(page.get_by_text("Souviens-toi de moi")).to_be_visible()

    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bienvenue Mme Éloïse D’Aubigné-Lefèvre")
    assert page.get_by_role("navigation", name="Menu principal").get_by_role("link").all_inner_texts() == MENU
    expect(page.get_by_role("heading", name="Alerte renouvellement assurance habitation")).to_be_visible()
    expect(page.get_by_text("pour le contrat L/9126 a expiré le")).to_be_visible()
    expect(page.get_by_role("link", name="Historique de mes demandes (13)")).to_be_visible()
    owed = euros(page.locator(".amount").first.text_content())

    amount = owed // 4
    order(page, amount)
    pay(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Votre paiement est accepté")
    assert page.url.startswith(f"{running.address}/paiement/")
    assert euros(page.get_by_text("Solde à jour").text_content()) == owed - amount

    def ticket_link() -> bool:
        page.reload()
        return page.get_by_role("link", name="Télécharger le ticket").count() == 1

    until(ticket_link)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le ticket").click()
    words = PdfReader(BytesIO(download.value.path().read_bytes())).pages[0].extract_text()
    assert "L/9126" in words
    assert euros(words[words.index("Somme payée") :]) == amount
    assert download.value.suggested_filename.startswith("ticket-T-")

    mails = [mail for mail in running.ask("/api/mail") if mail["to"] == "locataire@demo.example"]
    assert euros(mails[0]["subject"]) == amount
    page.goto("/paiement")
    assert euros(page.locator(".amount").first.text_content()) == owed - amount
    expect(page.get_by_text("Paiement par carte").first).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Aujourd’hui")).to_be_visible()
    expect(page.get_by_text("Paiement par carte de").first).to_be_visible()


def test_a_refused_card_then_another_one(visitor: Visitor) -> None:
    page = visitor()
    sign_in(page)
    order(page, 7_00)
    pay(page, "4000 0000 0000 9995")

    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Retour").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Votre paiement a été refusé")
    expect(page.get_by_text("provision insuffisante")).to_be_visible()
    page.get_by_role("link", name="Réessayer").click()
    pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre paiement est accepté")


def test_a_payment_left_can_be_resumed_or_given_up(visitor: Visitor) -> None:
    page = visitor()
    sign_in(page)
    order(page, 5_00)
    page.get_by_role("link", name="Retour").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Votre paiement n’est pas terminé")
    page.get_by_role("button", name="Renoncer à ce paiement").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Vous avez renoncé à ce paiement")
    page.goto("/paiement")
    expect(page.get_by_text("Paiement en cours")).to_have_count(0)


def test_the_reader_chooses_the_size_of_the_text(visitor: Visitor) -> None:
    page = visitor()
    page.goto("/connexion")

    for _ in range(3):
        page.get_by_role("button", name="A+").click()

    assert page.locator("html").get_attribute("data-text") == "3"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.url.endswith("/connexion")
    expect(page.get_by_role("button", name="A+")).to_be_disabled()


def test_signing_out_ends_the_session(visitor: Visitor) -> None:
    page = visitor()
    sign_in(page)
    page.locator("summary").click()
    page.get_by_role("button", name="Se déconnecter").click()

    page.goto("/paiement")

    assert page.url.endswith("/connexion?suite=/paiement")
