"""An agent's forgotten password: a mail opens the first lock anew, and never the second."""

from datetime import timedelta

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.domain.links import LIVES, LinkKind
from chalicelib.domain.passkeys import Passkey
from chalicelib.domain.second_factor import STEP_S
from chalicelib.domain.throttling import Subject, SubjectKind
from chalicelib.portal import portal
from chalicelib.storage.accounts import account_items
from chalicelib.storage.keys import account_key
from chalicelib.storage.passkeys import DynamoPasskeys
from chalicelib.storage.second_steps import FactorItem
from chalicelib.storage.throttling import DynamoTallies
from infra.local.resources import Resources
from tests import agents, mothers
from tests.agents import CLAIRE, CODE, DOOR, HOME
from tests.conftest import Clock
from tests.handlers.test_pages import check_names, check_order, check_structure
from tests.letters import letters
from tests.mothers import ELOISE, an_account
from tests.newcomers import FORGOTTEN, NEW_PASSWORD, STAFF_FORGOTTEN, account, forget, issued
from tests.storage.books import stored_items
from tests.town import Counted, work
from tests.visitors import PASSWORD, Seen, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
TENANT = f"{ELOISE}@demo.example"
CHOSEN = {"nouveau_mot_de_passe": NEW_PASSWORD, "confirmer": NEW_PASSWORD}
HASHED = {name.replace("_", "-"): typed for name, typed in CHOSEN.items()}


@pytest.fixture(autouse=True)
def recovery(table: Resources, clock: Clock) -> tuple[str, ...]:
    """Settle in an agent whose telephone is enrolled; give the recovery codes."""
    return agents.claire()


@pytest.fixture
def path(clock: Clock) -> str:
    """Give the link of a mail that the agent got."""
    return issued(LinkKind.RECOVERY, CLAIRE, clock.at, CLAIRE)


def choose(path: str, visitor: Visitor | None = None, **typed: str) -> Seen:
    """Type a new password on the page of a link."""
    at = visitor or Visitor()
    return at.send(at.get(path), path, **CHOSEN | typed)


def factor() -> str:
    """Spell what is kept of the telephone and the recovery codes."""
    return str(FactorItem.get(account_key(CLAIRE), "FACTOR").serialize())


def test_an_agent_comes_back_with_another_password_and_the_same_telephone(table: Resources) -> None:
    claire = Visitor()
    page = claire.get(DOOR)
    assert STAFF_FORGOTTEN in page.page.links
    sent = forget(claire, CLAIRE, STAFF_FORGOTTEN)
    assert sent.page.heading == "Consultez votre messagerie"
    work(table)
    (mail,) = letters(table)
    assert (mail.to, mail.subject) == (CLAIRE, "Choisissez un nouveau mot de passe")
    assert "Bonjour,\r\n" in mail.text
    assert "votre compte de gestion" in mail.text
    assert "Le code de votre téléphone vous sera demandé ensuite" in mail.text
    assert mail.link.startswith(f"{STAFF_FORGOTTEN}/")
    before = factor()

    done = choose(mail.link, claire)

    assert "device" not in claire.cookies
    assert done.location == f"{DOOR}?fait=mot-de-passe"
    assert "Votre mot de passe est changé" in claire.follow(done).page.words
    assert factor() == before
    assert agents.open_half(Visitor()).status == 422
    first = agents.open_half(claire, password=NEW_PASSWORD)
    assert first.location == CODE
    assert claire.ask("GET", HOME).location == DOOR
    assert agents.give(claire, agents.code()).location == HOME
    assert claire.get(HOME).page.heading == "Bonjour Claire Morvan"


def test_every_session_and_passkey_is_gone_with_what_was_half_open_and_the_agent_is_told(
    path: str, table: Resources, clock: Clock
) -> None:
    inside, older, half = Visitor(), Visitor(), Visitor()
    agents.sign_in(inside)
    agents.enter(older)
    agents.open_half(half)
    session = portal().entrance.sessions.of(CLAIRE, Role.AGENT)[0]
    key = Passkey("a" * 64, CLAIRE, Role.AGENT, "Bureau", "cHVibGlj", 0, clock.at)
    assert DynamoPasskeys().add(key, account(CLAIRE), session, "a challenge")

    choose(path)

    assert portal().entrance.sessions.of(CLAIRE, Role.AGENT) == ()
    assert account(CLAIRE).sessions == ()
    assert DynamoPasskeys().of(CLAIRE, Role.AGENT) == ()
    assert [visitor.ask("GET", HOME).location for visitor in (inside, older)] == [DOOR] * 2
    assert half.ask("GET", CODE).location.startswith(DOOR)
    assert not [pk for pk, _ in stored_items() if pk == f"TENANT#{CLAIRE}"]
    assert work(table) == 1
    (told,) = letters(table)
    assert (told.to, told.subject) == (CLAIRE, "Votre mot de passe est changé")
    assert "Le mot de passe de votre compte de gestion a été changé" in told.text
    assert "prévenez qui a ouvert votre compte" in told.text


def test_a_link_buys_no_further_guesses_at_the_code(path: str, clock: Clock) -> None:
    agents.open_half(thief := Visitor())
    for _ in range(5):
        assert agents.give(thief, "000000").status == 422

    assert choose(path, thief).status == 303

    assert agents.open_half(thief, password=NEW_PASSWORD).status == 429
    clock.advance(seconds=STEP_S)
    agents.open_half(thief, password=NEW_PASSWORD)
    assert agents.give(thief, "000000").status == 422
    assert agents.open_half(thief, password=NEW_PASSWORD).status == 429
    (tally,) = DynamoTallies().read([Subject(SubjectKind.ACCOUNT, CLAIRE)])
    assert len(tally.tried_at) == 6


@pytest.mark.parametrize(("form", "email"), [(FORGOTTEN, CLAIRE), (STAFF_FORGOTTEN, TENANT)])
def test_at_the_wrong_form_the_mail_leads_to_the_right_page(form: str, email: str, table: Resources) -> None:
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    forget(Visitor(), email, form)
    work(table)

    (mail,) = letters(table)
    assert mail.to == email
    assert mail.link.rpartition("/")[0] == (STAFF_FORGOTTEN if email == CLAIRE else FORGOTTEN)
    assert choose(mail.link).location == f"{DOOR if email == CLAIRE else '/connexion'}?fait=mot-de-passe"


def test_a_link_is_nothing_at_the_other_door(path: str, clock: Clock) -> None:
    mothers.settle_in(mothers.a_tenant(), owed_cents=0)
    tenants, before = issued(LinkKind.RECOVERY, TENANT, clock.at), stored_items()
    crossed = [path.removeprefix("/gestion"), f"/gestion{tenants}"]
    for asked in crossed:
        visitor = Visitor()
        typed = visitor.post(asked, HASHED | {"csrf": visitor.token()})
        unheard_of = asked[:-43] + "A" * 43
        seen, nothing = visitor.ask("GET", asked), visitor.ask("GET", unheard_of)

        assert (seen.status, typed.status) == (404, 404), asked
        assert seen.html == nothing.html.replace(unheard_of, asked)
    assert stored_items() == before


def test_a_link_serves_once_for_an_hour_and_says_so_on_the_agents_own_pages(
    path: str, clock: Clock, counted: Counted
) -> None:
    clock.advance(seconds=(LIVES[LinkKind.RECOVERY] - timedelta(seconds=1)).total_seconds())
    assert counted.during(lambda: Visitor().ask("GET", path)) == {"GetItem": 1}
    clock.advance(seconds=1)
    over = Visitor().get(path)
    clock.advance(seconds=-1)
    choose(path)
    used = choose_again(path)

    assert (over.status, over.page.heading) == (410, "Ce lien a expiré")
    assert (used.status, used.page.heading) == (410, "Ce lien a déjà servi")
    for seen in (over, used, Visitor().get(f"{STAFF_FORGOTTEN}/rien")):
        assert 'class="desk"' in seen.html
        assert {DOOR, STAFF_FORGOTTEN} & set(seen.page.links)
        assert not {"/connexion", "/inscription", FORGOTTEN} & set(seen.page.links)
        assert seen.header("referrer-policy") == "no-referrer"


def choose_again(path: str) -> Seen:
    """Send the form once more, as from a page that was open before."""
    visitor = Visitor()
    return visitor.post(path, HASHED | {"csrf": visitor.token()})


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("court", "Il manque"),
        ("Claire-Morvan-2026!", "reprend votre nom"),
        ("Rochefort-Agence-17", "reprend votre nom"),
    ],
)
def test_a_password_made_of_who_the_agent_is_is_refused(path: str, typed: str, reason: str) -> None:
    seen = choose(path, nouveau_mot_de_passe=typed, confirmer=typed)

    assert seen.status == 422
    assert reason in seen.page.words
    assert choose(path).status == 303


@pytest.mark.parametrize("role", [None, Role.TENANT])
def test_a_link_is_void_once_the_account_is_gone_or_no_agent_s(path: str, role: Role | None) -> None:
    for item in account_items(an_account(CLAIRE, CLAIRE, Role.AGENT)):
        item.delete()
    if role:
        mothers.put(*account_items(an_account(CLAIRE, CLAIRE, role)))
    before = stored_items()

    assert choose(path).status == 410
    assert stored_items() == before


def test_the_form_is_taken_from_a_browser_that_hides_where_it_comes_from(path: str) -> None:
    visitor = Visitor()
    fields = visitor.get(path).page.form(path).fields | HASHED

    assert visitor.post(path, fields, sec_fetch_site="cross-site", origin="null").status == 403
    assert visitor.post(path, fields | {"csrf": Visitor().token()}, origin="null").status == 403
    assert visitor.post(path, fields, origin="null").status == 303


def test_asking_waits_with_the_askings_of_the_tenants_form(table: Resources) -> None:
    seen = [forget(Visitor(), CLAIRE, (FORGOTTEN, STAFF_FORGOTTEN)[number % 2]) for number in range(11)]

    assert [one.status for one in seen] == [200] * 10 + [429]
    assert work(table) == 10
    assert len(letters(table)) == 3


def test_an_agent_who_has_no_telephone_yet_enrols_one_as_at_the_first_sign_in(path: str) -> None:
    FactorItem(account_key(CLAIRE), "FACTOR").delete()
    claire = Visitor()
    choose(path, claire)
    agents.open_half(claire, password=NEW_PASSWORD)

    assert claire.ask("GET", CODE).location == agents.ENROLMENT


def test_every_page_of_the_way_back_is_whole_and_leads_to_the_agents_own(path: str) -> None:
    visitor = Visitor()
    seen = {
        "form": visitor.get(STAFF_FORGOTTEN),
        "refused": forget(visitor, "x", STAFF_FORGOTTEN),
        "sent": forget(visitor, CLAIRE, STAFF_FORGOTTEN),
        "password": visitor.get(path),
        "password refused": choose(path, confirmer="x"),
        "changed": visitor.get(f"{DOOR}?fait=mot-de-passe"),
    }
    for name, one in seen.items():
        check_structure(name, one.page)
        check_names(name, one.page)
        check_order(name, one.page)
        assert one.page.title.startswith("Erreur") == ("refused" in name), name
        assert 'class="desk"' in one.html, name
        assert not {FORGOTTEN, "/inscription"} & set(one.page.links), name
        assert NEW_PASSWORD not in one.html
        assert PASSWORD not in one.html
