"""Changing what opens an agent's account: for the session that asks, while it is there and lately proven."""

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.second_factor import STEP_S
from chalicelib.domain.sessions import PROVEN
from chalicelib.portal import portal
from chalicelib.storage.keys import account_key
from chalicelib.storage.second_steps import FactorItem
from chalicelib.storage.table import connection
from tests import agents
from tests.agents import CLAIRE, CODES, DOOR, ENROLMENT, HOME
from tests.conftest import Clock
from tests.faults import Faults
from tests.handlers.test_staff_telephone import claire, key_on, recovery
from tests.storage.books import stored_items
from tests.visitors import PASSWORD, Visitor

__all__ = ["claire", "recovery"]


@pytest.mark.parametrize("path", [CODES, ENROLMENT])
def test_a_session_that_is_ended_meanwhile_changes_nothing(
    claire: Visitor, recovery: tuple[str, ...], path: str
) -> None:
    sessions, page = portal().entrance.sessions, claire.get(path)
    (session,) = sessions.of(CLAIRE, Role.AGENT)
    before = FactorItem.get(account_key(CLAIRE), "FACTOR")
    key = key_on(page) if path == ENROLMENT else agents.KEY
    typed = {"code": agents.code(1, key=key), "code_actuel": recovery[0]}

    def end(operation: str) -> None:
        if operation == "TransactWriteItems":
            faults.choose = lambda _: None
            sessions.close(session)

    faults = Faults(connection().client, end)
    answer = claire.send(page, path, **typed)

    assert faults.calls["TransactWriteItems"] == 2  # the ending, and the change, once
    assert answer.location.startswith((DOOR, HOME))
    assert claire.follow(answer).page.form(DOOR)
    after = FactorItem.get(account_key(CLAIRE), "FACTOR")
    assert after.attribute_values == before.attribute_values
    assert not [sk for _, sk in stored_items() if sk.startswith("TRIES")]


def test_a_telephone_that_was_begun_before_the_password_was_shown_again_goes_on_no_more(
    claire: Visitor, recovery: tuple[str, ...], clock: Clock
) -> None:
    before = claire.get(ENROLMENT)
    clock.advance(seconds=PROVEN.total_seconds())
    again = claire.follow(claire.send(claire.get(ENROLMENT), ENROLMENT, mot_de_passe_actuel=PASSWORD))
    kept = FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key
    late = agents.change_telephone(claire, before, recovery[0], agents.code(key=key_on(before)))

    assert key_on(again) != key_on(before)
    assert late.status == 422
    assert FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key == kept
    clock.advance(seconds=STEP_S)
    done = agents.change_telephone(claire, again, recovery[0], agents.code(key=key_on(again)))
    assert done.page.heading == "Vos codes de secours"
