"""Enrolling a telephone: shown before it is kept, kept once a code shows that the telephone has the key."""

import re

import pytest

from chalicelib.domain.second_factor import STEP_S
from chalicelib.domain.sessions import PROVEN
from chalicelib.portal import portal
from chalicelib.storage.keys import account_key
from chalicelib.storage.second_steps import FactorItem
from tests import agents
from tests.agents import CLAIRE, CODE, CODES, DOOR, ENROLMENT, HOME
from tests.conftest import Clock
from tests.town import Counted, Provider
from tests.visitors import PASSWORD, Seen, Visitor


@pytest.fixture
def newcomer(provider: Provider, hashes: list[str]) -> Visitor:
    """Give the browser of an agent who has no telephone yet, past the password."""
    agents.claire(enrolled=False)
    visitor = Visitor()
    agents.open_half(visitor)
    return visitor


@pytest.fixture
def recovery(provider: Provider) -> tuple[str, ...]:
    """Have an agent whose telephone is enrolled; give the recovery codes."""
    return agents.claire()


@pytest.fixture
def claire(recovery: tuple[str, ...], hashes: list[str]) -> Visitor:
    """Give the browser of an agent who is signed in."""
    visitor = Visitor()
    agents.sign_in(visitor)
    return visitor


def key_on(page: Seen) -> str:
    """Read the key that a page shows in groups of four."""
    found = re.search(r'<b class="key">([A-Z2-7 ]+)</b>', page.html)
    assert found is not None
    assert {len(group) for group in found[1].split()} == {4}
    return found[1].replace(" ", "")


def codes_on(page: Seen) -> list[str]:
    return re.findall(r"<li>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</li>", page.html)


def test_a_first_sign_in_leads_to_enrolment_and_the_code_opens_the_desk(newcomer: Visitor) -> None:
    page = newcomer.get(CODE)
    key = key_on(page)
    done = newcomer.send(page, ENROLMENT, code=agents.code(key=key))

    assert page.page.heading == "Double authentification"
    assert done.status == 200
    assert done.page.heading == "Vos codes de secours"
    assert len(set(codes_on(done))) == 10
    assert "etape" not in newcomer.cookies
    assert newcomer.get(HOME).page.heading == "Bonjour Claire Morvan"


def test_the_page_shows_the_key_and_writes_nothing_and_shows_it_again(
    newcomer: Visitor, counted: Counted
) -> None:
    keys = {key_on(newcomer.get(ENROLMENT)) for _ in range(3)}

    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert counted.writes == 0
    with pytest.raises(FactorItem.DoesNotExist):
        FactorItem.get(account_key(CLAIRE), "FACTOR")


def test_another_opening_of_the_door_has_another_key(newcomer: Visitor) -> None:
    first = key_on(newcomer.get(ENROLMENT))
    agents.open_half(newcomer)

    assert key_on(newcomer.get(ENROLMENT)) != first


def test_the_picture_says_what_the_key_says(newcomer: Visitor) -> None:
    page = newcomer.get(ENROLMENT)
    codes = portal().second_lock.codes
    side, drawn = codes.picture(codes.address(key_on(page), CLAIRE, "Littoral Habitat"))

    assert f'd="{drawn}"' in page.html
    assert f'viewBox="-4 -4 {side + 8} {side + 8}"' in page.html
    assert "img-src 'self';" in page.header("content-security-policy")


def test_a_wrong_code_enrols_nothing_and_is_counted(newcomer: Visitor) -> None:
    page = newcomer.get(ENROLMENT)
    statuses = [newcomer.send(page, ENROLMENT, code="000000").status for _ in range(6)]

    assert statuses == [422] * 5 + [429]
    assert newcomer.ask("GET", HOME).location == DOOR


def test_the_code_that_enrolled_opens_no_second_door(newcomer: Visitor) -> None:
    page = newcomer.get(ENROLMENT)
    key = key_on(page)
    newcomer.send(page, ENROLMENT, code=agents.code(key=key))
    thief = Visitor()
    agents.open_half(thief)

    assert agents.give(thief, agents.code(key=key)).status == 422
    assert agents.give(thief, agents.code(1, key=key)).location == HOME


def test_whoever_comes_second_does_not_enrol_over_the_first(newcomer: Visitor) -> None:
    thief = Visitor()
    agents.open_half(thief)
    late = thief.get(ENROLMENT)
    page = newcomer.get(ENROLMENT)
    newcomer.send(page, ENROLMENT, code=agents.code(key=key_on(page)))
    kept = FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key
    answer = thief.send(late, ENROLMENT, code=agents.code(key=key_on(late)))

    assert answer.location.startswith(DOOR)
    assert FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key == kept
    assert thief.ask("GET", HOME).location == DOOR


def test_with_a_telephone_the_password_alone_enrols_no_other(claire: Visitor) -> None:
    thief = Visitor()
    agents.open_half(thief)

    assert thief.ask("GET", ENROLMENT).location.startswith(DOOR)
    token = thief.get(DOOR).page.form(DOOR).fields["csrf"]
    assert thief.post(ENROLMENT, {"csrf": token, "code": "000000"}).location.startswith(DOOR)


def test_a_telephone_is_changed_and_the_one_before_opens_no_more(claire: Visitor, clock: Clock) -> None:
    page = claire.get(ENROLMENT)
    key = key_on(page)
    clock.advance(seconds=STEP_S)
    done = agents.change_telephone(claire, page, agents.code(), agents.code(key=key))
    clock.advance(seconds=STEP_S)
    old, new = Visitor(), Visitor()
    for visitor in (old, new):
        agents.open_half(visitor)

    assert len(codes_on(done)) == 10
    assert agents.give(old, agents.code()).status == 422
    assert agents.give(new, agents.code(key=key)).location == HOME


def test_once_it_is_enrolled_the_key_is_shown_no_more(
    claire: Visitor, recovery: tuple[str, ...], clock: Clock
) -> None:
    page, keys, present = claire.get(ENROLMENT), [], recovery[0]
    for _ in range(2):
        clock.advance(seconds=STEP_S)
        keys.append(key_on(page))
        done = agents.change_telephone(claire, page, present, agents.code(key=keys[-1]))
        present = codes_on(done)[0]
        page = claire.get(ENROLMENT)
    clock.advance(seconds=STEP_S)
    thief = Visitor()
    agents.open_half(thief)

    assert len({*keys, key_on(page)}) == 3
    assert agents.give(thief, agents.code(key=key_on(page))).status == 422
    assert agents.give(thief, agents.code(key=keys[1])).location == HOME


def test_the_key_is_shown_again_while_the_telephone_is_not_changed(claire: Visitor, counted: Counted) -> None:
    keys = [key_on(claire.get(ENROLMENT)) for _ in range(2)]
    calls = counted.during(lambda: claire.get(ENROLMENT))

    assert keys[0] == keys[1]
    assert calls == {"BatchGetItem": 2}


def test_after_a_quarter_of_an_hour_the_page_asks_for_the_password_and_shows_no_key(
    claire: Visitor, clock: Clock, counted: Counted
) -> None:
    before = claire.get(ENROLMENT)
    clock.advance(seconds=PROVEN.total_seconds())
    page = claire.get(ENROLMENT)
    calls = counted.during(lambda: claire.get(ENROLMENT))
    late = agents.change_telephone(claire, before, agents.code(), agents.code(key=key_on(before)))
    wrong = claire.send(page, ENROLMENT, mot_de_passe_actuel="wrong")

    assert page.status == 200
    assert late.status == wrong.status == 422
    assert "Indiquez votre mot de passe actuel" in late.page.words
    assert calls == {"BatchGetItem": 1}
    for seen in (page, late, wrong):
        assert list(seen.page.form(ENROLMENT).fields) == ["csrf", "mot-de-passe-actuel"]
        assert 'class="key"' not in seen.html
        assert 'class="qr"' not in seen.html
    assert key_on(claire.follow(claire.send(page, ENROLMENT, mot_de_passe_actuel=PASSWORD)))


def test_who_has_the_session_and_the_password_changes_no_telephone(claire: Visitor) -> None:
    kept = FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key
    page = claire.get(ENROLMENT)
    new = agents.code(key=key_on(page))
    used = agents.code()
    answers = [agents.change_telephone(claire, page, present, new) for present in ("", "000000", new, used)]

    assert [answer.status for answer in answers] == [422] * 4
    assert "Indiquez un code de votre téléphone actuel" in answers[0].page.words
    for answer in answers[1:]:
        assert "Ce code n’est pas le bon, ou il a déjà servi." in answer.page.words
    assert FactorItem.get(account_key(CLAIRE), "FACTOR").sealed_key == kept


def test_guesses_of_the_present_code_are_counted(claire: Visitor) -> None:
    page = claire.get(ENROLMENT)
    new = agents.code(key=key_on(page))
    statuses = [agents.change_telephone(claire, page, "000000", new).status for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_a_recovery_code_changes_the_telephone_and_is_used_up(
    claire: Visitor, recovery: tuple[str, ...]
) -> None:
    page = claire.get(ENROLMENT)
    wrong = agents.change_telephone(claire, page, recovery[0], "000000")
    done = agents.change_telephone(claire, page, recovery[0], agents.code(key=key_on(page)))
    thief = Visitor()
    agents.open_half(thief)

    assert wrong.status == 422
    assert "Attendez le suivant, et vérifiez l’heure" in wrong.page.words
    assert done.page.heading == "Vos codes de secours"
    assert [agents.give(thief, code).status for code in recovery[:2]] == [422, 422]


def test_recovery_codes_are_replaced_for_who_shows_a_code(claire: Visitor, clock: Clock) -> None:
    page = claire.get(CODES)
    used = claire.send(page, CODES, code=agents.code())
    clock.advance(seconds=STEP_S)
    done = claire.send(page, CODES, code=agents.code())
    shown = codes_on(done)
    thief = Visitor()
    agents.open_half(thief)

    assert "Il vous reste 10 codes de secours" in page.page.words
    assert used.status == 422
    assert len(set(shown)) == 10
    assert agents.give(thief, shown[0]).location == HOME


def test_codes_of_before_open_no_more(provider: Provider, hashes: list[str], clock: Clock) -> None:
    before = agents.claire()
    claire, thief = Visitor(), Visitor()
    agents.sign_in(claire)
    clock.advance(seconds=STEP_S)
    claire.send(claire.get(CODES), CODES, code=agents.code())
    agents.open_half(thief)

    assert agents.give(thief, before[0]).status == 422


def test_a_recovery_code_replaces_no_recovery_codes(provider: Provider, hashes: list[str]) -> None:
    codes = agents.claire()
    claire = Visitor()
    agents.sign_in(claire)

    assert claire.send(claire.get(CODES), CODES, code=codes[0]).status == 422


def test_what_is_missing_is_said(claire: Visitor) -> None:
    for path in (CODES, ENROLMENT):
        seen = claire.send(claire.get(path), path, code="")
        assert seen.status == 422
        assert "Indiquez le code" in seen.page.words


@pytest.mark.parametrize("path", [ENROLMENT, CODE])
def test_nobody_enrols_or_gives_codes_without_the_password(provider: Provider, path: str) -> None:
    visitor = Visitor()
    token = visitor.get(DOOR).page.form(DOOR).fields["csrf"]

    assert visitor.ask("GET", path).location.startswith(DOOR)
    assert visitor.post(path, {"csrf": token, "code": "000000"}).location.startswith(DOOR)
