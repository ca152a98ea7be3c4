"""« Mes dernières actions »: by day, as one says it."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.timeline import Action, TimelineEvent, by_day

TODAY = date(2026, 11, 23)


def event(*at: int, action: Action = Action.CARD_PAYMENT, cents: int = 50_00) -> TimelineEvent:
    return TimelineEvent(datetime(*at, tzinfo=UTC), action, "p-1", "ASCENSEURS", cents)  # type: ignore[misc,arg-type]


def test_days_are_named_as_one_says_them_latest_first() -> None:
    events = [
        event(2025, 12, 31, 9),
        event(2026, 11, 23, 8),
        event(2026, 11, 22, 9),
        event(2026, 11, 23, 9),
        event(2026, 1, 1, 9),
    ]

    days = by_day(events, TODAY)

    assert [day.title.replace("\u00a0", " ") for day in days] == [
        "Aujourd’hui",
        "Hier",
        "Jeudi 1er janvier",
        "Mercredi 31 décembre 2025",
    ]
    assert [event.at.hour for event in days[0].events] == [9, 8]


def test_what_was_done_after_midnight_in_paris_was_done_that_day() -> None:
    days = by_day([event(2026, 11, 22, 22, 59), event(2026, 11, 22, 23, 0)], TODAY)

    assert [day.title for day in days] == ["Aujourd’hui", "Hier"]


def test_nothing_done_is_no_day() -> None:
    assert by_day([], TODAY) == []


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action.CARD_PAYMENT, "Paiement par carte de 50,00 €"),
        (Action.REFUND, "Remboursement de 50,00 €"),
        (Action.REFUND_FAILED, "Remboursement de 50,00 € non abouti, remis sur votre compte"),
        (Action.DISPUTE, "Paiement de 50,00 € contesté auprès de la banque"),
        (Action.DISPUTE_WON, "Contestation levée, paiement de 50,00 € rétabli"),
        (Action.REQUEST_SENT, "Demande n° p-1 envoyée : ASCENSEURS"),
        (Action.MAIL_RESUMED, "Envoi de nos messages rétabli vers p-1"),
        (Action.PASSWORD_CHANGED, "Mot de passe modifié"),
        (Action.ADDRESS_CHANGED, "Identifiant modifié : p-1"),
        (Action.PHONES_CHANGED, "Coordonnées modifiées : ASCENSEURS"),
        (Action.PROFESSION_CHANGED, "Profession modifiée : ASCENSEURS"),
    ],
)
def test_every_action_has_its_words_and_its_page(action: Action, words: str) -> None:
    done = event(2026, 11, 23, 8, action=action)

    assert done.text.replace("\u00a0", " ") == words
    here = (
        Action.MAIL_RESUMED,
        Action.PASSWORD_CHANGED,
        Action.ADDRESS_CHANGED,
        Action.PHONES_CHANGED,
        Action.PROFESSION_CHANGED,
    )
    own = dict.fromkeys(here, "/informations-personnelles")
    assert done.path == (own | {Action.REQUEST_SENT: "/demandes/p-1"}).get(action, "/paiement/p-1")


def test_no_action_is_without_words() -> None:
    assert all(event(2026, 11, 23, 8, action=action).text for action in Action)
