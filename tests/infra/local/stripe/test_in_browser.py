"""The payment page in a real browser: its policy lets a tenant through, and axe finds nothing to say."""

from collections.abc import Iterator

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from infra.local.stripe.core import StandIn
from tests.infra.local.stripe.loopback import serving
from tests.infra.local.stripe.orders import an_order

pytestmark = pytest.mark.browser


@pytest.fixture
def core() -> Iterator[StandIn]:
    with serving() as core:
        yield core


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    yield page
    page.close()


def faults(page: Page) -> list[str]:
    return [fault["id"] for fault in Axe().run(page).response["violations"]]


def test_a_tenant_pays_with_the_keyboard_alone_and_axe_is_content(core: StandIn, browser_page: Page) -> None:
    client = stripe.StripeClient("sk_test_demo", base_addresses={"api": core.base_address})
    with (
        serving() as portal
    ):  # another origin, as the portal is: the page's policy must let the tenant go there
        order = an_order(
            success_url=f"{portal.base_address}/retour", cancel_url=f"{portal.base_address}/annule"
        )
        session = client.v1.checkout.sessions.create(order)
        messages: list[str] = []
        browser_page.on("console", lambda message: messages.append(message.text))

        browser_page.goto(str(session.url))
        assert faults(browser_page) == []
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= 360

        browser_page.get_by_label("Provision insuffisante").check()
        browser_page.keyboard.press("Enter")
        browser_page.get_by_role("alert").wait_for()
        assert faults(browser_page) == []

        browser_page.get_by_label("Authentification 3-D Secure").check()
        browser_page.get_by_role("button", name="Payer").press("Enter")
        browser_page.get_by_role("heading", name="Authentification de la banque").wait_for()
        assert faults(browser_page) == []
        assert messages == []

        browser_page.get_by_role("button", name="Confirmer le paiement").click()
        browser_page.wait_for_url(f"{portal.base_address}/retour")

    assert core.truth() == {"p-1": 45_678}
