"""An agent on the deployed portal: a telephone, its codes, and the way back by mail, which leaves them be."""

from infra.demo.featured import AGENT_EMAIL, AGENT_PASSWORD
from tests import agents
from tests.agents import CODE, DOOR, ENROLMENT, HOME
from tests.handlers.test_staff_telephone import codes_on, key_on
from tests.newcomers import STAFF_FORGOTTEN, forget
from tests.rehearsal import journeys
from tests.rehearsal.stage import LiveStage
from tests.visitors import Visitor

SECOND = "une marmotte au phare"


def test_an_agent_enrols_signs_in_with_a_code_and_comes_back_by_mail_with_the_same_telephone(
    stage: LiveStage,
) -> None:
    """Take one code of a moment and one of the next: none opens twice, and nobody waits half a minute."""
    claire = Visitor(door=stage.gateway, client="198.51.100.78")
    assert agents.open_half(claire, AGENT_EMAIL, AGENT_PASSWORD).location == CODE
    enrolment = claire.get(CODE)
    key = key_on(enrolment)
    enrolled = claire.send(enrolment, ENROLMENT, code=agents.code(key=key))
    recovery = codes_on(enrolled)
    assert claire.get(HOME).page.heading == "Bonjour Claire Morvan"
    assert claire.send(claire.get(HOME), "/gestion/deconnexion").location == DOOR
    assert claire.ask("GET", HOME).location == DOOR

    agents.open_half(claire, AGENT_EMAIL, AGENT_PASSWORD)
    assert claire.ask("GET", HOME).location == DOOR
    entered = agents.give(claire, agents.code(1, key))
    assert [line.partition("=")[0] for line in entered.set_cookies][:1] == ["__Host-gestion"]
    assert claire.follow(entered).page.heading == "Bonjour Claire Morvan"

    other = Visitor(door=stage.gateway, client="198.51.100.79")
    assert forget(other, AGENT_EMAIL, STAFF_FORGOTTEN).page.heading == "Consultez votre messagerie"
    path = journeys.link(stage, AGENT_EMAIL, "Choisissez un nouveau mot de passe")
    chosen = other.send(other.get(path), path, nouveau_mot_de_passe=SECOND, confirmer=SECOND)

    assert chosen.location == f"{DOOR}?fait=mot-de-passe"
    assert claire.ask("GET", HOME).location == DOOR
    assert agents.open_half(other, AGENT_EMAIL, AGENT_PASSWORD).status == 422
    assert agents.open_half(other, AGENT_EMAIL, SECOND).location == CODE
    assert other.get(CODE).page.heading == "Code de votre téléphone"
    assert other.ask("GET", HOME).location == DOOR
    assert agents.give(other, recovery[0], secours="oui").location == f"{agents.CODES}?utilise=1"
    told = {"Un téléphone ouvre désormais votre compte", "Votre mot de passe est changé"}
    stage.until(lambda: told <= {one.subject for one in stage.mails(AGENT_EMAIL)}, "both notices")
