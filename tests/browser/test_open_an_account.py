"""An account, in a real browser: registered, confirmed, remembered, its password forgotten and set anew.

# manual: ME04 ME05 ME06 ME07 ME08
"""

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib.domain.guessing import folded
from infra.demo.generate import SEED
from infra.demo.homes import make_home
from tests.appearances import DESKTOP, NARROW, PHONE, faults
from tests.browser.conftest import (
    RunningPortal,
    Visitor,
    sign_in,
    start_portal,
    stop_portal,
    until,
)

pytestmark = pytest.mark.browser
FIRST, SECOND = "Camion-bleu-27", "une marmotte au phare"
HOMES = 20
VIEWPORTS = [NARROW, PHONE]


@dataclass(frozen=True)
class Newcomer:
    """A holder without an account: how the notice names them, and what they type."""

    name: str
    typed: str
    reference: str
    email: str


FRANCOIS_XAVIER = Newcomer("M. François-Xavier Noël-Bäcker", "NOEL-BACKER", "9127", "fx@exemple.fr")


@pytest.fixture(scope="module")
def running(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Run a fresh portal with a few more homes."""
    portal = start_portal(tmp_path_factory.mktemp("state"), HOMES)
    yield portal
    stop_portal(portal)


def another() -> Newcomer:
    """Find the first of the homes that were drawn whose holder has no account."""
    homes = (make_home(rank, date(2026, 11, 23), SEED) for rank in count())
    home = next(home for home in homes if not home.holders[0].account)
    holder = home.holders[0]
    return Newcomer(holder.name, folded(holder.last_name).upper(), f"L/{home.lease}", "autre@exemple.fr")


def link_in(running: RunningPortal, email: str, subject: str) -> str:
    """Wait for a mail, and give the address of its link."""
    mail = until(
        lambda: next((one for one in running.ask(f"/api/mail?to={email}") if one["subject"] == subject), None)
    )
    (link,) = re.findall(rf"{re.escape(running.address)}/[a-z-]+/[A-Za-z0-9_-]{{43}}\b", mail["text"])
    return str(link)


def scan(address: str) -> None:
    """Open an address as a mail scanner does."""
    for method in ("HEAD", "GET", "GET"):
        with urllib.request.urlopen(urllib.request.Request(address, method=method)) as answer:
            assert answer.status == 200


def register(page: Page, who: Newcomer) -> None:
    page.goto("/connexion")
    page.get_by_role("link", name="vous pouvez vous inscrire ici").click()
    page.get_by_label("Nom", exact=True).fill(who.typed)
    page.get_by_label("Référence client").fill(who.reference)
    page.get_by_label("Identifiant (e-mail)").fill(who.email)
    page.get_by_label("Mot de passe", exact=True).fill(FIRST)
    page.get_by_label("Confirmer le mot de passe").fill(FIRST)
    page.get_by_role("button", name="M’inscrire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Consultez votre messagerie")


def forget(page: Page, running: RunningPortal, who: Newcomer) -> None:
    page.goto("/connexion")
    page.get_by_role("link", name="Mot de passe oublié").click()
    page.get_by_label("Votre identifiant").fill(who.email)
    page.get_by_role("button", name="Recevoir le lien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Consultez votre messagerie")
    page.goto(link_in(running, who.email, "Choisissez un nouveau mot de passe"))
    page.get_by_label("Votre nouveau mot de passe").fill(SECOND)
    page.get_by_label("Confirmer le mot de passe").fill(SECOND)
    page.get_by_role("button", name="Enregistrer ce mot de passe").click()
    expect(page.get_by_role("status")).to_contain_text("Votre mot de passe est changé")


@pytest.mark.parametrize(
    ("scripts", "who"), [(True, FRANCOIS_XAVIER), (False, another())], ids=["scripts", "no-scripts"]
)
def test_a_holder_opens_an_account_loses_the_password_and_shows_another_device_out(
    visitor: Visitor, running: RunningPortal, scripts: bool, who: Newcomer
) -> None:
    phone = visitor(viewport=PHONE, java_script_enabled=scripts)
    register(phone, who)
    link = link_in(running, who.email, "Confirmez votre inscription")
    scan(link)
    phone.goto(link)
    expect(phone.get_by_text(who.email)).to_be_visible()
    assert not scripts or faults(phone, VIEWPORTS) == {}
    confirming = phone.get_by_role("button", name="Confirmer mon inscription")
    phone.get_by_label("Votre mot de passe").fill(SECOND)
    confirming.click()
    expect(phone.get_by_role("alert")).to_contain_text("Ce n’est pas le mot de passe choisi")
    assert not scripts or faults(phone, VIEWPORTS) == {}
    phone.get_by_label("Votre mot de passe").fill(FIRST)
    confirming.click()
    expect(phone.get_by_role("status")).to_contain_text("Votre compte est ouvert")
    phone.get_by_label("Votre identifiant").fill(who.email)
    phone.get_by_label("Votre mot de passe").fill(FIRST)
    phone.get_by_label("Souviens-toi de moi").check()
    phone.get_by_role("button", name="Se connecter").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(f"Bienvenue {who.name}")

    running.ask("/api/clock", {"hours": 2})
    phone.goto("/contrat")
    expect(phone.get_by_role("heading", level=1)).not_to_have_text("Se connecter")

    computer = visitor(viewport=DESKTOP, java_script_enabled=scripts)
    forget(computer, running, who)
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Se connecter")
    sign_in(phone, who.email, SECOND)
    sign_in(computer, who.email, SECOND)
    computer.goto("/sessions")
    others = computer.get_by_role("region", name="Vos autres appareils")
    expect(others.get_by_role("listitem")).to_have_count(1)
    computer.get_by_role("button", name="Fermer toutes les autres").click()
    expect(others.get_by_role("listitem")).to_have_count(0)
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Se connecter")
    assert until(
        lambda: running.ask(f"/api/mail?to={who.email}")[0]["subject"] == "Votre mot de passe est changé"
    )


def test_a_link_that_is_opened_twice_in_a_browser_says_what_became_of_it(
    visitor: Visitor, running: RunningPortal
) -> None:
    page = visitor()
    page.goto("/mot-de-passe")
    page.get_by_label("Votre identifiant").fill("a-jour@demo.example")
    page.get_by_role("button", name="Recevoir le lien").click()
    assert faults(page, VIEWPORTS) == {}
    link = link_in(running, "a-jour@demo.example", "Choisissez un nouveau mot de passe")
    page.goto(link)
    assert faults(page, VIEWPORTS) == {}
    running.ask("/api/clock", {"hours": 1})
    page.get_by_label("Votre nouveau mot de passe").fill(SECOND)
    page.get_by_label("Confirmer le mot de passe").fill(SECOND)
    page.get_by_role("button", name="Enregistrer ce mot de passe").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ce lien a expiré")
    assert faults(page, VIEWPORTS) == {}
    page.get_by_role("link", name="Recevoir un nouveau lien").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mot de passe oublié")
