"""Agents: who works for the landlord, with a telephone whose key the tests know, and their browsers."""

from chalicelib.domain.accounts import Role
from chalicelib.domain.second_factor import (
    Factor,
    context_of,
    new_recovery_codes,
    step_of,
)
from chalicelib.domain.second_step import new_agent_session
from chalicelib.gateways.one_time_codes import TotpCodes
from chalicelib.portal import now, portal
from chalicelib.storage.accounts import account_items
from chalicelib.storage.second_steps import factor_item
from tests import mothers
from tests.mothers import an_account
from tests.visitors import PASSWORD, Seen, Visitor

CLAIRE, KEY = "claire@littoral-habitat.example", "CLAIREMORVANCLAIREMORVAN23456723"
DOOR, CODE, HOME = "/gestion/connexion", "/gestion/code", "/gestion"
ENROLMENT, CODES = "/gestion/double-authentification", "/gestion/codes-de-secours"


def claire(*, enrolled: bool = True, email: str = CLAIRE) -> tuple[str, ...]:
    """Have an agent there; give the recovery codes."""
    mothers.put(*account_items(an_account(email, email, Role.AGENT), "Claire Morvan", "Agence de Rochefort"))
    codes, hashes = new_recovery_codes(email)
    if enrolled:
        sealed = portal().second_lock.seal.close(KEY, context_of(email))
        mothers.put(factor_item(email, Factor(sealed, 0, hashes, now())))
    return codes


def code(steps: int = 0, key: str = KEY) -> str:
    """Give the code that the telephone shows, or shows some steps from now."""
    return TotpCodes().code(key, step_of(now()) + steps)


def open_half(visitor: Visitor, email: str = CLAIRE, password: str = PASSWORD) -> Seen:
    """Fill in the first page of the agents' door."""
    return visitor.send(visitor.get(DOOR), DOOR, identifiant=email, mot_de_passe=password)


def give(visitor: Visitor, typed: str, **more: str) -> Seen:
    """Fill in the second page."""
    return visitor.send(visitor.get(CODE), CODE, code=typed, **more)


def change_telephone(visitor: Visitor, page: Seen, present: str, typed: str) -> Seen:
    """Fill in the page on which an agent who is signed in enrols another telephone."""
    return visitor.send(page, ENROLMENT, code_actuel=present, code=typed)


def sign_in(visitor: Visitor, steps: int = 0) -> Seen:
    """Take both steps."""
    open_half(visitor)
    return give(visitor, code(steps))


def enter(visitor: Visitor, email: str = CLAIRE) -> None:
    """Open a session without the door; the account is not told of it."""
    entrance = portal().entrance
    session, secret = new_agent_session(an_account(email, email, Role.AGENT), visitor.agent, entrance.now())
    entrance.sessions.open(session)
    visitor.hold(session, secret)
