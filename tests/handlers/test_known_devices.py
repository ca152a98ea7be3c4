"""Devices that an account knows (« appareils »): there its owner comes in, whoever knocks on elsewhere."""

from datetime import timedelta

import pytest

from chalicelib.domain.links import LinkKind
from chalicelib.domain.throttling import PASSWORDS
from chalicelib.storage.accounts import AccountItem
from chalicelib.storage.keys import account_key
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.handlers.test_throttled import tally
from tests.letters import letters
from tests.mothers import ELOISE
from tests.newcomers import FORGOTTEN, NEW_PASSWORD, forget, issued
from tests.town import work
from tests.visitors import PASSWORD, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
OWN = f"{ELOISE}@demo.example"
FAST = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def eloise(table: Resources, clock: Clock) -> None:
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)


@pytest.fixture
def from_ahead(clock: Clock) -> None:
    """Have the account opened by a machine whose clock is fast."""
    AccountItem(account_key(OWN), "ACCOUNT").update([AccountItem.opened_at.set(clock.at + FAST)])


def knock(clock: Clock, password: str) -> None:
    """Have a stranger knock until everybody has to wait who is not known."""
    tally(OWN, clock, PASSWORDS.most)
    assert Visitor().sign_in(OWN, password).status == 429


def come_back(visitor: Visitor, password: str) -> int:
    """Lose the session, and sign in again in the same browser; give the status."""
    visitor.cookies.pop("session")
    return visitor.sign_in(OWN, password).status


def set_anew(visitor: Visitor, path: str, password: str = NEW_PASSWORD) -> None:
    """Set another password on the page of a link."""
    done = visitor.send(visitor.get(path), path, nouveau_mot_de_passe=password, confirmer=password)
    assert done.location == "/connexion?fait=mot-de-passe"


def test_the_browser_in_which_a_forgotten_password_was_set_is_a_known_one(clock: Clock) -> None:
    browser, fresh = Visitor(), Visitor()
    browser.sign_in(OWN)
    name = browser.cookies["device"].split("~")[1]
    clock.advance(seconds=1)
    set_anew(browser, issued(LinkKind.RECOVERY, OWN, clock.at))
    assert browser.cookies["device"].split("~")[1] == name
    knock(clock, NEW_PASSWORD)
    assert browser.sign_in(OWN, NEW_PASSWORD).status == 303

    clock.advance(seconds=1)
    set_anew(fresh, issued(LinkKind.RECOVERY, OWN, clock.at), PASSWORD)
    knock(clock, PASSWORD)

    assert browser.sign_in(OWN).status == 429
    assert fresh.sign_in(OWN).status == 303


def test_a_link_that_sets_no_password_makes_no_device_known(clock: Clock) -> None:
    visitor, path = Visitor(), issued(LinkKind.RECOVERY, OWN, clock.at)
    visitor.send(visitor.get(path), path, nouveau_mot_de_passe=NEW_PASSWORD, confirmer="another")
    clock.advance(hours=1)
    typed = {"nouveau-mot-de-passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD}

    assert visitor.post(path, {"csrf": visitor.token()} | typed).status == 410
    assert "device" not in visitor.cookies


@pytest.mark.usefixtures("from_ahead")
def test_a_clock_that_is_fast_where_accounts_are_opened_makes_no_link_void(table: Resources) -> None:
    visitor = Visitor()
    forget(visitor, OWN, FORGOTTEN)
    work(table)
    set_anew(visitor, letters(table)[-1].link)

    assert visitor.sign_in(OWN, NEW_PASSWORD).location == "/"


@pytest.mark.usefixtures("from_ahead")
def test_such_a_clock_makes_no_change_of_address_void(table: Resources) -> None:
    visitor, moving = Visitor(), "/informations-personnelles/e-mail"
    visitor.sign_in(OWN)
    visitor.send(visitor.get(moving), moving, nouvelle_adresse="eloise@nouvelle.example")
    work(table)
    link = letters(table)[-1].link

    assert visitor.send(visitor.get(link), link).location == "/connexion?fait=adresse"


@pytest.mark.usefixtures("from_ahead")
def test_such_a_clock_makes_no_device_unknown(clock: Clock) -> None:
    signed, path = Visitor(), "/informations-personnelles/mot-de-passe"
    signed.sign_in(OWN)
    knock(clock, PASSWORD)
    assert come_back(signed, PASSWORD) == 303
    other = "Wagon-vert-2031"
    signed.send(signed.get(path), path, nouveau_mot_de_passe=other, nouveau_mot_de_passe_encore=other)
    knock(clock, other)
    assert come_back(signed, other) == 303


@pytest.mark.usefixtures("from_ahead")
def test_such_a_clock_leaves_the_browser_known_in_which_a_forgotten_password_was_set(
    table: Resources, clock: Clock
) -> None:
    browser = Visitor()
    forget(browser, OWN, FORGOTTEN)
    work(table)
    set_anew(browser, letters(table)[-1].link)
    knock(clock, NEW_PASSWORD)

    assert browser.sign_in(OWN, NEW_PASSWORD).status == 303


@pytest.mark.usefixtures("from_ahead")
def test_such_a_clock_leaves_no_link_alive_after_another_password(table: Resources) -> None:
    browser, signed, path = Visitor(), Visitor(), "/informations-personnelles/mot-de-passe"
    forget(browser, OWN, FORGOTTEN)
    work(table)
    link, other = letters(table)[-1].link, "Wagon-vert-2031"
    signed.sign_in(OWN)
    done = signed.send(signed.get(path), path, nouveau_mot_de_passe=other, nouveau_mot_de_passe_encore=other)
    assert done.status == 303

    page = browser.send(browser.get(link), link, nouveau_mot_de_passe=NEW_PASSWORD, confirmer=NEW_PASSWORD)

    assert page.status == 410
