"""An agent comes in with the code that the local panel shows, and not without it."""

import pytest
from playwright.sync_api import Page, expect

from tests.appearances import PHONE
from tests.browser.conftest import RunningPortal, Visitor, until

pytestmark = pytest.mark.browser


def agent(running: RunningPortal) -> dict[str, str]:
    """Ask the panel who the agent is, with the code of the moment; not one that is about to end."""

    def fresh() -> dict[str, str] | None:
        (found,) = [one for one in running.ask("/api/demo")["people"] if one["role"] == "agent"]
        return found if found["code_seconds"] >= 3 else None

    shown: dict[str, str] = until(fresh)
    return shown


def show_password(page: Page, email: str, password: str) -> None:
    page.goto("/gestion")
    page.get_by_label("Votre identifiant").fill(email)
    page.get_by_label("Votre mot de passe").fill(password)
    page.get_by_role("button", name="Continuer").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_agent_signs_in_with_the_code_of_the_panel(
    visitor: Visitor, running: RunningPortal, scripts: bool
) -> None:
    page = visitor(java_script_enabled=scripts, viewport=PHONE)
    known = agent(running)
    show_password(page, known["email"], known["password"])
    page.goto("/gestion")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion à la gestion")
    page.goto("/gestion/code")
    page.get_by_label("Votre code").fill("000000")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas le bon")
    running.ask("/api/clock", {"hours": 1})  # the code of the moment may have opened once, in the other story
    show_password(page, known["email"], known["password"])
    page.get_by_label("Votre code").fill(agent(running)["code"])
    page.get_by_role("button", name="Se connecter").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire Morvan")
    page.locator("summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion à la gestion")
