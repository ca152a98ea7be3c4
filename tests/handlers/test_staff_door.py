"""The agents' door: a password opens nothing, a code opens once, and a right that is gone is gone at once."""

import re
from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.second_factor import HALF_OPEN, STEP_S
from chalicelib.domain.throttling import PASSWORDS
from chalicelib.portal import portal
from chalicelib.storage.accounts import AccountItem, account_item
from chalicelib.storage.keys import account_key
from chalicelib.storage.second_steps import FactorItem
from tests import agents
from tests.agents import CLAIRE, CODE, DOOR, HOME
from tests.conftest import Clock
from tests.mothers import Household, an_account, put
from tests.town import Counted, Provider
from tests.visitors import PASSWORD, Seen, Visitor

SECOND = timedelta(seconds=1)


@pytest.fixture
def recovery(provider: Provider) -> tuple[str, ...]:
    """Have an agent whose telephone is enrolled; give the recovery codes."""
    return agents.claire()


@pytest.fixture
def claire(recovery: tuple[str, ...], hashes: list[str]) -> Visitor:
    """Give the agent's browser; passwords are compared quickly."""
    return Visitor()


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", HOME).status == 200


def test_the_password_then_the_code_lead_to_the_desk(claire: Visitor) -> None:
    first = agents.open_half(claire)
    second = agents.give(claire, agents.code())

    assert (first.status, first.location) == (303, CODE)
    assert (second.status, second.location) == (303, HOME)
    desk = claire.follow(second)
    assert desk.page.heading == "Bonjour Claire Morvan"
    assert "Agence de Rochefort" in desk.page.words
    assert "etape" not in claire.cookies


def test_the_password_alone_opens_nothing(claire: Visitor, counted: Counted) -> None:
    agents.open_half(claire)
    thief = Visitor(cookies={"etape": claire.cookies["etape"]})

    for visitor in (claire, thief):
        assert visitor.ask("GET", HOME).location == DOOR
        assert visitor.ask("GET", "/").location == "/connexion"
        assert visitor.ask("GET", agents.ENROLMENT).location.startswith(DOOR)
    assert portal().entrance.sessions.of(CLAIRE, Role.AGENT) == ()


def test_the_first_step_costs_two_requests_and_writes_nothing_that_opens(
    claire: Visitor, counted: Counted
) -> None:
    page = claire.get(DOOR)
    calls = counted.during(lambda: claire.send(page, DOOR, identifiant=CLAIRE, mot_de_passe=PASSWORD))

    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_the_half_open_door_closes_after_five_minutes_to_the_second(claire: Visitor, clock: Clock) -> None:
    agents.open_half(claire)
    page = claire.get(CODE)
    late = Visitor(cookies=dict(claire.cookies))
    clock.advance(seconds=(HALF_OPEN - SECOND).total_seconds())
    in_time = claire.send(page, CODE, code=agents.code())
    clock.advance(seconds=1)
    too_late = late.send(page, CODE, code=agents.code(1))

    assert in_time.location == HOME
    assert too_late.location == f"{DOOR}?fait=trop-tard"
    assert "Recommencez par votre mot de passe" in late.follow(too_late).page.words
    assert not is_in(late)


def test_a_half_open_door_closes_with_another_password_and_with_the_account(
    claire: Visitor, clock: Clock
) -> None:
    agents.open_half(claire)
    key = (account_key(CLAIRE), "ACCOUNT")
    before = AccountItem.get(*key)
    AccountItem(*key).update([AccountItem.password_hash.set("another")])
    page = claire.get(CODE)
    changed = page.page.heading
    AccountItem(*key).update([AccountItem.password_hash.set(before.password_hash)])
    agents.open_half(claire)
    page = claire.get(CODE)
    AccountItem(*key).delete()
    gone = claire.send(page, CODE, code=agents.code())

    assert changed == "Connexion à la gestion"
    assert gone.location.startswith(DOOR)


def test_a_cookie_of_the_first_step_that_we_did_not_write_is_nobody_s(claire: Visitor) -> None:
    agents.open_half(claire)
    said = claire.cookies["etape"]
    for forged in (said[:-1] + "0", said.replace("claire", "paul", 1), "x", "~~~~", ""):
        visitor = Visitor(cookies={"etape": forged})
        assert visitor.ask("GET", CODE).location.startswith(DOOR), forged
    other = Visitor(cookies={"gestion": said, "session": said})
    assert other.ask("GET", HOME).location == DOOR
    assert other.ask("GET", "/").location == "/connexion"


def test_an_unknown_address_a_wrong_password_and_a_tenant_get_the_same_answer_at_this_door(
    recovery: tuple[str, ...], eloise: Household, counted: Counted, hashes: list[str]
) -> None:
    tries = [(CLAIRE, "wrong"), ("inconnu@demo.ex", PASSWORD), (eloise.email, PASSWORD), (eloise.email, "x")]
    answers = []
    for email, password in tries:
        counted.calls.clear()
        seen = agents.open_half(Visitor(), email, password)
        answers.append((seen.status, without_visit(seen, email), seen.names(), dict(counted.calls)))

    assert answers[0][0] == 422
    assert "L’identifiant ou le mot de passe n’est pas le bon." in answers[0][1]
    assert all(answer == answers[0] for answer in answers)
    assert len(hashes) == len(tries)


def without_visit(seen: Seen, email: str) -> str:
    html = re.sub(r'name="csrf" value="\w{32}"', "", seen.html)
    return html.replace(f'value="{email}"', "")


def test_what_is_missing_is_said(claire: Visitor) -> None:
    first = agents.open_half(claire, "", "")
    agents.open_half(claire)
    second = agents.give(claire, " ")

    assert first.status == second.status == 422
    assert "Indiquez votre mot de passe" in first.page.words
    assert "Indiquez le code" in second.page.words


def test_a_code_that_opened_opens_no_more(claire: Visitor, clock: Clock) -> None:
    agents.sign_in(claire)
    thief = Visitor()
    agents.open_half(thief)
    replayed = agents.give(thief, agents.code())
    clock.advance(seconds=STEP_S)
    late = agents.give(thief, agents.code(-1))
    fresh = agents.give(thief, agents.code())

    assert replayed.status == late.status == 422
    assert "il a déjà servi" in replayed.page.words
    assert fresh.location == HOME


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_clock_that_is_one_step_off_is_forgiven_two_are_not(
    claire: Visitor, steps: int, status: int
) -> None:
    agents.open_half(claire)

    assert agents.give(claire, agents.code(steps)).status == status


def test_a_code_may_be_typed_with_blanks_and_not_with_other_digits(claire: Visitor) -> None:
    agents.open_half(claire)
    code = agents.code()
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert agents.give(claire, arabic).status == 422
    assert agents.give(claire, f" {code[:3]} {code[3:]} ").location == HOME


def test_wrong_codes_are_tries_of_the_account_and_have_to_wait(claire: Visitor, clock: Clock) -> None:
    agents.open_half(claire)
    statuses = [agents.give(claire, "000000").status for _ in range(7)]
    right = agents.give(claire, agents.code())
    password = agents.open_half(Visitor())
    clock.advance(seconds=PASSWORDS.pause.total_seconds())
    after = agents.give(claire, agents.code())

    assert statuses == [422] * 5 + [429] * 2
    assert right.status == password.status == 429
    assert "Réessayez dans" in right.page.words
    assert after.location == HOME


def test_the_right_password_forgets_no_wrong_code(claire: Visitor) -> None:
    for _ in range(5):
        agents.open_half(claire)
        assert agents.give(claire, "000000").status == 422

    assert agents.open_half(claire).status == 429


def test_coming_in_forgets_the_wrong_codes(claire: Visitor, clock: Clock) -> None:
    agents.open_half(claire)
    for _ in range(3):
        agents.give(claire, "000000")
    agents.give(claire, agents.code())
    clock.advance(seconds=STEP_S)
    other = Visitor()
    agents.open_half(other)
    for _ in range(4):
        assert agents.give(other, "000000").status == 422

    assert agents.give(other, agents.code()).location == HOME


def test_a_recovery_code_opens_once_and_its_owner_is_told(
    claire: Visitor, recovery: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, str]] = []
    monkeypatch.setattr(type(portal().entrance.access), "ask", lambda _, asking: told.append(dict(asking)))
    agents.open_half(claire)
    page = claire.send(claire.get(f"{CODE}?secours=1"), CODE, code=recovery[3].lower())
    thief = Visitor()
    agents.open_half(thief)
    again = agents.give(thief, recovery[3], secours="oui")

    assert page.location == f"{agents.CODES}?utilise=1"
    assert "Il vous reste 9 codes de secours" in claire.follow(page).page.words
    assert again.status == 422
    assert "Ce code de secours n’est pas le bon" in again.page.words
    assert [(one["kind"], one["email"]) for one in told] == [("recovery_code_used", CLAIRE)]


def test_a_recovery_code_of_somebody_else_opens_nothing(claire: Visitor) -> None:
    paul = "paul@littoral-habitat.example"
    others = agents.claire(email=paul)
    agents.open_half(claire)

    assert agents.give(claire, others[0]).status == 422


def test_the_table_holds_no_code_and_no_key(recovery: tuple[str, ...]) -> None:
    kept = str(FactorItem.get(account_key(CLAIRE), "FACTOR").serialize())

    assert agents.KEY not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in recovery)
    assert len(set(recovery)) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code) for code in recovery)


def test_a_key_moved_to_another_account_opens_nothing(claire: Visitor) -> None:
    paul = "paul@littoral-habitat.example"
    agents.claire(email=paul)
    stolen = FactorItem.get(account_key(CLAIRE), "FACTOR")
    FactorItem(account_key(paul), "FACTOR").update([FactorItem.sealed_key.set(stolen.sealed_key)])
    agents.open_half(claire, paul)

    assert agents.give(claire, agents.code()).status == 422


def test_who_is_sent_to_the_door_gets_where_they_wanted_to_go_and_nowhere_else(claire: Visitor) -> None:
    door = claire.get("/gestion/sessions")
    first = claire.send(door, DOOR, identifiant=CLAIRE, mot_de_passe=PASSWORD)
    second = claire.send(claire.follow(first), CODE, code=agents.code())

    assert second.location == "/gestion/sessions"
    for asked in ("/", "/paiement", "//evil.example", "https://evil.example", "/gestion/deconnexion"):
        visitor = Visitor()
        page = visitor.get(f"{DOOR}?suite={asked}")
        assert page.page.form(DOOR).fields["suite"] == "", asked


def test_an_address_with_signs_that_cookies_do_not_like_gets_in(
    provider: Provider, hashes: list[str]
) -> None:
    odd, visitor = "c~l;a=i,re+é@littoral-habitat.example", Visitor()
    agents.claire(email=odd)
    agents.open_half(visitor, odd)

    assert agents.give(visitor, agents.code()).location == HOME
    assert is_in(visitor)


def test_without_the_account_of_an_agent_a_profile_opens_nothing(claire: Visitor) -> None:
    put(account_item(an_account("agent-1", "lone@littoral-habitat.example", Role.AGENT)))

    assert agents.open_half(claire, "lone@littoral-habitat.example").status == 422
