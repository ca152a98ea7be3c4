"""A passkey in a real browser, with a device that Chromium plays itself: added, used, refused, removed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from infra.local.serving import LoopbackServer
from tests.handlers.conftest import eloise, hashes, provider
from tests.mothers import Household
from tests.town import forget_portal
from tests.visitors import ANSWER, PASSWORD

__all__ = ["eloise", "hashes", "provider"]
pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(eloise: Household, hashes: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the portal under a name: browsers make no passkeys for a bare number."""
    server = LoopbackServer(0, ANSWER)
    named = f"http://localhost:{server.server_port}"
    monkeypatch.setenv("PORTAL_ADDRESS", named)
    forget_portal()
    server.start()
    yield named
    server.stop()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def device(page: Page) -> tuple[CDPSession, str]:
    """Give the browser a device that checks who holds it."""
    control = page.context.new_cdp_session(page)
    control.send("WebAuthn.enable")
    made = control.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return control, str(made["authenticatorId"])


def leave(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/connexion")


def test_a_tenant_adds_a_passkey_comes_in_with_it_and_removes_it(
    page: Page, device: tuple[CDPSession, str], eloise: Household
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/connexion")
    page.get_by_label("Votre identifiant").fill(eloise.email)
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.goto("/informations-personnelles")
    page.get_by_role("link", name="Se connecter sans mot de passe").click()
    page.get_by_label("Le nom de cette clé").fill("Mon ordinateur")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_role("heading", name="Votre clé d’accès est ajoutée")).to_be_visible()

    leave(page)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bienvenue Mme Éloïse D’Aubigné-Lefèvre")

    leave(page)
    control, id = device
    control.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": False})
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("alert")).to_contain_text("Aucune clé d’accès n’a été donnée")

    control.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": True})
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bienvenue Mme Éloïse D’Aubigné-Lefèvre")
    page.goto("/informations-personnelles/cles")
    page.get_by_role("button", name="Retirer Mon ordinateur").click()
    expect(page.get_by_text("Vous n’en avez pas encore.")).to_be_visible()

    leave(page)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", name="Cette clé d’accès n’a pas été reconnue")).to_be_visible()
    assert [one for one in said if "Content Security Policy" in one or "Trusted" in one] == []


def test_without_scripts_no_button_is_shown(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/connexion")

    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    expect(page.get_by_role("button", name="Utiliser une clé d’accès")).to_be_hidden()
    context.close()
