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
    PHONES_CHANGED = "telephones_modifies"
    PROFESSION_CHANGED = "profession_modifiee"
    BILLING_ADDRESS_CHANGED = "adresse_facturation_modifiee"
    CERTIFICATE_SENT = "attestation_envoyee"
    FILE_SENT = "fichier_envoye"
    RECEIPTS_AGREED = "quittances_acceptees"
    RECEIPTS_WITHDRAWN = "quittances_refusees"


# What is said of each, with its subject, its detail and its amount; the page that shows more of it.
_SAID = {
    Action.REQUEST_SENT: "Demande n°\u00a0{subject} envoyée\u00a0: {detail}",
    Action.MAIL_RESUMED: "Envoi de nos messages rétabli vers {subject}",
    Action.PASSWORD_CHANGED: "Mot de passe modifié",
    Action.ADDRESS_CHANGED: "Identifiant modifié\u00a0: {subject}",
    Action.PHONES_CHANGED: "Coordonnées modifiées\u00a0: {detail}",
    Action.PROFESSION_CHANGED: "Profession modifiée\u00a0: {detail}",
    Action.BILLING_ADDRESS_CHANGED: "Adresse de facturation modifiée\u00a0: contrat L/{subject}",
    Action.FILE_SENT: "Pièce jointe ajoutée à la demande n°\u00a0{subject}",
    Action.CERTIFICATE_SENT: "Attestation d’assurance envoyée\u00a0: contrat L/{subject}",
    Action.RECEIPTS_AGREED: "Quittances électroniques acceptées\u00a0: contrat L/{subject}",
    Action.RECEIPTS_WITHDRAWN: "Quittances électroniques arrêtées\u00a0: contrat L/{subject}",
    Action.CARD_PAYMENT: "Paiement par carte de {amount}",
    Action.REFUND: "Remboursement de {amount}",
    Action.REFUND_FAILED: "Remboursement de {amount} non abouti, remis sur votre compte",
    Action.DISPUTE: "Paiement de {amount} contesté auprès de la banque",
    Action.DISPUTE_WON: "Contestation levée, paiement de {amount} rétabli",
}
_PATHS = {
    Action.REQUEST_SENT: "/demandes/{subject}",
    Action.MAIL_RESUMED: "/informations-personnelles",
    Action.PASSWORD_CHANGED: "/informations-personnelles",
    Action.ADDRESS_CHANGED: "/informations-personnelles",
    Action.PHONES_CHANGED: "/informations-personnelles",
    Action.PROFESSION_CHANGED: "/informations-personnelles",
    Action.BILLING_ADDRESS_CHANGED: "/contrat?contrat={subject}#facturation",
    Action.CERTIFICATE_SENT: "/contrat/assurance?contrat={subject}",
    Action.FILE_SENT: "/demandes/{subject}",
    Action.RECEIPTS_AGREED: "/documents?contrat={subject}&type=quittances#accord",
    Action.RECEIPTS_WITHDRAWN: "/documents?contrat={subject}&type=quittances#accord",
}
_PAYMENT_PATH = "/paiement/{subject}"


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
        said = _SAID[self.action]
        return said.format(subject=self.subject, detail=self.detail, amount=french.euros(self.cents))

    @property
    def path(self) -> str:
        """Give the page that shows more of it."""
        return _PATHS.get(self.action, _PAYMENT_PATH).format(subject=self.subject)


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
