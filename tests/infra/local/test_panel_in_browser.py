"""The panel's pages in a real browser: readable on a phone, nothing for axe to say, no script needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.appearances import DESKTOP, NARROW, faults
from tests.infra.local.conftest import LocalAws
from tests.infra.local.panels import PanelUnderTest, a_panel
from tests.infra.local.test_mailbox import a_message, send_raw

pytestmark = pytest.mark.browser
PATHS = ["/", "/courrier", "/taches", "/horloge", "/paiements", "/files", "/nulle-part"]


@pytest.fixture
def panel(shared_aws: LocalAws, tmp_path: Path) -> Iterator[PanelUnderTest]:
    with a_panel(shared_aws, tmp_path) as made:
        send_raw(shared_aws, a_message())
        made.pay()
        made.parts.schedules.fire("sweep")
        dead = f"{shared_aws.resources.payments_queue}-dead"
        shared_aws.client("sqs").send_message(QueueUrl=dead, MessageBody='{"payment": "p-1"}')
        yield made
        shared_aws.client("sqs").purge_queue(QueueUrl=dead)


def test_every_page_is_accessible(chromium: Browser, panel: PanelUnderTest) -> None:
    mail = panel.ask("/api/mail?limit=1")[0]["number"]
    page = chromium.new_page(base_url=panel.server.address)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))

    found = {}
    for path in [*PATHS, f"/courrier/{mail}"]:
        page.goto(path)
        if wrong := faults(page, [DESKTOP, NARROW]):
            found[path] = wrong
    page.close()

    assert found == {}
    assert [text for text in messages if "404" not in text] == []


def test_the_panel_is_used_without_script(chromium: Browser, panel: PanelUnderTest) -> None:
    context = chromium.new_context(base_url=panel.server.address, java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()

    page.goto("/taches")
    page.get_by_role("listitem").filter(has_text="sweep").get_by_role("button").click()
    page.get_by_role("status").get_by_text("La tâche est faite.").wait_for()
    page.get_by_role("link", name="Horloge").click()
    page.get_by_label("Avancer d’un nombre de jours").fill("2")
    page.get_by_role("button", name="Avancer", exact=True).click()
    page.get_by_role("status").get_by_text("L’horloge a avancé.").wait_for()
    page.get_by_role("link", name="Paiements").click()
    page.get_by_role("button", name="Rembourser").click()
    page.get_by_role("status").get_by_text("C’est fait").wait_for()
    page.get_by_role("link", name="Courrier").click()
    page.get_by_role("link", name="Votre reçu").first.click()
    page.frame_locator("iframe").get_by_role("link", name="Voir").wait_for()
    context.close()

    assert panel.parts.clock.ahead_seconds == 2 * 86_400
    assert panel.parts.provider.charges()[0].refunded_cents == 45_678
