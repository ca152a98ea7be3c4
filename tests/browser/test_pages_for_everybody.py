"""Pages for everybody: axe finds nothing, nothing scrolls sideways, no request leaves for elsewhere.

# manual: ME32 ME33
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.appearances import DESKTOP, NARROW, PHONE, faults, findings, scrolls_sideways
from tests.browser.conftest import RunningPortal, Visitor, sign_in

pytestmark = pytest.mark.browser
PUBLIC = [
    "/connexion",
    "/inscription",
    "/mot-de-passe",
    "/contacts",
    "/verification",
    "/mentions-legales",
    "/donnees-personnelles",
    "/accessibilite",
    "/gestion/connexion",
    "/gestion/mot-de-passe",
    "/nulle-part",
]
PRIVATE = [
    "/",
    "/informations-personnelles",
    "/informations-personnelles/mot-de-passe",
    "/informations-personnelles/e-mail",
    "/informations-personnelles/coordonnees",
    "/informations-personnelles/profession",
    "/sessions",
    "/contrat",
    "/contrat/adresse-de-facturation",
    "/contrat/assurance",
    "/contrat/occupants/ajout",
    "/documents",
    "/paiement",
    "/paiement/payer",
    "/demandes",
    "/demandes/100013",
]


@pytest.fixture(scope="module")
def entered(chromium: Browser, running: RunningPortal) -> StorageState:
    """Sign in once; give the cookies."""
    context = chromium.new_context(base_url=running.address)
    page = context.new_page()
    sign_in(page)
    page.wait_for_url("**/")
    cookies = context.storage_state()
    context.close()
    return cookies


@pytest.mark.parametrize("path", PUBLIC)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visitor: Visitor, path: str) -> None:
    check(visitor(), path)


@pytest.mark.parametrize("path", PRIVATE)
def test_axe_finds_nothing_in_what_tenants_see_either(
    visitor: Visitor, entered: StorageState, path: str
) -> None:
    check(visitor(storage_state=entered), path)


def check(page: Page, path: str) -> None:
    """Look at a page in every way; what it loads comes from one place."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.goto(path)

    assert page.locator("h1").count() == 1
    assert urlsplit(page.url).path == path
    assert faults(page, [DESKTOP, PHONE, NARROW]) == {}
    assert len(asked) == 1


def test_the_largest_text_does_not_scroll_sideways_on_a_phone(visitor: Visitor) -> None:
    page = visitor(viewport=NARROW)
    page.goto("/connexion")
    for _ in range(3):
        page.get_by_role("button", name="A+").click()
    sign_in(page)

    for path in PRIVATE:
        page.goto(path)
        assert not scrolls_sideways(page), path


def test_a_keyboard_alone_signs_in(visitor: Visitor) -> None:
    page = visitor()
    page.goto("/connexion")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("locataire@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.type("Bonjour-2026!")

    page.keyboard.press("Enter")

    page.wait_for_url("**/")
    assert page.locator("h1").inner_text().startswith("Bienvenue")


def test_axe_finds_nothing_on_the_provider_s_page_and_the_panel(
    visitor: Visitor, running: RunningPortal
) -> None:
    page = visitor()
    sign_in(page)
    page.goto("/paiement/payer")
    page.get_by_role("button", name="Continuer vers le paiement").click()

    on_the_payment_page = findings(page)
    on_the_panel = {}
    page.goto(running.panel)
    links = page.locator("nav a").evaluate_all("all => all.map(a => a.href)")
    for address in [running.panel, *links]:
        page.goto(address)
        if found := findings(page):
            on_the_panel[address] = found

    assert on_the_payment_page == []
    assert on_the_panel == {}
    assert len(links) >= 5
