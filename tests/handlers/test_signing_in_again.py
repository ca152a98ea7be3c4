"""Signing in again in the same browser: the session that it held before ends, whoever's it was."""

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.portal import portal
from tests import agents
from tests.agents import CLAIRE
from tests.authenticators import ORIGIN, Authenticator
from tests.conftest import Clock
from tests.handlers.test_staff_telephone import key_on
from tests.mothers import ELOISE, NADEGE, Household
from tests.town import Counted, forget_portal
from tests.visitors import PASSWORD, Seen, Visitor

KEYS = "/informations-personnelles/cles"


@pytest.fixture(autouse=True)
def quick(hashes: list[str]) -> None:
    """Compare passwords quickly."""


def families(holder: str, role: Role = Role.TENANT) -> set[str]:
    return {session.family for session in portal().entrance.sessions.of(holder, role)}


def family_of(visitor: Visitor, cookie: str = "session") -> str:
    """Give the name of the session that a browser holds."""
    return visitor.cookies[cookie].split("~")[1]


def sign_in_beside(visitor: Visitor, email: str, password: str = PASSWORD, **headers: str) -> Seen:
    """Send the form of the door from a page that shows who is signed in."""
    fields = {"csrf": visitor.token(), "identifiant": email, "mot-de-passe": password}
    return visitor.post("/connexion", fields, **headers)


def test_who_comes_back_after_half_an_hour_leaves_no_session_behind(
    eloise: Household, clock: Clock, counted: Counted
) -> None:
    other, visitor = Visitor(), Visitor()
    other.sign_in(eloise.email)
    visitor.sign_in(eloise.email)
    copy = Visitor(cookies=dict(visitor.cookies))
    clock.advance(minutes=29)
    copy.get("/")
    clock.advance(minutes=2)
    page = visitor.get("/connexion")

    calls = counted.during(
        lambda: visitor.send(page, "/connexion", identifiant=eloise.email, mot_de_passe=PASSWORD)
    )

    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}, "the cookie says that it is idle"
    assert families(ELOISE) == {family_of(other), family_of(visitor)}
    assert copy.ask("GET", "/").location == "/connexion", "a copy that was kept awake ends with it"
    assert visitor.ask("GET", "/").status == 200


def test_who_is_signed_in_and_signs_in_again_holds_one_session(eloise: Household) -> None:
    visitor = Visitor()
    visitor.sign_in(eloise.email)
    before = family_of(visitor)

    answer = sign_in_beside(visitor, eloise.email)

    assert answer.location == "/"
    assert families(ELOISE) == {family_of(visitor)} != {before}


def test_the_next_person_at_the_same_browser_ends_the_session_of_the_one_before(
    eloise: Household, nadege: Household
) -> None:
    elsewhere, shared = Visitor(), Visitor()
    elsewhere.sign_in(eloise.email)
    shared.sign_in(eloise.email)
    left = Visitor(cookies=dict(shared.cookies))

    sign_in_beside(shared, nadege.email)

    assert left.ask("GET", "/").location == "/connexion"
    assert families(ELOISE) == {family_of(elsewhere)}
    assert families(NADEGE) == {family_of(shared)}
    assert Visitor().sign_in(eloise.email).status == 303, "her account still names a session that is gone"


def test_a_wrong_password_and_a_form_from_elsewhere_end_nothing(eloise: Household, nadege: Household) -> None:
    visitor, stranger = Visitor(), Visitor()
    visitor.sign_in(eloise.email)
    theirs = {"csrf": stranger.token(), "identifiant": nadege.email, "mot-de-passe": PASSWORD}

    wrong = sign_in_beside(visitor, eloise.email, "wrong")
    foreign = sign_in_beside(visitor, nadege.email, origin="https://elsewhere.example")
    forged = visitor.post("/connexion", theirs)

    assert (wrong.status, foreign.status, forged.status) == (422, 403, 403)
    assert families(ELOISE) == {family_of(visitor)}
    assert families(NADEGE) == set()
    assert visitor.ask("GET", "/").status == 200


def test_a_cookie_that_we_did_not_sign_ends_nobody_s_session(eloise: Household, nadege: Household) -> None:
    victim, thief = Visitor(), Visitor()
    victim.sign_in(eloise.email)
    holder, family, *rest = victim.cookies["session"].split("~")
    thief.cookies["session"] = "~".join([holder, family, *rest[:-1], "0" * 32])

    assert thief.sign_in(nadege.email).status == 303
    assert families(ELOISE) == {family}


def test_signing_in_with_a_passkey_ends_the_session_before(
    eloise: Household, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_ADDRESS", ORIGIN)
    forget_portal()
    visitor, telephone = Visitor(), Authenticator()
    visitor.sign_in(eloise.email)
    page = visitor.get(KEYS)
    visitor.send(page, KEYS, reponse=telephone.make(page), nom="Mon téléphone")
    clock.advance(minutes=30)
    door = visitor.get("/connexion")

    visitor.send(door, "/connexion/cle", reponse=telephone.sign(door))

    assert families(ELOISE) == {family_of(visitor)}
    assert visitor.ask("GET", "/").status == 200


def test_an_agent_who_comes_back_ends_the_agent_s_session_and_not_the_tenant_s(
    eloise: Household, clock: Clock
) -> None:
    agents.claire()
    visitor = Visitor()
    visitor.sign_in(eloise.email)
    agents.sign_in(visitor)
    before = family_of(visitor, "gestion")
    clock.advance(minutes=30)

    agents.open_half(visitor)
    assert families(CLAIRE, Role.AGENT) == {before}, "the password alone opens nothing, and ends nothing"
    agents.give(visitor, agents.code())

    assert families(CLAIRE, Role.AGENT) == {family_of(visitor, "gestion")} != {before}
    assert families(ELOISE) == {family_of(visitor)}


def test_an_agent_who_enrols_a_telephone_leaves_no_session_of_before_behind(
    eloise: Household, clock: Clock
) -> None:
    agents.claire(enrolled=False)
    visitor = Visitor()
    agents.enter(visitor)
    clock.advance(minutes=30)
    agents.open_half(visitor)
    page = visitor.get(agents.ENROLMENT)

    visitor.send(page, agents.ENROLMENT, code=agents.code(key=key_on(page)))

    assert families(CLAIRE, Role.AGENT) == {family_of(visitor, "gestion")}
