"""Pages for everybody: axe finds nothing, nothing scrolls sideways, no request leaves for elsewhere.

# manual: ME32 ME33
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, RunningPortal, Visitor, sign_in

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}
PUBLIC = [
    "/connexion",
    "/inscription",
    "/mot-de-passe",
    "/contacts",
    "/mentions-legales",
    "/donnees-personnelles",
    "/accessibilite",
    "/gestion/connexion",
    "/nulle-part",
]
PRIVATE = [
    "/",
    "/informations-personnelles",
    "/contrat",
    "/documents",
    "/paiement",
    "/paiement/payer",
    "/demandes",
    "/demandes/100013",
]


def findings(page: Page) -> list[dict[str, Any]]:
    """Have axe read the page (WCAG 2.0 to 2.2, A and AA, and good practice)."""
    found = Axe().run(page).response["violations"]
    return [{"rule": one["id"], "where": [node["html"] for node in one["nodes"]]} for one in found]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    visitor: Visitor, viewport: dict[str, int], scheme: str
) -> None:
    page = visitor(viewport=viewport, color_scheme=scheme)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))

    wrong = {}
    for paths, enter in ((PUBLIC, False), (PRIVATE, True)):
        if enter:
            sign_in(page)
        for path in paths:
            page.goto(path)
            assert page.locator("h1").count() == 1, path
            assert not scrolls_sideways(page), path
            if found := findings(page):
                wrong[path] = found

    assert wrong == {}
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
