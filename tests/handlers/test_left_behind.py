"""What an account that is gone has left behind opens nothing for the next one of that person or address."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.links import LinkKind
from chalicelib.domain.second_factor import STEP_S, Factor
from chalicelib.portal import now, portal
from chalicelib.storage.accounts import AccountItem, account_items
from chalicelib.storage.keys import account_key
from chalicelib.storage.second_steps import FactorItem
from chalicelib.templating import ROOT
from tests import agents, mothers
from tests.agents import CLAIRE, CODE, ENROLMENT, HOME
from tests.authenticators import Authenticator
from tests.conftest import Clock
from tests.handlers.test_passkeys import ADDED, KEYS, REFUSED, add, enter, named, telephone
from tests.handlers.test_staff_telephone import key_on
from tests.mothers import ELOISE, Household, an_account
from tests.newcomers import NEW_PASSWORD, account, confirm, issued
from tests.storage.books import stored_items
from tests.town import Counted
from tests.visitors import PASSWORD, Seen, Visitor

__all__ = ["named", "telephone"]
pytestmark = pytest.mark.usefixtures("hashes")
STAFF_KEYS, STAFF_KEY = "/gestion/cles", "/gestion/connexion/cle"


def register_again(household: Household, clock: Clock) -> Visitor:
    """Remove a tenant's account by hand, the account alone, and have them open another one and come in."""
    for item in account_items(account(household.email)):
        item.delete()
    clock.advance(seconds=1)
    visitor, link = Visitor(), issued(LinkKind.REGISTRATION, household.email, now(), ELOISE)
    assert confirm(visitor, link, PASSWORD).location == "/connexion?fait=compte"
    assert visitor.sign_in(household.email).location == "/"
    return visitor


def employ_again(clock: Clock, **ahead: float) -> None:
    """Remove an agent's account by hand, and nothing else, and have another one opened at that address."""
    for item in account_items(account(CLAIRE)):
        item.delete()
    clock.advance(seconds=1)
    opened_at = now() + timedelta(**ahead)
    anew = replace(an_account(CLAIRE, CLAIRE, Role.AGENT), opened_at=opened_at)
    mothers.put(*account_items(anew, "Claire Morvan", "Agence de Rochefort"))


def enter_as_agent(device: Authenticator) -> Seen:
    visitor = Visitor()
    door = visitor.get(agents.DOOR)
    return visitor.send(door, STAFF_KEY, reponse=device.sign(door))


def factor() -> Factor | None:
    return portal().second_lock.steps.look(CLAIRE, []).factor


def enrol(visitor: Visitor) -> str:
    """Enrol a telephone behind a half-open door; give its key."""
    page = visitor.get(ENROLMENT)
    key = key_on(page)
    assert visitor.send(page, ENROLMENT, code=agents.code(key=key)).status == 200
    return key


def test_a_passkey_of_the_account_before_opens_no_account_that_a_tenant_opens_again(
    eloise: Household, telephone: Authenticator, clock: Clock
) -> None:
    again = register_again(eloise, clock)

    assert enter(Visitor(), telephone).location == REFUSED
    assert "Mon téléphone" not in again.get(KEYS).page.words
    another = replace(Authenticator(), id=b"another-credential-of-eloise-0001")
    assert add(again, another, "Ma tablette").location == KEYS + ADDED
    assert "Ma tablette" in again.get(KEYS).page.words
    assert enter(Visitor(), another).location == "/"
    assert enter(Visitor(), telephone).location == REFUSED


def test_passkeys_of_the_moment_at_which_the_account_was_opened_and_of_accounts_that_do_not_say_it_open(
    eloise: Household, visitor: Visitor, telephone: Authenticator
) -> None:
    assert account(eloise.email).opened_at is None
    assert enter(Visitor(), telephone).location == "/"
    own = AccountItem(account_key(eloise.email), "ACCOUNT")
    own.update([AccountItem.opened_at.set(now())])

    assert enter(Visitor(), telephone).location == "/"
    assert "Mon téléphone" in visitor.get(KEYS).page.words


def test_an_account_that_moves_to_another_address_keeps_its_passkeys(
    eloise: Household, telephone: Authenticator, clock: Clock
) -> None:
    clock.advance(seconds=1)
    visitor = register_again(eloise, clock)
    opened_at = account(eloise.email).opened_at
    device = replace(Authenticator(), id=b"another-credential-of-eloise-0001")
    add(visitor, device)
    clock.advance(seconds=1)
    link = issued(LinkKind.ADDRESS, eloise.email, now(), new_email="eloise@nouvelle.example")
    assert visitor.send(visitor.get(link), link).location == "/connexion?fait=adresse"

    assert account("eloise@nouvelle.example").opened_at == opened_at
    assert enter(Visitor(), device).location == "/"
    assert enter(Visitor(), telephone).location == REFUSED
    assert add(visitor, replace(device, id=b"3" * 32)).location == KEYS + ADDED


def test_a_link_for_the_account_before_sets_no_password_of_the_next_one(
    eloise: Household, clock: Clock
) -> None:
    late = issued(LinkKind.RECOVERY, eloise.email, now())
    register_again(eloise, clock)
    new, visitor = {"nouveau_mot_de_passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD}, Visitor()
    own = account(eloise.email).password_hash

    assert visitor.send(visitor.get(late), late, **new).page.heading == "Ce lien a été remplacé"
    assert account(eloise.email).password_hash == own
    again = issued(LinkKind.RECOVERY, eloise.email, now())
    assert visitor.send(visitor.get(again), again, **new).status == 303


def rows_of(role: Role) -> list[tuple[str, str]]:
    """Read which items the manual tells to delete for a tenant's account, or for an agent's."""
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    told = text.partition("\n## Removing an account\n")[2].partition("\n## ")[0]
    whose = {"both", "agent" if role is Role.AGENT else "tenant"}
    rows = re.findall(r"^\| (\w+) \| `([^`]+)` / `([^`]+)` \|", told, re.MULTILINE)
    return [(pk, sk) for one, pk, sk in rows if one in whose]


def test_a_session_of_the_account_before_opens_no_account_that_an_agent_opens_again(
    eloise: Household, clock: Clock, counted: Counted
) -> None:
    agents.claire()
    before, after = Visitor(), Visitor()
    agents.enter(before)
    assert before.ask("GET", HOME).status == 200
    employ_again(clock)

    calls = counted.during(lambda: before.ask("GET", HOME))
    assert (before.ask("GET", HOME).location, calls) == (agents.DOOR, {"BatchGetItem": 1})
    agents.open_half(after)
    enrol(after)
    assert after.ask("GET", HOME).status == 200


@pytest.mark.parametrize("role", Role)
def test_who_removes_an_account_as_the_manual_says_leaves_nothing_of_it(
    eloise: Household, visitor: Visitor, role: Role
) -> None:
    agents.claire()
    claire, path = Visitor(), STAFF_KEYS if role is Role.AGENT else KEYS
    agents.enter(claire)
    add(claire if role is Role.AGENT else visitor, Authenticator(), path=path)
    email, id = (CLAIRE, CLAIRE) if role is Role.AGENT else (eloise.email, ELOISE)
    for _ in range(2):
        Visitor().sign_in(email, "wrong")
    (known,) = portal().key_desk.passkeys.of(id, role)
    said = {"<address>": email, "<id>": id, "<mark>": known.mark, "…": ".*"}
    told = [tuple(re.sub("<\\w+>|…", lambda one: said[one[0]], key) for key in row) for row in rows_of(role)]

    def is_told(key: tuple[str, str]) -> list[bool]:
        return [all(map(re.fullmatch, row, key)) for row in told]

    items = stored_items()
    there = {key: is_told(key) for key in items}
    left = {item["kind"]["S"] for key, item in items.items() if not any(there[key]) and id in key[0]}
    assert all(map(any, zip(*there.values(), strict=True))), "every row of the manual is about something"
    tenant = {"profile", "hold", "open_request", "request", "action"}
    assert left == (set() if role is Role.AGENT else tenant)


def test_an_agent_s_telephone_codes_and_passkey_of_the_account_before_open_no_next_one(
    eloise: Household, clock: Clock
) -> None:
    codes = agents.claire()
    before, device = Visitor(), Authenticator()
    agents.enter(before)
    add(before, device, path=STAFF_KEYS)
    employ_again(clock)

    assert factor() is None
    assert enter_as_agent(device).location == f"{agents.DOOR}?fait=cle"
    visitor = Visitor()
    agents.open_half(visitor)
    assert visitor.ask("GET", CODE).location == ENROLMENT
    token = visitor.get(ENROLMENT).page.form(ENROLMENT).fields["csrf"]
    for typed in (agents.code(), codes[0]):
        assert visitor.post(CODE, {"csrf": token, "code": typed}).location != HOME
    assert visitor.ask("GET", HOME).location.startswith(agents.DOOR)


def test_the_next_account_enrols_a_telephone_of_its_own_over_the_one_of_before(
    eloise: Household, clock: Clock
) -> None:
    agents.claire()
    employ_again(clock)
    visitor, other = Visitor(), Visitor()
    agents.open_half(visitor)
    key = enrol(visitor)
    clock.advance(seconds=STEP_S)
    agents.open_half(other)

    assert agents.give(other, agents.code()).status == 422
    assert agents.give(other, agents.code(key=key)).location == HOME


def test_a_clock_that_is_fast_where_accounts_are_opened_makes_nothing_void(
    eloise: Household, clock: Clock
) -> None:
    agents.claire()
    employ_again(clock, minutes=5)
    visitor, device = Visitor(), Authenticator()
    agents.open_half(visitor)
    keys = [enrol(visitor)]
    add(visitor, device, path=STAFF_KEYS)
    clock.advance(seconds=STEP_S)
    page = visitor.get(ENROLMENT)
    keys.append(key_on(page))
    agents.change_telephone(visitor, page, agents.code(key=keys[0]), agents.code(key=keys[1]))
    clock.advance(seconds=STEP_S)
    other = Visitor()
    agents.open_half(other)

    assert key_on(visitor.get(ENROLMENT)) not in keys
    assert agents.give(other, agents.code(key=keys[1])).location == HOME
    assert enter_as_agent(device).location == HOME


def test_a_telephone_that_is_there_is_not_enrolled_over(eloise: Household, clock: Clock) -> None:
    agents.claire(enrolled=False)
    employ_again(clock)
    first, second = Visitor(), Visitor()
    for visitor in (first, second):
        agents.open_half(visitor)
    late = second.get(ENROLMENT)
    enrol(first)
    kept = FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key

    answer = second.send(late, ENROLMENT, code=agents.code(key=key_on(late)))

    assert answer.location.startswith(agents.DOOR)
    assert FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key == kept
