"""Informations personnelles: whether our mail reaches the tenant, and asking for it again."""

from datetime import timedelta

import pytest

from chalicelib.domain.mail_health import BadAddress, Trouble, mail_trouble
from chalicelib.portal import now, portal
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.handlers.test_jobs import call, messages
from tests.infra.aws.mails import bounce
from tests.mothers import Household, a_tenant
from tests.town import Counted
from tests.visitors import Seen, Visitor

PROFILE, AGAIN = "/informations-personnelles", "/informations-personnelles/messages"
CAME_BACK = "Nos messages à cette adresse nous reviennent depuis le 22 novembre 2026."
UNWANTED = "Vous avez demandé à ne plus recevoir nos messages"
RESUMED = "Envoi de nos messages rétabli vers"


def tell(email: str, trouble: Trouble = Trouble.BOUNCED, before: timedelta = timedelta(days=1)) -> None:
    """Have mail to an address come back, or be called spam, so long ago."""
    portal().mail_health.record(BadAddress(email, trouble, now() - before))


def ask_again(visitor: Visitor) -> Seen:
    """Press the button of the page."""
    return visitor.send(visitor.get(PROFILE), AGAIN)


def buttons(seen: Seen) -> list[str]:
    return ["".join(words).strip() for words in seen.page.buttons]


def is_held_back(household: Household) -> bool:
    return mail_trouble(portal().mail_health, household.email) is not None


def test_a_tenant_whose_mail_arrives_reads_nothing_of_it(visitor: Visitor) -> None:
    for path in ("/", PROFILE, f"{PROFILE}?reprise=1"):
        words = visitor.get(path).page.words

        assert "Nos messages" not in words, path
        assert "nous vous écrivons" not in words, path
        assert AGAIN not in visitor.get(path).html, path


@pytest.mark.parametrize(
    ("trouble", "told", "act"),
    [
        (Trouble.BOUNCED, CAME_BACK, "Réessayer d’écrire à cette adresse"),
        (Trouble.COMPLAINED, UNWANTED, "Recevoir de nouveau vos messages"),
    ],
)
def test_mail_that_does_not_arrive_is_told_at_home_and_with_a_button_on_the_page(
    visitor: Visitor, eloise: Household, counted: Counted, trouble: Trouble, told: str, act: str
) -> None:
    tell(eloise.email, trouble)
    seen: dict[str, Seen] = {}
    trips = {path: counted.during(lambda p=path: seen.update({p: visitor.get(p)})) for path in ("/", PROFILE)}  # type: ignore[misc]

    assert [calls.total() for calls in trips.values()] == [2, 2]
    for page in seen.values():
        assert told in page.page.words
        assert eloise.email in page.page.words
    assert (act in buttons(seen["/"]), act in buttons(seen[PROFILE])) == (False, True)
    assert f"{PROFILE}#messages" in seen["/"].page.links
    assert "messages" in seen[PROFILE].page.ids


@pytest.mark.parametrize("trouble", Trouble)
def test_who_asks_for_mail_again_gets_it_and_finds_it_in_the_latest_actions(
    visitor: Visitor, eloise: Household, trouble: Trouble
) -> None:
    tell(eloise.email, trouble)

    seen = visitor.follow(ask_again(visitor))

    assert "C’est noté, nous vous écrivons de nouveau" in seen.page.words
    assert AGAIN not in seen.html
    assert not is_held_back(eloise)
    home = visitor.get("/").page
    assert f"9 h 42 {RESUMED} {eloise.email}" in home.words
    assert "Nos messages" not in home.words


def test_a_second_click_is_as_good_as_one(visitor: Visitor, eloise: Household, clock: Clock) -> None:
    tell(eloise.email)
    page = visitor.get(PROFILE)

    answers = [visitor.send(page, AGAIN)]
    clock.advance(seconds=1)
    answers.append(visitor.send(page, AGAIN))

    assert answers[0].status == answers[1].status == 303
    assert answers[0].location == answers[1].location
    assert visitor.get("/").page.words.count(RESUMED) == 1


def test_nobody_asks_for_mail_to_somebody_elses_address(
    visitor: Visitor, eloise: Household, neighbour: Visitor, nadege: Household, counted: Counted
) -> None:
    tell(eloise.email)
    counted.calls.clear()
    named = dict.fromkeys(("email", "courriel", "adresse", "identifiant", "locataire"), eloise.email)

    seen = neighbour.post(AGAIN, named | {"csrf": neighbour.token()})

    assert seen.status == 303
    assert is_held_back(eloise)
    assert counted.writes == 0
    assert eloise.email not in neighbour.follow(seen).html


def test_mail_that_comes_back_once_more_is_held_back_again_and_news_of_before_is_not(
    visitor: Visitor, eloise: Household, clock: Clock, resources: Resources
) -> None:
    tell(eloise.email)
    ask_again(visitor)
    clock.advance(minutes=25)

    call("record_mail_events", messages(bounce(eloise.email)))  # from two minutes before the button
    late = is_held_back(eloise)
    call("record_mail_events", messages(bounce(eloise.email, at="2026-11-23T09:00:00.000Z")))

    assert (late, is_held_back(eloise)) == (False, True)
    assert "depuis le 23 novembre 2026" in visitor.get(f"{PROFILE}?reprise=1").page.words
    assert "C’est noté" not in visitor.get(f"{PROFILE}?reprise=1").page.words


def test_the_fourth_time_in_thirty_days_a_human_voice_is_asked_for(
    visitor: Visitor, eloise: Household, clock: Clock, counted: Counted
) -> None:
    tell(eloise.email)
    for _ in range(3):
        assert ask_again(visitor).status == 303
        clock.advance(minutes=20)
        tell(eloise.email, before=timedelta(0))
    page = visitor.get(PROFILE)
    assert AGAIN not in page.html
    counted.calls.clear()

    refused = visitor.post(AGAIN, {"csrf": visitor.token()})

    assert refused.status == 422
    assert counted.writes == 0
    for seen in (page, refused):
        assert seen.page.heading == "Informations personnelles"
        assert "Vous l’avez déjà demandé trois fois en trente jours." in seen.page.words
        assert {"tel:+33546000000", "mailto:contact@littoral-habitat.example"} <= set(seen.page.links)
    clock.advance(days=30)
    visitor.enter(eloise.tenant.id)
    assert ask_again(visitor).status == 303
    assert not is_held_back(eloise)


def test_the_address_is_the_one_that_was_signed_in_with(eloise: Household) -> None:
    """The landlord's file may have an older one: no mail goes there."""
    household = mothers.settle_in(a_tenant("9126-2", email="ancienne@demo.example"))
    visitor = Visitor()
    visitor.sign_in(household.email)
    tell("ancienne@demo.example")
    before = visitor.get(PROFILE).page.words
    tell(household.email)

    assert "Nos messages" not in before
    assert household.email in visitor.get(PROFILE).page.words
    assert ask_again(visitor).status == 303
    assert not is_held_back(household)
    assert mail_trouble(portal().mail_health, "ancienne@demo.example")


def test_a_tenant_without_an_address_has_a_page_and_nothing_to_ask_for(
    eloise: Household, counted: Counted
) -> None:
    household = mothers.settle_in(a_tenant("9126-3", email=""))
    visitor = Visitor()
    visitor.enter(household.tenant.id, email="")

    assert counted.during(lambda: visitor.get(PROFILE)) == {"Query": 1}
    assert visitor.post(AGAIN, {"csrf": visitor.token()}).status == 303
