"""S’inscrire: one answer for everybody, a mail for those who are right, and an account for who confirms."""

import json
import re
from collections import Counter

import pytest

from chalicelib.domain.accounts import Role
from chalicelib.gateways.queue import SqsAccess
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts, account_items
from chalicelib.storage.leases import lease_items
from infra.local.resources import Resources
from tests import mothers
from tests.letters import letters, the_letter
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NADEGE, NADEGES_LEASE, a_tenant, an_account
from tests.newcomers import EMAIL, NEW_PASSWORD, TYPED, account, confirm, register
from tests.storage.books import stored_items
from tests.town import Counted, work
from tests.visitors import Seen, Visitor

pytestmark = pytest.mark.usefixtures("holder", "quick_hashes")


def answer(seen: Seen) -> tuple[int, list[str], str]:
    """Give an answer without what belongs to the visit, and without the address that was typed."""
    status, names, html = seen.without_visit()
    return status, names, re.sub(r"fx\d@", "fx@", html)


def test_the_holder_registers_confirms_and_signs_in(table: Resources) -> None:
    visitor = Visitor()
    sent = register(visitor)
    assert sent.page.heading == "Consultez votre messagerie"
    assert EMAIL in sent.page.words
    mail = the_letter(table)
    assert mail.to == EMAIL
    assert DynamoAccounts().find(EMAIL) is None
    assert Visitor().sign_in(EMAIL, NEW_PASSWORD).status == 422

    page = visitor.get(mail.link)
    assert page.page.heading == "Confirmer votre inscription"
    done = visitor.send(page, mail.link, mot_de_passe=NEW_PASSWORD)

    assert done.location == "/connexion?fait=compte"
    door = visitor.follow(done)
    assert "Votre compte est ouvert" in door.page.words
    assert "session" not in visitor.cookies
    opened = visitor.send(door, "/connexion", identifiant=EMAIL, mot_de_passe=NEW_PASSWORD)
    assert visitor.follow(opened).page.heading == "Bienvenue M. François-Xavier Noël-Bäcker"
    assert account(EMAIL).person == FRANCOIS_XAVIER


def test_who_registers_a_neighbour_with_a_password_of_their_own_gets_no_account(table: Resources) -> None:
    theirs, neighbour, victim = "Voisin-malin-27", Visitor(client="198.51.100.66"), Visitor()
    register(victim)
    register(neighbour, mot_de_passe=theirs, confirmer=theirs)
    work(table)
    link = letters(table, EMAIL)[-1].link

    seen = confirm(victim, link)
    assert seen.status == 422
    assert "Si vous ne l’avez pas choisi vous-même, inscrivez-vous de nouveau." in seen.page.words
    assert "/inscription" in seen.page.links
    assert DynamoAccounts().find(EMAIL) is None
    assert neighbour.sign_in(EMAIL, theirs).status == 422
    register(victim)
    work(table)
    assert confirm(victim, letters(table, EMAIL)[-1].link).location == "/connexion?fait=compte"
    assert neighbour.sign_in(EMAIL, theirs).status == 422
    assert victim.sign_in(EMAIL, NEW_PASSWORD).status == 303


WRONG = {
    "right": {},
    "the name of another": {"nom": "OKONKWO-BERTHELOT"},
    "no name at all": {"nom": "-"},
    "no such contract": {"reference": "8127"},
    "both wrong": {"nom": "Nobody", "reference": "8127"},
    "the contract of another": {"reference": NADEGES_LEASE},
    "a whole sentence": {"nom": "NOEL BACKER and more"},
}


def test_nothing_tells_a_right_name_and_contract_from_wrong_ones(
    table: Resources, counted: Counted, sent: Counter[str]
) -> None:
    mothers.nadege()
    answers = {}
    for place, (case, typed) in enumerate(WRONG.items()):
        visitor = Visitor(client=f"192.0.2.{place}")
        visitor.token()
        counted.calls.clear()
        sent.clear()
        seen = register(visitor, identifiant=f"fx{place}@exemple.fr", **typed)
        answers[case] = (*answer(seen), dict(counted.calls), +sent)

    right = answers["right"]
    assert right[0] == 200
    assert right[3:] == ({"BatchGetItem": 1, "TransactWriteItems": 1}, Counter(SendMessage=1))
    assert {case for case, given in answers.items() if given != right} == set()


@pytest.mark.parametrize("case", [case for case in WRONG if case != "right"])
def test_who_is_wrong_gets_no_mail_and_leaves_nothing_behind(table: Resources, case: str) -> None:
    mothers.nadege()
    before = stored_items().keys()
    register(Visitor(), **WRONG[case])

    assert work(table) == 1
    assert letters(table) == []
    assert {sk for _, sk in stored_items().keys() - before} == {"TRIES"}


@pytest.mark.parametrize(
    "reference", ["9127", "L/9127", "l/9127", " L / 91 27 ", "L 9127", "l9127", "L/\u00a09127", "９１２７"]
)
def test_the_reference_may_be_written_in_many_ways(table: Resources, reference: str) -> None:
    register(Visitor(), reference=reference)

    assert the_letter(table).link


def test_whoever_has_an_account_is_told_at_the_typed_address_and_not_which_it_is(table: Resources) -> None:
    mothers.put(*account_items(an_account(FRANCOIS_XAVIER, "deja@exemple.fr")))
    register(Visitor())

    mail = the_letter(table)
    assert (mail.to, mail.subject) == (EMAIL, "Vous avez déjà un compte")
    assert "à une autre adresse e-mail" in mail.text
    assert "deja@" not in mail.text + mail.html
    assert DynamoAccounts().find(EMAIL) is None


def test_whoever_has_an_account_at_that_very_address_is_told_so(table: Resources) -> None:
    mothers.put(*account_items(an_account(FRANCOIS_XAVIER, EMAIL)))
    register(Visitor())

    assert "Vous en avez déjà un, à cette adresse" in the_letter(table).text


@pytest.mark.parametrize("role", Role)
def test_an_address_that_opens_another_account_is_told_so_and_opens_no_second(
    table: Resources, role: Role
) -> None:
    mothers.put(*account_items(an_account(NADEGE, EMAIL, role)))
    register(Visitor())

    mail = the_letter(table)
    assert (mail.to, mail.subject) == (EMAIL, "Cette adresse a déjà un compte")
    assert account(EMAIL).person == NADEGE


def test_of_holders_with_one_name_the_one_who_is_written_to_at_that_address_is_meant(
    table: Resources,
) -> None:
    couple = [
        a_tenant("9150-1", first_name="Anne", last_name="Morel", email="anne@exemple.fr"),
        a_tenant("9150-2", first_name="Paul", last_name="Morel", email="Paul@Exemple.fr"),
    ]
    for tenant in couple:
        mothers.settle_in(tenant, ("9150",), owed_cents=0, has_account=False)
    mothers.put(*lease_items(mothers.a_lease("9150", tuple(one.id for one in couple))))

    for email, person in (("paul@exemple.fr", "9150-2"), ("autre@exemple.fr", "9150-1")):
        visitor = Visitor()
        register(visitor, nom="MOREL", reference="9150", identifiant=email)
        mail = the_letter(table, email)
        confirm(visitor, mail.link)
        assert account(email).person == person
    register(Visitor(), nom="MOREL PAUL", reference="9150", identifiant="tiers@exemple.fr")
    assert the_letter(table, "tiers@exemple.fr").subject == "Vous avez déjà un compte"


def test_the_landlord_s_address_of_somebody_hears_that_another_one_opened_an_account(
    table: Resources,
) -> None:
    mothers.francois_xavier(email="connue@exemple.fr")
    visitor = Visitor()
    register(visitor)
    link = the_letter(table, EMAIL).link
    assert letters(table, "connue@exemple.fr") == []
    confirm(visitor, link)

    told = the_letter(table, "connue@exemple.fr")
    assert told.subject == "Un compte est ouvert à votre nom"
    assert EMAIL not in told.text


def test_who_registers_with_the_address_that_the_landlord_knows_gets_one_mail(table: Resources) -> None:
    mothers.francois_xavier(email="FX@exemple.fr")
    visitor = Visitor()
    register(visitor)
    link = the_letter(table).link
    confirm(visitor, link)

    assert work(table) == 0
    assert len(letters(table)) == 1


def test_links_lead_to_the_address_in_the_settings_whatever_the_browser_says(table: Resources) -> None:
    visitor = Visitor()
    forged = {
        "host": "ailleurs.example",
        "x_forwarded_host": "ailleurs.example",
        "forwarded": "host=ailleurs",
    }
    seen = visitor.post("/inscription", {"csrf": visitor.token()} | TYPED, **forged)

    assert seen.status == 200
    mail = the_letter(table)
    assert "ailleurs" not in mail.text + mail.html
    assert mail.link


def test_no_address_holds_who_registers(table: Resources) -> None:
    mail = (register(Visitor()), the_letter(table))[1]

    address, _, secret = mail.link.rpartition("/")
    assert not re.search(r"fx|exemple|9127|noel", address, re.IGNORECASE)
    assert re.fullmatch(r"[\w-]{43}", secret)  # chance alone may write « fx » in it
    assert not re.search(r"exemple|9127|noel", secret, re.IGNORECASE)
    assert "François" not in mail.text
    assert "Noël" not in mail.text


def test_the_password_is_in_no_message_and_in_no_item(
    table: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(portal().passwords, "hash", lambda _: "a hash", raising=False)
    monkeypatch.setattr(SqsAccess, "ask", lambda _, asking: asked.append(dict(asking)))
    register(Visitor())

    (message,) = asked
    assert message.keys() == {"id", "kind", "email", "asked_at", "name", "lease", "password_hash"}
    assert NEW_PASSWORD not in json.dumps(message)
    assert NEW_PASSWORD not in json.dumps(list(stored_items().values()))


def test_who_is_signed_in_may_register_somebody_else_and_stays_in(table: Resources) -> None:
    mothers.eloise()
    visitor = Visitor()
    visitor.enter(ELOISE)
    register(visitor)
    mail = the_letter(table)

    assert confirm(visitor, mail.link).status == 303
    assert visitor.ask("GET", "/").status == 200
