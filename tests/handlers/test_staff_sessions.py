"""Sessions of agents: at their own pages alone, for twelve hours at most, and gone with the right to them."""

from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.second_factor import STEP_S
from chalicelib.domain.sessions import IDLE, LONGEST
from chalicelib.storage.accounts import AccountItem, account_item
from chalicelib.storage.keys import account_key, agent_key
from chalicelib.storage.staff import AgentItem
from tests import agents
from tests.agents import CLAIRE, DOOR, HOME
from tests.conftest import Clock
from tests.mothers import ELOISE, Household, an_account, put
from tests.town import Provider
from tests.visitors import Visitor

SECOND = timedelta(seconds=1)


@pytest.fixture
def claire(provider: Provider, hashes: list[str]) -> Visitor:
    """Give the browser of an agent whose telephone is enrolled; passwords are compared quickly."""
    agents.claire()
    return Visitor()


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", HOME).status == 200


def test_an_agent_s_cookie_opens_no_page_of_tenants_and_a_tenant_s_none_of_agents(
    claire: Visitor, visitor: Visitor
) -> None:
    agents.sign_in(claire)
    swapped = Visitor(cookies={"session": claire.cookies["gestion"], "gestion": visitor.cookies["session"]})

    assert claire.ask("GET", "/").location == "/connexion"
    assert visitor.ask("GET", HOME).location == DOOR
    assert swapped.ask("GET", "/").location == "/connexion"
    assert swapped.ask("GET", HOME).location == DOOR


def test_one_browser_may_hold_both_and_a_page_shows_only_its_own(claire: Visitor, eloise: Household) -> None:
    agents.sign_in(claire)
    claire.enter(ELOISE)

    assert claire.get(HOME).page.heading == "Bonjour Claire Morvan"
    assert "Claire Morvan" not in claire.get("/").html
    assert "Éloïse" not in claire.get("/gestion/nulle-part").html
    assert claire.send(claire.get(HOME), "/gestion/deconnexion").location == DOOR
    assert claire.ask("GET", "/").status == 200


@pytest.mark.parametrize("withdrawn", ["account", "profile", "role"])
def test_a_right_that_is_withdrawn_is_gone_at_the_next_request(claire: Visitor, withdrawn: str) -> None:
    agents.sign_in(claire)
    page = claire.get("/gestion/sessions")
    assert page.status == 200
    if withdrawn == "account":
        AccountItem(account_key(CLAIRE), "ACCOUNT").delete()
    elif withdrawn == "profile":
        AgentItem(agent_key(CLAIRE), "PROFILE").delete()
    else:
        put(account_item(an_account(CLAIRE, CLAIRE, Role.TENANT)))

    assert claire.ask("GET", HOME).location == DOOR
    assert claire.send(page, "/gestion/deconnexion").location == DOOR
    assert agents.open_half(Visitor()).status == 422


def test_a_session_of_an_agent_ends_idle_and_is_never_remembered(claire: Visitor, clock: Clock) -> None:
    agents.open_half(claire)
    seen = agents.give(claire, agents.code(), souvenir="oui")
    (line,) = [one for one in seen.set_cookies if one.startswith("gestion=")]
    clock.advance(seconds=(IDLE - SECOND).total_seconds())
    assert is_in(claire)
    clock.advance(seconds=IDLE.total_seconds())

    assert "Max-Age" not in line
    assert not is_in(claire)


def test_a_session_of_an_agent_ends_after_twelve_hours(claire: Visitor, clock: Clock) -> None:
    began = clock.at
    agents.sign_in(claire)
    while clock.at < began + LONGEST - IDLE:
        clock.advance(minutes=29)
        assert is_in(claire)
    clock.at = began + LONGEST - SECOND
    assert is_in(claire)

    clock.at = began + LONGEST
    assert not is_in(claire)


def test_signing_out_ends_the_session_and_its_copies(claire: Visitor) -> None:
    agents.sign_in(claire)
    stolen = Visitor(cookies=dict(claire.cookies))
    answer = claire.send(claire.get(HOME), "/gestion/deconnexion")

    assert answer.location == DOOR
    assert answer.header("clear-site-data") == '"cache", "storage"'
    assert "gestion" not in claire.cookies
    assert not is_in(stolen)


def test_sessions_are_listed_and_closed_from_another(claire: Visitor, clock: Clock) -> None:
    agents.sign_in(claire)
    clock.advance(seconds=STEP_S)
    other = Visitor()
    agents.sign_in(other)
    page = claire.get("/gestion/sessions")
    closed = claire.send(page, "/gestion/sessions/fermer", session="autres")

    assert closed.location == "/gestion/sessions"
    assert is_in(claire)
    assert not is_in(other)


def test_of_eleven_sessions_the_oldest_is_closed(claire: Visitor, clock: Clock) -> None:
    browsers = []
    for _ in range(11):
        browsers.append(Visitor())
        agents.sign_in(browsers[-1])
        clock.advance(seconds=STEP_S)

    assert not is_in(browsers[0])
    assert all(is_in(one) for one in browsers[1:])


def test_the_size_of_the_text_changes_on_pages_of_agents(claire: Visitor) -> None:
    agents.sign_in(claire)
    answer = claire.send(claire.get(HOME), "/gestion/preferences/texte", taille="plus")

    assert answer.location == HOME
    assert 'data-text="1"' in claire.get(HOME).html
