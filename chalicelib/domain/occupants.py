"""Occupants who arrive, leave, or are written wrong (« mise à jour des occupants »), as tenants tell it.

What is told opens a request: the lease's own list changes when the landlord's file says so.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from chalicelib.domain import french
from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.domain.errors import InvalidForm
from chalicelib.domain.leases import Lease, Occupant
from chalicelib.domain.service_requests import RequestState, ServiceRequest

TOPIC = "MAJ OCCUPANTS"
NAME, BORN, RELATION, SINCE, LEFT, MORE = "nom", "naissance", "lien", "arrivee", "depart", "precisions"
FIELDS = (NAME, BORN, RELATION, SINCE, LEFT, MORE)
RELATIONS = (
    "Conjoint ou conjointe",
    "Partenaire de PACS",
    "Concubin ou concubine",
    "Enfant",
    "Petit-enfant",
    "Père ou mère",
    "Frère ou sœur",
    "Autre membre de la famille",
    "Autre personne",
)
LONGEST_NAME, LONGEST_MORE = 120, 1_000
OLDEST, AHEAD = timedelta(days=125 * 366), timedelta(days=366)
NO_DAY = {
    BORN: "Indiquez la date de naissance, par exemple 31/12/2015.",
    SINCE: "Indiquez la date d’arrivée, par exemple 31/12/2026.",
    LEFT: "Indiquez la date de départ, par exemple 31/12/2026.",
}
TOO_FAR = "La date est à plus d’un an\u00a0: revenez nous le dire plus tard."
NOTHING_CHANGED = "Rien n’est différent de ce que nous avons déjà\u00a0: corrigez au moins un champ."
ALREADY_THERE = "Cette personne est déjà dans la liste des occupants."
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SIGNS_OF_NAMES = frozenset(" '’ʼ-‐‑.·\u200c\u200d")
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


class Move(StrEnum):
    """What can be told of an occupant, as the request calls it."""

    ARRIVAL = "Ajout - Nouvel occupant"
    DEPARTURE = "Sortie - Occupant"
    CORRECTION = "Modification - Occupant"


@dataclass(frozen=True)
class Told:
    """What a tenant tells: of whom, and what was and shall be, by the columns of the exchange files."""

    move: Move
    about: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    comment: str

    def request(self, tenant: str, lease: str, at: datetime) -> ServiceRequest:
        """Make the request that it opens, without a number."""
        return ServiceRequest(
            "",
            tenant,
            lease,
            TOPIC,
            self.move.value,
            at,
            RequestState.IN_PROGRESS,
            comment=self.comment,
            about=self.about,
        )

    def change(self, tenant: str, lease: str, at: datetime) -> Change:
        """Make the change that the landlord's software is told; who it is about always goes with it."""
        made = new_change(at, tenant, _KINDS[self.move], self.before, self.after, lease)
        if self.move is Move.ARRIVAL:
            return made
        who = {"reference": self.about}
        return replace(made, before={**who, **made.before}, after={**who, **made.after})


_KINDS = {
    Move.ARRIVAL: ChangeKind.OCCUPANT_ADDED,
    Move.DEPARTURE: ChangeKind.OCCUPANT_LEFT,
    Move.CORRECTION: ChangeKind.OCCUPANT_CHANGED,
}
_LABELS = {
    "nom": "Nom",
    "naissance": "Date de naissance",
    "lien": "Lien avec vous",
    "depuis": "Date d’arrivée",
    "fin": "Date de départ",
    "precisions": "Précisions",
}


def arrival(lease: Lease, typed: Mapping[str, str], today: date) -> Told:
    """Read who comes to live there; ``InvalidForm`` says what is wrong, field by field."""
    wrong: dict[str, str] = {}
    name, born_on = _name(typed, wrong), _birth(typed, today, wrong)
    relation = _relation(typed, None, wrong)
    since_on = _arrival_day(lease, typed, today, born_on, wrong)
    more = _more(typed, wrong)
    who = who_is(name, born_on)
    if not wrong and who in {who_is(one.name, one.born_on) for one in lease.occupants_on(today)}:
        wrong[NAME] = ALREADY_THERE
    if wrong or born_on is None or since_on is None:
        raise InvalidForm(wrong)
    after = {
        "nom": name,
        "naissance": born_on.isoformat(),
        "lien": relation,
        "depuis": since_on.isoformat(),
        "precisions": more,
    }
    return Told(Move.ARRIVAL, who, {}, after, _comment(Move.ARRIVAL, "", after))


def departure(lease: Lease, occupant: Occupant, typed: Mapping[str, str], today: date) -> Told:
    """Read when somebody leaves, or left."""
    wrong: dict[str, str] = {}
    left_on, more = french.day_from(typed[LEFT]), _more(typed, wrong)
    came_on = occupant.since_on or lease.starts_on
    if left_on is None:
        wrong[LEFT] = NO_DAY[LEFT]
    elif left_on < came_on:
        wrong[LEFT] = f"Le départ ne peut pas être avant l’arrivée, le {french.day(came_on)}."
    elif left_on > today + AHEAD:
        wrong[LEFT] = TOO_FAR
    if wrong or left_on is None:
        raise InvalidForm({field: wrong[field] for field in FIELDS if field in wrong})
    after = {"fin": left_on.isoformat(), "precisions": more}
    comment = _comment(Move.DEPARTURE, occupant.name, after)
    return Told(Move.DEPARTURE, occupant.reference, {}, after, comment)


def correction(occupant: Occupant, typed: Mapping[str, str], today: date) -> Told:
    """Read what is wrong about somebody in the list; the same again corrects nothing."""
    wrong: dict[str, str] = {}
    name = occupant.name if typed[NAME] == occupant.name else _name(typed, wrong)
    born_on = None
    if typed[BORN] or occupant.born_on:
        born_on = _birth(typed, today, wrong)
    relation = _relation(typed, occupant.relation, wrong)
    more = _more(typed, wrong)
    if wrong:
        raise InvalidForm(wrong)
    before = _written(occupant.name, occupant.born_on, occupant.relation)
    after = _written(name, born_on, relation)
    changed = {column: value for column, value in after.items() if value != before[column]}
    if not changed and not more:
        raise InvalidForm({NAME: NOTHING_CHANGED})
    told = {**changed, "precisions": more}
    comment = _comment(Move.CORRECTION, occupant.name, told)
    return Told(Move.CORRECTION, occupant.reference, before, {**after, "precisions": more}, comment)


def already_told(
    open_requests: Iterable[ServiceRequest], lease: str, move: Move, about: str
) -> ServiceRequest | None:
    """Find the tenant's own request that says the same of the same person and is still open."""
    return next(
        (
            one
            for one in open_requests
            if (one.lease, one.topic, one.detail, one.about) == (lease, TOPIC, move.value, about)
        ),
        None,
    )


def who_is(name: str, born_on: date | None) -> str:
    """Name somebody who has no reference yet: by name, however it is typed, and birthday."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if letter.isalnum())
    return f"{letters} {born_on.isoformat() if born_on else ''}"


def _name(typed: Mapping[str, str], wrong: dict[str, str]) -> str:
    name = " ".join(unicodedata.normalize("NFC", _DIRECTIONS.sub("", typed[NAME])).split())
    if not name:
        wrong[NAME] = "Indiquez le prénom et le nom."
    elif len(name) > LONGEST_NAME:
        wrong[NAME] = f"Le nom dépasse {LONGEST_NAME} caractères\u00a0: abrégez-le."
    elif not any(letter.isalpha() for letter in name) or not all(map(_is_of_a_name, name)):
        wrong[NAME] = "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."
    return name


def _is_of_a_name(letter: str) -> bool:
    return letter.isalpha() or letter in _SIGNS_OF_NAMES or unicodedata.category(letter)[0] == "M"


def _birth(typed: Mapping[str, str], today: date, wrong: dict[str, str]) -> date | None:
    born_on = french.day_from(typed[BORN])
    if born_on is None:
        wrong[BORN] = NO_DAY[BORN]
    elif born_on > today:
        wrong[BORN] = "La date de naissance est dans le futur."
    elif born_on < today - OLDEST:
        wrong[BORN] = "Vérifiez l’année de naissance."
    return None if BORN in wrong else born_on


def _relation(typed: Mapping[str, str], present: str | None, wrong: dict[str, str]) -> str:
    if typed[RELATION] not in {*RELATIONS, present}:
        wrong[RELATION] = "Choisissez le lien dans la liste."
    return typed[RELATION]


def _arrival_day(
    lease: Lease, typed: Mapping[str, str], today: date, born_on: date | None, wrong: dict[str, str]
) -> date | None:
    since_on = french.day_from(typed[SINCE])
    if since_on is None:
        wrong[SINCE] = NO_DAY[SINCE]
    elif since_on < lease.starts_on:
        wrong[SINCE] = (
            f"L’arrivée ne peut pas être avant le début du contrat, le {french.day(lease.starts_on)}."
        )
    elif born_on is not None and since_on < born_on:
        wrong[SINCE] = "L’arrivée ne peut pas être avant la naissance."
    elif lease.ends_on is not None and since_on > lease.ends_on:
        wrong[SINCE] = f"Le contrat se termine le {french.day(lease.ends_on)}."
    elif since_on > today + AHEAD:
        wrong[SINCE] = TOO_FAR
    return since_on


def _more(typed: Mapping[str, str], wrong: dict[str, str]) -> str:
    more = _UNPRINTABLE.sub("", typed[MORE].replace("\r\n", "\n"))
    if len(more) > LONGEST_MORE:
        wrong[MORE] = "Les précisions dépassent 1\u202f000 caractères\u00a0: raccourcissez-les."
    return more


def _written(name: str, born_on: date | None, relation: str) -> dict[str, str]:
    return {"nom": name, "naissance": born_on.isoformat() if born_on else "", "lien": relation}


def _comment(move: Move, name: str, facts: Mapping[str, str]) -> str:
    """Tell the facts in French, one a line."""
    lines = [move.value] + ([f"Occupant\u00a0: {name}"] if name else [])
    for column, value in facts.items():
        if value:
            on = french.day_from(value)
            lines.append(f"{_LABELS[column]}\u00a0: {french.day(on) if on else value}")
    return "\n".join(lines)
