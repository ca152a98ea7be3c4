"""Security checks S1, S5 and I8 on every route of the access matrix: headers, cookies, answers to a bug.

Each route is asked by nobody, by a tenant and by an agent; a new one is looked at as soon as it has its line.
"""

import re

import pytest

import app
from chalicelib.web import cookies as jar
from chalicelib.web.entering import Entering
from tests import access_matrix, agents
from tests.mothers import ELOISE, Household
from tests.town import Provider, forget_portal
from tests.visitors import Seen, Visitor

ROUTES = sorted(access_matrix.addresses(), key=lambda route: "deconnexion" in route)  # which ends the visit
ADDRESS = "https://locataires.littoral-habitat.example"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
POLICY = {
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
}
LOOSE = re.compile(r"unsafe|\*|data:|blob:|script-src (?!'self'$)")
COOKIES = {jar.SESSION, jar.STAFF, jar.STEP, jar.VISIT, jar.TEXT_SIZE, jar.DEVICE}
BROKEN = "secret-detail"
DETAILS = re.compile(rf"{BROKEN}|Traceback|chalicelib|\.py\b|KeyError")


class BrokenVisit:
    """What a handler finds in place of its visit: whatever it looks at breaks, and so does any template."""

    def __getattr__(self, name: str) -> object:
        raise KeyError(f"{BROKEN} {name}")


@pytest.fixture
def people(eloise: Household, hashes: list[str]) -> dict[str, Visitor]:
    """Give the browsers of nobody, of a tenant and of an agent."""
    agents.claire()
    found = {"nobody": Visitor(), "tenant": Visitor(), "agent": Visitor()}
    found["tenant"].enter(ELOISE)
    agents.enter(found["agent"])
    return found


@pytest.fixture
def secure(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the portal the address that it has on AWS."""
    monkeypatch.setenv("PORTAL_ADDRESS", ADDRESS)
    forget_portal()


def tokens_of(visitor: Visitor) -> dict[bool, str]:
    """Give the tokens that forms of this visit carry, for tenants and for agents."""
    staff = visitor.get("/gestion/connexion").page.form("/gestion/preferences/texte")
    return {False: visitor.token(), True: staff.fields["csrf"]}


def ask(visitor: Visitor, tokens: dict[bool, str], route: str) -> Seen:
    """Ask a route, with nothing to be found, and with a form that is one of ours, and empty."""
    method, _, path = route.partition(" ")
    path = re.sub(r"\{\w+\}", "x", path)
    if method == "GET":
        return visitor.ask("GET", path)
    return visitor.post(path, {"csrf": tokens[path.startswith("/gestion")]})


def check_headers(route: str, seen: Seen) -> None:
    policy = seen.header("content-security-policy").split("; ")
    referrer = "no-referrer" if "{token}" in route else "same-origin"

    assert {name: seen.header(name) for name in ALWAYS} == ALWAYS, route
    assert set(policy) >= POLICY, route
    assert [one for one in policy if one.startswith("form-action 'self'")], route
    assert not [one for one in policy if LOOSE.search(one)], route
    assert seen.header("referrer-policy") == referrer, route
    assert re.search(r"charset=utf-8$|^application/json$", seen.header("content-type")), route


def check_cookie(line: str) -> None:
    assert line.startswith("__Host-"), line
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(line.split("; ")), line
    assert "domain" not in line.lower(), line
    assert len(line) < 4096, line


def test_every_answer_of_every_route_has_its_headers_and_cookies_that_stay_here(
    secure: None, people: dict[str, Visitor], eloise: Household
) -> None:
    given: list[str] = []
    for visitor in people.values():
        tokens = tokens_of(visitor)
        for route in ROUTES:
            seen = ask(visitor, tokens, route)
            check_headers(route, seen)
            given += seen.set_cookies
    newcomer = Visitor()
    given += newcomer.ask("GET", "/contacts").set_cookies
    given += newcomer.sign_in(eloise.email).set_cookies
    given += newcomer.send(newcomer.get("/"), "/preferences/texte", taille="plus").set_cookies
    given += agents.open_half(newcomer).set_cookies

    assert {line.partition("=")[0].removeprefix("__Host-") for line in given} == COOKIES
    for line in given:
        check_cookie(line)


def check_bug(route: str, seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    traced = {id(record): str(record.exc_info[1]) for record in caplog.records if record.exc_info}

    assert seen.status == 500, route
    assert seen.page.heading == "Un problème est survenu chez nous", route
    assert "donnez cette référence : " in seen.page.words, route
    assert not re.search(
        rf"{BROKEN}|Traceback|chalicelib|\.py\b|KeyError", f"{seen.html}{seen.reply.headers}"
    ), route
    assert [one.count(BROKEN) for one in traced.values()] == [1], route


@pytest.mark.parametrize("who", ["nobody", "tenant", "agent"])
def test_a_bug_on_any_route_is_a_french_page_without_a_detail_and_nobody_is_signed_out(
    people: dict[str, Visitor], who: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, guards = people[who], {"public", who}
    tokens, come_in = tokens_of(visitor), Entering.visit
    app.app.log.propagate = True
    with monkeypatch.context() as patch:
        patch.setattr(Entering, "visit", lambda own, public: come_in(own, public=public) and BrokenVisit())
        for route in ROUTES:
            if access_matrix.addresses()[route] in guards:
                caplog.clear()
                seen = ask(visitor, tokens, route)
                if not ("{" in route and seen.status == 404):  # what is no id is not looked at
                    check_bug(route, seen, caplog)

    assert visitor.ask("GET", {"tenant": "/", "agent": "/gestion"}.get(who, "/contacts")).status == 200
