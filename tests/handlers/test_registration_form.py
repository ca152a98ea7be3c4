"""S’inscrire, what is typed and how often: refused with the reason, kept, counted, and never our fault."""

import re

import pytest

from chalicelib.domain.throttling import CONTRACT, MAILS, Subject, SubjectKind, Tally
from chalicelib.storage.throttling import DynamoTallies
from infra.local.resources import Resources
from tests.conftest import Clock
from tests.letters import letters
from tests.newcomers import EMAIL, NEW_PASSWORD, TYPED, register
from tests.town import Counted, work
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("holder", "quick_hashes")


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
    answers = [register(Visitor(client=network)).without_visit() for network in networks]

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


def test_while_the_queue_is_away_what_was_typed_is_kept(queue_away: None) -> None:
    seen = register(Visitor())

    assert seen.status == 503
    assert "Réessayez dans quelques minutes" in seen.page.words
    assert seen.page.form("/inscription").fields["nom"] == TYPED["nom"]


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


def test_who_tries_names_with_somebody_s_address_does_not_use_up_their_mails(table: Resources) -> None:
    for place in range(4):
        register(Visitor(client=f"198.51.100.{place}"), nom="Nobody")
    register(Visitor(client="203.0.113.9"))

    assert work(table) == 5
    assert [mail.to for mail in letters(table)] == [EMAIL]
