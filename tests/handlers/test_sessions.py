"""Mes sessions: every device is named, and shown out by its owner alone, who shows the password first."""

import pytest

from chalicelib.portal import portal
from chalicelib.storage.accounts import account_item
from tests import mothers
from tests.conftest import Clock
from tests.mothers import ELOISE, NADEGE, Household, an_account
from tests.town import Counted
from tests.visitors import PASSWORD, Seen, Visitor

PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"


@pytest.fixture
def desktop(eloise: Household) -> Visitor:
    made = Visitor(agent=DESKTOP)
    made.enter(ELOISE)
    return made


@pytest.fixture
def phone(eloise: Household, clock: Clock) -> Visitor:
    clock.advance(minutes=-90)
    made = Visitor(agent=PHONE)
    made.enter(ELOISE, remembered=True)
    clock.advance(minutes=90)
    return made


def is_in(visitor: Visitor) -> bool:
    return visitor.ask("GET", "/").status == 200


def family_of(visitor: Visitor) -> str:
    return visitor.cookies["session"].split("~")[1]


def close(visitor: Visitor, chosen: str, **typed: str) -> Seen:
    return visitor.send(visitor.get("/sessions"), "/sessions/fermer", session=chosen, **typed)


def test_devices_are_named_in_words_with_when_they_were_opened(desktop: Visitor, phone: Visitor) -> None:
    words = desktop.get("/sessions").page.words.replace("\u00a0", " ")

    assert "Cet appareil Firefox sur Windows Ouverte le 23 novembre 2026 à 9 h 42" in words
    assert "Se ferme après 30 minutes sans activité" in words
    assert "Chrome sur Android Ouverte le 23 novembre 2026 à 8 h 12" in words
    assert "Reste ouverte jusqu’au 23 décembre 2026" in words
    phone.get("/")
    assert "8 h 12, revenue le 23 novembre 2026 à 9 h 42" in desktop.get("/sessions").page.words.replace(
        "\u00a0", " "
    )


def test_one_who_is_nowhere_else_is_told_so_and_asked_for_nothing(desktop: Visitor, clock: Clock) -> None:
    clock.advance(minutes=20)
    seen = desktop.get("/sessions")

    assert "Votre compte n’est ouvert nulle part ailleurs." in seen.page.words
    assert "mot-de-passe-actuel" not in seen.html


def test_a_session_that_is_over_is_not_shown(desktop: Visitor, eloise: Household, clock: Clock) -> None:
    clock.advance(hours=12)
    late = Visitor()
    late.enter(ELOISE)

    assert "Firefox sur Windows" not in late.get("/sessions").page.words


def test_one_session_is_closed_and_dead_at_the_next_request(
    desktop: Visitor, phone: Visitor, eloise: Household
) -> None:
    tablet = Visitor()
    tablet.enter(ELOISE)

    answer = close(desktop, family_of(phone))

    assert answer.location == "/sessions"
    assert not is_in(phone)
    assert is_in(tablet)
    assert is_in(desktop)
    assert "Chrome sur Android" not in desktop.get("/sessions").page.words


def test_all_others_are_closed_at_once(desktop: Visitor, phone: Visitor) -> None:
    assert close(desktop, "autres").location == "/sessions"
    assert not is_in(phone)
    assert is_in(desktop)


def test_closing_the_session_of_this_device_is_signing_out(desktop: Visitor, phone: Visitor) -> None:
    answer = desktop.post("/sessions/fermer", {"csrf": desktop.token(), "session": family_of(desktop)})

    assert answer.location == "/connexion"
    assert answer.header("clear-site-data")
    assert "session" not in desktop.cookies
    assert is_in(phone)


def test_a_quarter_of_an_hour_later_the_password_is_asked_for(
    desktop: Visitor, phone: Visitor, clock: Clock, eloise: Household
) -> None:
    clock.advance(minutes=14, seconds=59)
    assert "mot-de-passe-actuel" not in desktop.get("/sessions").html
    clock.advance(seconds=1)

    missing = close(desktop, family_of(phone))
    assert missing.status == 422
    assert missing.page.title.startswith("Erreur : mes sessions")
    assert "Aucune session n’a été fermée Indiquez votre mot de passe actuel." in missing.page.words
    wrong = close(desktop, "autres", mot_de_passe_actuel="Bonjour-2027!")
    assert "Ce n’est pas votre mot de passe actuel." in wrong.page.words
    assert "Bonjour-2027!" not in wrong.html
    assert is_in(phone)

    assert close(desktop, family_of(phone), mot_de_passe_actuel=PASSWORD).location == "/sessions"
    assert not is_in(phone)
    assert "mot-de-passe-actuel" not in desktop.get("/sessions").html


def test_the_password_alone_closes_nothing_and_counts_for_a_quarter_of_an_hour(
    desktop: Visitor, phone: Visitor, clock: Clock
) -> None:
    clock.advance(minutes=15)
    first_button = desktop.get("/sessions").html.partition('<button class="button plain"')[2]
    assert 'value=""' in first_button.partition(">")[0], "what the Enter key presses"

    assert close(desktop, "", mot_de_passe_actuel=PASSWORD).location == "/sessions"
    assert is_in(phone)
    assert close(desktop, family_of(phone)).location == "/sessions"
    assert not is_in(phone)


def test_wrong_passwords_count_at_the_door_and_wait_like_them(
    desktop: Visitor, phone: Visitor, clock: Clock, eloise: Household
) -> None:
    clock.advance(minutes=15)
    for _ in range(5):
        assert close(desktop, "autres", mot_de_passe_actuel="wrong").status == 422

    seen = close(desktop, "autres", mot_de_passe_actuel=PASSWORD)
    assert seen.status == 422
    assert "Trop d’essais n’ont pas abouti. Réessayez dans une minute." in seen.page.words
    assert Visitor(client="192.0.2.9").sign_in(eloise.email).status == 429
    assert is_in(phone)
    clock.advance(seconds=30)
    assert close(desktop, "autres", mot_de_passe_actuel=PASSWORD).status == 303


def test_nobody_closes_a_neighbours_session(desktop: Visitor, neighbour: Visitor, counted: Counted) -> None:
    counted.calls.clear()
    answer = neighbour.post("/sessions/fermer", {"csrf": neighbour.token(), "session": family_of(desktop)})

    assert answer.location == "/sessions"
    assert counted.writes == 0
    assert is_in(desktop)
    neighbour.post("/sessions/fermer", {"csrf": neighbour.token(), "session": "autres"})
    assert is_in(desktop)
    assert "Firefox sur Windows" not in neighbour.get("/sessions").page.words


def test_whatever_is_sent_as_a_session_closes_nothing(desktop: Visitor, phone: Visitor) -> None:
    for strange in ("#", "PROFILE", "~", "é" * 500, "../x", f"{family_of(phone)}x", "\x00"):
        answer = desktop.post("/sessions/fermer", {"csrf": desktop.token(), "session": strange})
        assert answer.status == 303, strange
    assert is_in(phone)


def test_the_eleventh_sign_in_closes_the_oldest_session(
    eloise: Household, clock: Clock, hashes: list[str]
) -> None:
    devices = [Visitor() for _ in range(11)]
    for device in devices:
        clock.advance(seconds=1)
        assert device.sign_in(eloise.email).status == 303

    assert [is_in(device) for device in devices] == [False] + [True] * 10
    assert len(portal().entrance.sessions.of(ELOISE)) == 10


def test_a_sign_out_makes_room(eloise: Household, hashes: list[str]) -> None:
    first = Visitor()
    first.sign_in(eloise.email)
    for _ in range(12):
        other = Visitor()
        other.sign_in(eloise.email)
        other.send(other.get("/contacts"), "/deconnexion")

    assert is_in(first)


def test_a_session_whose_account_is_gone_can_prove_nothing(
    desktop: Visitor, phone: Visitor, clock: Clock, nadege: Household
) -> None:
    clock.advance(minutes=15)
    mothers.put(account_item(an_account(NADEGE, f"{ELOISE}@demo.example")))

    assert close(desktop, "autres", mot_de_passe_actuel=PASSWORD).status == 422
    assert is_in(phone)
