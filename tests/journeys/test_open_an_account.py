"""The whole story of an account: the tenant registers alone, confirms, forgets the password, is in again.

# manual: ME02 ME04 ME05 ME06 ME07 ME08
"""

import pytest

from chalicelib.domain.accounts import Account, Role
from chalicelib.storage.accounts import account_items
from infra.demo.passwords import BCRYPT_HASH
from infra.local.resources import Resources
from tests import mothers
from tests.conftest import Clock
from tests.letters import letters
from tests.mothers import FRANCOIS_XAVIER
from tests.newcomers import account
from tests.town import Counted, work
from tests.visitors import PASSWORD, Seen, Visitor

EMAIL, FIRST, SECOND = "fx@exemple.fr", "Camion-bleu-27", "une marmotte au phare"
PHONE, COMPUTER = (
    "Mozilla/5.0 (Linux; Android 14) Chrome/126.0",
    "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0",
)


@pytest.fixture(autouse=True)
def holder(table: Resources, clock: Clock) -> None:
    """Settle in the holder of L/9127, who has no account."""
    mothers.francois_xavier()


def register(visitor: Visitor, **typed: str) -> Seen:
    """Fill in the form with what the notice says, in capitals and without accents."""
    given = {"nom": "M. NOEL-BACKER FRANCOIS-XAVIER", "reference": "9127", "identifiant": EMAIL}
    return visitor.send(
        visitor.get("/inscription"),
        "/inscription",
        **given | {"mot_de_passe": FIRST, "confirmer": FIRST} | typed,
    )


def test_the_whole_story(table: Resources, clock: Clock, counted: Counted) -> None:
    phone = Visitor(agent=PHONE)
    door = phone.get("/")
    assert "Si vous n’avez pas de compte, vous pouvez vous inscrire ici" in door.page.words
    assert "/inscription" in door.page.links

    assert register(phone).page.heading == "Consultez votre messagerie"
    work(table)
    (mail,) = letters(table)
    assert mail.to == EMAIL
    scanner = Visitor(client="203.0.113.99", agent="LinkScanner/1.0")
    counted.calls.clear()
    assert {scanner.ask(method, mail.link).status for method in ("GET", "HEAD", "GET")} == {200}
    assert counted.writes == 0

    confirmed = phone.send(phone.get(mail.link), mail.link, mot_de_passe=FIRST)
    opened = phone.send(
        phone.follow(confirmed), "/connexion", identifiant=EMAIL, mot_de_passe=FIRST, souvenir="oui"
    )
    home = phone.follow(opened)
    assert home.page.heading == "Bienvenue M. François-Xavier Noël-Bäcker"
    clock.advance(days=20)
    assert phone.ask("GET", "/").status == 200

    computer = Visitor(agent=COMPUTER, client="198.51.100.4")
    sent = computer.send(computer.get("/mot-de-passe"), "/mot-de-passe", identifiant=EMAIL)
    assert EMAIL in sent.page.words
    work(table)
    link = letters(table)[-1].link
    chosen = computer.send(computer.get(link), link, nouveau_mot_de_passe=SECOND, confirmer=SECOND)
    assert phone.ask("GET", "/").location == "/connexion"
    work(table)
    assert letters(table)[-1].subject == "Votre mot de passe est changé"

    computer.send(computer.follow(chosen), "/connexion", identifiant=EMAIL, mot_de_passe=SECOND)
    clock.advance(minutes=1)
    assert phone.sign_in(EMAIL, FIRST).status == 422
    assert phone.sign_in(EMAIL, SECOND, souvenir="oui").status == 303
    sessions = computer.get("/sessions")
    assert "Firefox sur Windows" in sessions.page.words
    assert "Chrome sur Android" in sessions.page.words
    computer.post("/sessions/fermer", sessions.page.form("/sessions/fermer").fields | {"session": "autres"})
    assert phone.ask("GET", "/").location == "/connexion"
    assert computer.ask("GET", "/").status == 200


def test_the_page_asks_for_what_the_manual_says() -> None:
    words = Visitor().get("/inscription").page.words

    for said in (
        "Nom Le nom du signataire, tel qu’il est indiqué sur votre avis d’échéance",
        "Référence client Le numéro de contrat, sans le « L/ », en haut à gauche de votre avis d’échéance",
        "Identifiant (e-mail)",
        "8 caractères au moins, dont 2 chiffres et 1 caractère spécial",
        "Confirmer le mot de passe",
        "lien de confirmation par e-mail. Il est valable 24 heures",
    ):
        assert said in words, said


@pytest.mark.parametrize("reference", ["9127", "L/9127", " l/ 9127 "])
def test_the_reference_is_the_contract_s_number_with_or_without_its_letter(
    table: Resources, reference: str
) -> None:
    register(Visitor(), reference=reference)

    work(table)
    assert [mail.to for mail in letters(table)] == [EMAIL]


@pytest.mark.parametrize("password", ["Camion-27", "camion-27", "12-34567890", "une marmotte au phare"])
def test_the_manual_s_rule_is_enough_if_it_makes_fifty_bits(table: Resources, password: str) -> None:
    seen = register(Visitor(), mot_de_passe=password, confirmer=password)

    assert (seen.status == 200) == (password in {"Camion-27", "camion-27", "une marmotte au phare"}), password


def test_the_link_is_valid_for_24_hours(table: Resources, clock: Clock) -> None:
    visitor = Visitor()
    register(visitor)
    work(table)
    (mail,) = letters(table)
    assert "valable 24\u00a0heures" in mail.text
    clock.advance(hours=23, minutes=59, seconds=59)
    assert visitor.get(mail.link).status == 200

    clock.advance(seconds=1)
    late = visitor.get(mail.link)
    assert late.page.heading == "Ce lien a expiré"
    visitor.send(late, f"{mail.link}/nouveau")
    work(table)
    again = letters(table)[-1].link
    assert visitor.send(visitor.get(again), again, mot_de_passe=FIRST).location == "/connexion?fait=compte"


def test_an_account_that_was_made_to_pay_the_rent_online_just_works(table: Resources) -> None:
    former = Account("fx@ancien.example", Role.TENANT, FRANCOIS_XAVIER, BCRYPT_HASH)
    mothers.put(*account_items(former))
    visitor = Visitor()

    opened = visitor.sign_in("FX@ancien.example", PASSWORD)

    assert visitor.follow(opened).page.heading == "Bienvenue M. François-Xavier Noël-Bäcker"
    assert account("fx@ancien.example").password_hash.startswith("$argon2id$")
    register(Visitor())
    work(table)
    assert letters(table)[-1].subject == "Vous avez déjà un compte"
