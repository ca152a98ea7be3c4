"""What a tenant did lately (« Mes dernières actions »), grouped by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from chalicelib.domain import french


class Action(StrEnum):
    """What can stand in the timeline."""

    CARD_PAYMENT = "paiement_carte"
    REFUND = "remboursement"
    REFUND_FAILED = "remboursement_echoue"
    DISPUTE = "contestation"
    DISPUTE_WON = "contestation_levee"
    REQUEST_SENT = "demande_envoyee"
    MAIL_RESUMED = "messages_repris"
    PASSWORD_CHANGED = "mot_de_passe_modifie"  # noqa: S105  it is no password
    ADDRESS_CHANGED = "adresse_modifiee"


_MONEY = {
    Action.CARD_PAYMENT: "Paiement par carte de {}",
    Action.REFUND: "Remboursement de {}",
    Action.REFUND_FAILED: "Remboursement de {} non abouti, remis sur votre compte",
    Action.DISPUTE: "Paiement de {} contesté auprès de la banque",
    Action.DISPUTE_WON: "Contestation levée, paiement de {} rétabli",
}


@dataclass(frozen=True)
class TimelineEvent:
    """One thing done at one moment; ``subject`` is the number, or the address, of what it is about."""

    at: datetime
    action: Action
    subject: str
    detail: str = ""
    cents: int = 0

    @property
    def text(self) -> str:
        """Tell what was done, in the words of the page."""
        if self.action is Action.REQUEST_SENT:
            return f"Demande n°\u00a0{self.subject} envoyée\u00a0: {self.detail}"
        if self.action is Action.MAIL_RESUMED:
            return f"Envoi de nos messages rétabli vers {self.subject}"
        if self.action is Action.PASSWORD_CHANGED:
            return "Mot de passe modifié"
        if self.action is Action.ADDRESS_CHANGED:
            return f"Identifiant modifié\u00a0: {self.subject}"
        return _MONEY[self.action].format(french.euros(self.cents))

    @property
    def path(self) -> str:
        """Give the page that shows more of it."""
        if self.action is Action.REQUEST_SENT:
            return f"/demandes/{self.subject}"
        if self.action in {Action.MAIL_RESUMED, Action.PASSWORD_CHANGED, Action.ADDRESS_CHANGED}:
            return "/informations-personnelles"
        return f"/paiement/{self.subject}"


@dataclass(frozen=True)
class TimelineDay:
    """A day of the timeline, latest event first."""

    title: str
    events: tuple[TimelineEvent, ...]


def by_day(events: Iterable[TimelineEvent], day: date) -> list[TimelineDay]:
    """Group events by French day, latest first; ``day`` is today, which has a name of its own."""
    newest_first = sorted(events, key=lambda event: event.at, reverse=True)
    grouped = groupby(newest_first, key=lambda event: french.today(event.at))
    return [TimelineDay(_title(on, day), tuple(group)) for on, group in grouped]


def _title(on: date, day: date) -> str:
    if on == day:
        return "Aujourd’hui"
    if (day - on).days == 1:
        return "Hier"
    if on.year == day.year:
        return french.day_without_year(on).capitalize()
    return french.day_in_words(on)
