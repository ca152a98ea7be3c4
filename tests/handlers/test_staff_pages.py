"""Pages of agents: whole, with no dead link, with the headers of all pages, and closed to forged forms."""

import pytest

from chalicelib.domain.sessions import PROVEN
from tests import agents
from tests.agents import CODE, CODES, DOOR, ENROLMENT, HOME
from tests.conftest import Clock
from tests.handlers.crawling import broken_anchors, crawl
from tests.handlers.test_forms import HIDDEN, STAFF_FIELDS, forge, forgeries
from tests.handlers.test_pages import check_names, check_order, check_structure
from tests.mothers import Household
from tests.town import Counted, Provider
from tests.visitors import Seen, Visitor


@pytest.fixture
def claire(provider: Provider, hashes: list[str]) -> Visitor:
    """Give a browser in which an agent is signed in, and whose door is half open as well."""
    agents.claire()
    visitor = Visitor()
    agents.open_half(visitor)
    agents.enter(visitor)
    return visitor


def check_whole(path: str, seen: Seen) -> None:
    check_structure(path, seen.page)
    check_names(path, seen.page)
    check_order(path, seen.page)
    assert 'class="desk"' in seen.html, path


def test_no_link_of_an_agent_is_dead_and_every_page_is_whole(claire: Visitor) -> None:
    found = crawl(claire, HOME, CODE, f"{CODE}?secours=1", ENROLMENT, f"{CODES}?utilise=1")
    own = {path: seen for path, seen in found.items() if path.startswith("/gestion")}

    assert {path for path, seen in own.items() if seen.status != 200} == set()
    assert len(own) >= 6
    assert broken_anchors(own | found) == []
    for path, seen in own.items():
        check_whole(path, seen)


def test_pages_of_the_door_are_whole_with_an_error_too(provider: Provider, hashes: list[str]) -> None:
    agents.claire(enrolled=False)
    visitor = Visitor()
    seen = [visitor.get(DOOR), visitor.get(f"{DOOR}?fait=trop-tard"), agents.open_half(visitor, "", "")]
    agents.open_half(visitor)
    page = visitor.get(ENROLMENT)
    wrong = visitor.send(page, ENROLMENT, code="000000")
    shown = visitor.send(page, ENROLMENT, code=agents.code(key=key_on(page)))
    for one in (*seen, page, wrong, shown, visitor.get("/gestion/nulle-part")):
        check_whole(one.path, one)


def test_pages_to_change_a_telephone_are_whole_with_and_without_the_password(
    claire: Visitor, clock: Clock
) -> None:
    wrong = claire.send(claire.get(ENROLMENT), ENROLMENT)
    clock.advance(seconds=PROVEN.total_seconds())
    page = claire.get(ENROLMENT)
    for one in (wrong, page, claire.send(page, ENROLMENT)):
        check_whole(one.path, one)


def key_on(page: Seen) -> str:
    return page.html.partition('class="key">')[2].partition("<")[0].replace(" ", "")


def test_a_page_that_agents_do_not_have_looks_like_theirs(claire: Visitor) -> None:
    missing = claire.get("/gestion/nulle-part")

    assert missing.status == 404
    assert "Claire Morvan" in missing.html
    assert missing.page.links.count(HOME) == 2


def test_pages_of_agents_are_kept_nowhere_and_run_no_script(claire: Visitor) -> None:
    for path in (HOME, DOOR, CODE, ENROLMENT, CODES, "/gestion/sessions", "/gestion/nulle-part"):
        seen = claire.ask("GET", path)
        policy = seen.header("content-security-policy")

        assert seen.header("cache-control") == "no-store", path
        assert "default-src 'none'" in policy, path
        assert "script-src" not in policy, path


def test_cookies_of_agents_are_tied_to_this_host_and_shut_away_from_scripts(
    provider: Provider, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_ADDRESS", "https://locataires.littoral-habitat.example")
    agents.claire()
    visitor = Visitor()
    lines = agents.open_half(visitor).set_cookies + agents.give(visitor, agents.code()).set_cookies

    names = [line.partition("=")[0] for line in lines]
    assert {"__Host-etape", "__Host-gestion", "__Host-device"} <= set(names)
    for line in lines:
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(line.split("; ")), line
        assert "Domain" not in line
        assert len(line) < 4096


def test_a_forged_form_of_an_agent_is_refused_and_writes_nothing(claire: Visitor, counted: Counted) -> None:
    other = Visitor()
    agents.enter(other)
    token = claire.get(HOME).page.form("/gestion/deconnexion").fields["csrf"]
    another = other.get(HOME).page.form("/gestion/deconnexion").fields["csrf"]
    for route in STAFF_FIELDS:
        for way, forged in forgeries(token, another).items():
            if way == HIDDEN and "{token}" in route:
                continue  # this page hides it itself: tests/handlers/test_staff_recovery.py
            counted.calls.clear()
            seen = forge(claire, route, route, forged)

            assert seen.status == forged[0], (route, way)
            assert counted.writes == 0, (route, way)
    assert claire.ask("GET", HOME).status == 200


def test_a_tenant_s_token_opens_no_form_of_agents_and_the_other_way_round(
    claire: Visitor, visitor: Visitor, eloise: Household
) -> None:
    both = Visitor(cookies=claire.cookies | visitor.cookies)
    of_tenant = both.token("/")
    of_agent = both.get(HOME).page.form("/gestion/deconnexion").fields["csrf"]

    assert both.post("/gestion/deconnexion", {"csrf": of_tenant}).status == 403
    assert both.post("/deconnexion", {"csrf": of_agent}).status == 403
    assert both.post("/gestion/deconnexion", {"csrf": of_agent}).status == 303


def test_a_form_of_agents_that_is_asked_for_with_get_does_nothing(claire: Visitor, counted: Counted) -> None:
    for route in STAFF_FIELDS:
        counted.calls.clear()
        seen = claire.ask("GET", route)

        assert seen.status in {200, 303, 404, 405}, route
        assert counted.writes == 0, route
