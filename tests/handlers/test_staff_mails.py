"""What agents are told by mail: whatever changes at their door, and who tries to open it."""

import pytest

from chalicelib.domain.access import Notice
from chalicelib.domain.links import LinkKind
from chalicelib.domain.second_factor import STEP_S
from infra.local.resources import Resources
from tests import agents, mothers
from tests.agents import CLAIRE, CODE, CODES, DOOR, ENROLMENT, HOME
from tests.conftest import Clock
from tests.handlers.test_jobs import call, messages
from tests.letters import LINK, letters
from tests.newcomers import STAFF_FORGOTTEN, an_asking, issued
from tests.storage.books import stored_items
from tests.town import Provider, work
from tests.visitors import Visitor


@pytest.fixture
def claire(provider: Provider, hashes: list[str]) -> Visitor:
    """Give the browser of an agent who has no telephone yet."""
    agents.claire(enrolled=False)
    visitor = Visitor(agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    agents.open_half(visitor)
    return visitor


def enrol(visitor: Visitor) -> tuple[str, str]:
    """Enrol a telephone; give its key and a recovery code."""
    page = visitor.get(ENROLMENT)
    key = page.html.partition('class="key">')[2].partition("<")[0].replace(" ", "")
    done = visitor.send(page, ENROLMENT, code=agents.code(key=key))
    return key, done.html.partition('<ol class="codes">')[2].partition("<li>")[2].partition("<")[0]


def test_an_agent_hears_of_a_telephone_and_of_a_recovery_code_once_each(
    claire: Visitor, table: Resources
) -> None:
    _, recovery = enrol(claire)
    assert work(table) == 1
    other = Visitor()
    agents.open_half(other)
    assert agents.give(other, recovery, secours="oui").location == f"{CODES}?utilise=1"
    assert work(table) == 1

    first, second = letters(table)
    assert [first.subject, second.subject] == [
        "Un téléphone ouvre désormais votre compte",
        "Un code de secours a ouvert votre compte",
    ]
    assert "(Firefox sur Linux)" in first.text
    assert "/gestion/codes-de-secours" in second.text
    assert recovery not in first.text + second.text


def test_an_agent_hears_of_recovery_codes_that_are_replaced(
    claire: Visitor, clock: Clock, table: Resources
) -> None:
    key, before = enrol(claire)
    work(table)
    clock.advance(seconds=STEP_S)
    wrong = claire.send(claire.get(CODES), CODES, code="000000")
    done = claire.send(claire.get(CODES), CODES, code=agents.code(key=key))
    shown = done.html.partition('<ol class="codes">')[2].partition("<li>")[2].partition("<")[0]

    assert (wrong.status, done.status) == (422, 200)
    assert work(table) == 1
    told = letters(table)[-1]
    assert told.subject == "Vos codes de secours ont été remplacés"
    assert "(Firefox sur Linux). Ceux d’avant n’ouvrent plus." in told.text
    assert shown
    assert not {shown, before} & set(told.text.split())


def test_many_wrong_codes_are_told_without_a_link_that_forgets_them(
    claire: Visitor, clock: Clock, table: Resources
) -> None:
    key, _ = enrol(claire)
    work(table)
    visitor = Visitor()
    agents.open_half(visitor)
    for _ in range(10):
        agents.open_half(visitor)
        assert agents.give(visitor, "000000").status == 422
        clock.advance(minutes=16)
    agents.open_half(visitor)
    assert agents.give(visitor, "000000").status == 422
    assert agents.open_half(Visitor()).status == 429
    work(table)

    told = letters(table)[-1]
    assert (told.to, told.subject) == (CLAIRE, "Des connexions à votre compte ont échoué")
    assert "Quelqu’un connaît peut-être votre mot de passe" in told.text
    assert "prévenez qui a ouvert votre compte" in told.text
    assert not LINK.search(told.text + told.html)
    assert f"{STAFF_FORGOTTEN}\r\n" in told.text
    assert "LINK" not in {sk for _, sk in stored_items()}
    clock.advance(minutes=16)
    agents.open_half(visitor)
    assert agents.give(visitor, agents.code(key=key)).location == HOME


def test_an_unlocking_link_of_an_agent_s_is_nothing(claire: Visitor, clock: Clock) -> None:
    enrol(claire)
    visitor = Visitor()
    agents.open_half(visitor)
    for _ in range(5):
        assert agents.give(visitor, "000000").status == 422
    path, before = issued(LinkKind.UNLOCK, CLAIRE, clock.at, CLAIRE), stored_items()

    assert visitor.ask("GET", path).status == 404
    assert visitor.post(path, {"csrf": visitor.token()}).status == 404
    assert stored_items() == before


@pytest.mark.parametrize(
    "kind", [Notice.SECOND_FACTOR_ADDED, Notice.RECOVERY_CODE_USED, Notice.RECOVERY_CODES_RENEWED]
)
def test_only_agents_are_told_of_what_agents_have(
    kind: str, provider: Provider, table: Resources, clock: Clock
) -> None:
    tenant = mothers.eloise()
    for email in (tenant.email, "nobody@exemple.fr"):
        asking = an_asking(kind, email, clock.at, device="")
        assert call("answer_access", messages(asking.spelled())) == {"batchItemFailures": []}

    assert letters(table) == []


def test_no_code_of_a_mail_leads_to_the_door_without_a_password(claire: Visitor) -> None:
    assert Visitor().ask("GET", CODE).location == f"{DOOR}?fait=trop-tard"
    assert CLAIRE not in Visitor().get(CODE).html
