"""S’inscrire: one answer for everybody, a mail for those who are right, and an account for who confirms."""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.throttling import CONTRACT, MAILS, Subject, SubjectKind, Tally
from chalicelib.gateways.queue import SqsAccess
from chalicelib.portal import portal
from chalicelib.storage.accounts import DynamoAccounts, account_items
from chalicelib.storage.leases import lease_items
from chalicelib.storage.throttling import DynamoTallies
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.letters import Sent, letters
from tests.mothers import ELOISE, FRANCOIS_XAVIER, NADEGE, NADEGES_LEASE, a_tenant, an_account
from tests.newcomers import EMAIL, NEW_PASSWORD, TYPED, account, confirm, register
from tests.storage.books import stored_items
from tests.town import Counted, work
from tests.visitors import Seen, Visitor

pytestmark = pytest.mark.usefixtures("clock", "quick_hashes")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def holder(table: Resources) -> None:
    """Settle in the holder of L/9127, who has no account."""
    mothers.francois_xavier()


def answer(seen: Seen) -> tuple[int, list[str], str]:
    """Give an answer without the token of the visit, and without the address that was typed."""
    html = re.sub(r'name="csrf" value="\w{32}"', "", seen.html)
    return seen.status, seen.names(), re.sub(r"fx\d@", "fx@", html)


def the_letter(table: Resources, to: str = "") -> Sent:
    """Have the worker answer, and give the one mail that left."""
    work(table)
    (mail,) = letters(table, to)
    return mail


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
    table: Resources, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    mothers.nadege()
    sent: Counter[str] = Counter()
    make = BaseClient._make_api_call

    def count(own: Any, operation: str, asked: Any) -> Any:
        sent[operation] += own.meta.service_model.service_name == "sqs"
        return make(own, operation, asked)

    monkeypatch.setattr(BaseClient, "_make_api_call", count)
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


def test_after_five_tries_a_contract_waits_for_an_hour_whoever_asks_and_whether_it_exists(
    clock: Clock,
) -> None:
    for lease in ("9127", "8127"):
        for place in range(CONTRACT.most):
            spelled = (lease, f"L/{lease}", f"l {lease}")[place % 3]
            seen = register(Visitor(client=f"198.51.100.{place}"), reference=spelled, nom="x")
            assert seen.status == 200, (lease, place)
        seen = register(Visitor(client="203.0.113.9"), reference=lease)
        assert seen.status == 429
        assert "Réessayez dans 60 minutes" in seen.page.words
        assert seen.page.form("/inscription").fields["nom"] == TYPED["nom"]
    clock.advance(seconds=CONTRACT.within.total_seconds())

    assert register(Visitor(client="203.0.113.9")).status == 200


def test_a_network_that_asks_for_many_contracts_waits_and_signing_in_does_not() -> None:
    answers = [
        register(Visitor(), reference=f"{number}", identifiant=f"a{number}@b.fr") for number in range(11)
    ]

    assert [seen.status for seen in answers] == [200] * 10 + [429]
    assert register(Visitor(client="203.0.113.9"), reference="12").status == 200
    assert Visitor().sign_in("nobody@demo.example").status == 422


def test_after_three_mails_an_hour_an_address_gets_no_more_and_the_page_is_the_same(table: Resources) -> None:
    networks = [f"198.51.100.{place}" for place in range(MAILS.most + 1)]
    answers = [answer(register(Visitor(client=network))) for network in networks]

    assert len(set(map(str, answers))) == 1
    assert work(table) == MAILS.most + 1
    assert len(letters(table)) == MAILS.most


KEPT = {"nom": "Noël", "reference": "L/1", "identifiant": "a@b.fr"}


def test_what_is_missing_is_asked_for_without_a_trip(counted: Counted) -> None:
    seen = Visitor().send(Visitor().get("/inscription"), "/inscription")
    assert seen.status == 403
    visitor = Visitor()
    counted.calls.clear()
    seen = visitor.send(visitor.get("/inscription"), "/inscription")

    assert seen.status == 422
    assert counted.calls.total() == 0
    assert seen.page.title.startswith("Erreur : s’inscrire")
    for words in (
        "Indiquez votre nom",
        "Indiquez votre référence",
        "Indiquez votre adresse",
        "Choisissez un mot",
    ):
        assert words in seen.page.words


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"nom": "x" * 121}, "Le nom compte 120 caractères au plus."),
        ({"nom": "NOEL\r\nBcc: x@y.fr"}, "Indiquez votre nom sur une seule ligne."),
        ({"nom": "NOEL\u2028BACKER"}, "Indiquez votre nom sur une seule ligne."),
        ({"reference": "n’importe quoi"}, "Une référence client ressemble à 9126"),
        ({"reference": "9127\r\n#"}, "Une référence client ressemble à 9126"),
        ({"identifiant": "fx"}, "Cette adresse e-mail n’est pas complète"),
        ({"identifiant": "élo@exemple.fr"}, "Cette adresse e-mail n’est pas complète"),
        ({"identifiant": "a@b.fr\r\nBcc: x@y.fr"}, "Cette adresse e-mail n’est pas complète"),
        ({"identifiant": "a@b.fr, c@d.fr"}, "Cette adresse e-mail n’est pas complète"),
        ({"mot_de_passe": "court", "confirmer": "court"}, "Il manque"),
        ({"mot_de_passe": "Azerty-2026", "confirmer": "Azerty-2026"}, "choisissez-en un autre"),
        ({"mot_de_passe": "Noel-Backer-27", "confirmer": "Noel-Backer-27"}, "reprend votre nom"),
        ({"mot_de_passe": "x" * 129, "confirmer": "x" * 129}, "128 caractères au plus"),
        ({"confirmer": "Camion-bleu-28"}, "Ce n’est pas le même mot de passe"),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_rest_is_kept_but_for_the_passwords(
    counted: Counted, typed: dict[str, str], reason: str
) -> None:
    seen = register(Visitor(), **typed)

    assert seen.status == 422
    assert reason in seen.page.words
    fields = seen.page.form("/inscription").fields
    for name, value in (TYPED | typed).items():
        if name in KEPT:
            assert fields[name] == re.sub("\r\n?", "\n", value) or "\n" in value
    assert fields["mot-de-passe"] == fields["confirmer"] == ""
    assert NEW_PASSWORD not in seen.html
    assert counted.writes == 0


@pytest.mark.parametrize("field", ["nom", "reference", "identifiant", "mot-de-passe"])
def test_no_field_breaks_the_page_whatever_is_in_it(field: str) -> None:
    visitor = Visitor()
    token = visitor.token()
    hostile = [
        "\x00",
        "\r\n",
        "é" * 9_000,
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "{{7*7}}",
    ]
    hostile += [
        "<script>",
        "' OR 1=1",
        "../../x",
        "٩١٢٧",
        "\u202e9127",
        "%0d%0a",
        "a@b@c.fr",
        "a" * 70 + "@b.fr",
    ]
    for place, value in enumerate(hostile):
        visitor.client = f"198.51.100.{place}"
        seen = visitor.post("/inscription", {"csrf": token} | TYPED | {field: value})

        assert seen.status in {200, 422, 429}, (field, value)
        assert "<script>" not in seen.html
        assert "49" not in seen.page.words


def test_while_the_queue_is_away_what_was_typed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable("access queue")

    monkeypatch.setattr(SqsAccess, "ask", away)
    seen = register(Visitor())

    assert seen.status == 503
    assert "Réessayez dans quelques minutes" in seen.page.words
    assert seen.page.form("/inscription").fields["nom"] == TYPED["nom"]


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

    assert not re.search(r"fx|exemple|9127|noel", mail.link, re.IGNORECASE)
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


def test_tries_are_counted_where_nobody_else_is_kept_out() -> None:
    register(Visitor())
    counted = [
        Subject(SubjectKind.LEASE, "9127"),
        Subject(SubjectKind.ASKING, "192.0.2.7"),
        Subject(SubjectKind.MAIL, EMAIL),
        Subject(SubjectKind.NETWORK, "192.0.2.7"),
        Subject(SubjectKind.ACCOUNT, EMAIL),
    ]
    tallies: list[Tally] = DynamoTallies().read(counted)

    assert [len(tally.tried_at) for tally in tallies] == [1, 1, 0, 0, 0]


def test_who_is_signed_in_may_register_somebody_else_and_stays_in(table: Resources) -> None:
    mothers.eloise()
    visitor = Visitor()
    visitor.enter(ELOISE)
    register(visitor)
    mail = the_letter(table)

    assert confirm(visitor, mail.link).status == 303
    assert visitor.ask("GET", "/").status == 200


def test_who_tries_names_with_somebody_s_address_does_not_use_up_their_mails(table: Resources) -> None:
    for place in range(4):
        register(Visitor(client=f"198.51.100.{place}"), nom="Nobody")
    register(Visitor(client="203.0.113.9"))

    assert work(table) == 5
    assert [mail.to for mail in letters(table)] == [EMAIL]
