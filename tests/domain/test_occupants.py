"""Occupants as tenants tell of them: whom, when, and what cannot be."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.changes import ChangeKind
from chalicelib.domain.errors import InvalidForm
from chalicelib.domain.leases import Lease, Occupant
from chalicelib.domain.occupants import (
    ALREADY_THERE,
    FIELDS,
    NO_DAY,
    NOTHING_CHANGED,
    TOO_FAR,
    Move,
    Told,
    already_told,
    arrival,
    correction,
    departure,
    who_is,
)
from tests.mothers import ELOISE, ELOISES_LEASE, NOW, TODAY, a_lease

LOUIS = a_lease().occupants[0]
SARAH = {"nom": "Sarah D’Aubigné", "naissance": "2026-11-20", "lien": "Enfant", "arrivee": "2026-11-22"}


def typed(**fields: str) -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | fields


def arrive(lease: Lease | None = None, /, **fields: str) -> Told:
    return arrival(lease or a_lease(), typed(**{**SARAH, **fields}), TODAY)


def leave(on: str, occupant: Occupant = LOUIS) -> Told:
    return departure(a_lease(), occupant, typed(depart=on), TODAY)


def correct(occupant: Occupant = LOUIS, **fields: str) -> Told:
    known = {"nom": occupant.name, "naissance": "2015-05-04", "lien": occupant.relation}
    return correction(occupant, typed(**{**known, **fields}), TODAY)


def wrong(told: pytest.ExceptionInfo[InvalidForm]) -> dict[str, str]:
    return told.value.fields


def test_an_arrival_is_told_in_french_and_by_the_columns_of_the_files() -> None:
    told = arrive(precisions="Elle est née hier.")

    request = told.request(ELOISE, ELOISES_LEASE, NOW)
    assert (request.topic, request.detail) == ("MAJ OCCUPANTS", "Ajout - Nouvel occupant")
    assert request.comment.splitlines() == [
        "Ajout - Nouvel occupant",
        "Nom\u00a0: Sarah D’Aubigné",
        "Date de naissance\u00a0: 20\u00a0novembre 2026",
        "Lien avec vous\u00a0: Enfant",
        "Date d’arrivée\u00a0: 22\u00a0novembre 2026",
        "Précisions\u00a0: Elle est née hier.",
    ]
    change = told.change(ELOISE, ELOISES_LEASE, NOW)
    assert (change.kind, change.before) == (ChangeKind.OCCUPANT_ADDED, {})
    assert change.after["depuis"] == "2026-11-22"
    assert "reference" not in change.after


def test_a_departure_names_whom_the_landlord_knows() -> None:
    change = leave("2026-11-30").change(ELOISE, ELOISES_LEASE, NOW)

    assert change.kind is ChangeKind.OCCUPANT_LEFT
    assert change.before == {"reference": "o-1"}
    assert change.after == {"reference": "o-1", "fin": "2026-11-30"}
    assert "Occupant\u00a0: Louis D’Aubigné" in leave("2026-11-30").comment


def test_a_correction_tells_what_differs_and_nothing_else() -> None:
    change = correct(nom="Louis D’Aubigny").change(ELOISE, ELOISES_LEASE, NOW)

    assert change.before == {"reference": "o-1", "nom": "Louis D’Aubigné"}
    assert change.after == {"reference": "o-1", "nom": "Louis D’Aubigny"}
    with pytest.raises(InvalidForm) as told:
        correct()
    assert wrong(told) == {"nom": NOTHING_CHANGED}


@pytest.mark.parametrize("day", ["2026-11-22", "22/11/2026", "22.11.2026", "22-11-2026", "22 11 2026"])
def test_days_are_read_as_browsers_send_them_and_as_people_type_them(day: str) -> None:
    assert arrive(arrivee=day).after["depuis"] == "2026-11-22"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("nom", "", "Indiquez le prénom et le nom."),
        ("nom", "x" * 121, "Le nom dépasse 120 caractères\u00a0: abrégez-le."),
        ("nom", "Zoé 🦄", "Un nom s’écrit avec des lettres"),
        ("nom", "- '", "Un nom s’écrit avec des lettres"),
        ("nom", "=HYPERLINK(1)", "Un nom s’écrit avec des lettres"),
        ("naissance", "", NO_DAY["naissance"]),
        ("naissance", "31/02/2026", NO_DAY["naissance"]),
        ("naissance", "2026-11-24", "La date de naissance est dans le futur."),
        ("naissance", "1900-01-01", "Vérifiez l’année de naissance."),
        ("lien", "", "Choisissez le lien dans la liste."),
        ("lien", "Président", "Choisissez le lien dans la liste."),
        ("arrivee", "", NO_DAY["arrivee"]),
        ("arrivee", "2021-02-28", "L’arrivée ne peut pas être avant le début du contrat"),
        ("arrivee", "2026-11-19", "L’arrivée ne peut pas être avant la naissance."),
        ("arrivee", "2027-11-25", TOO_FAR),
        ("precisions", "a" * 1_001, "Les précisions dépassent"),
    ],
)
def test_an_arrival_that_cannot_be_is_refused_by_its_field(field: str, value: str, reason: str) -> None:
    with pytest.raises(InvalidForm) as told:
        arrive(**{field: value})

    assert wrong(told).keys() == {field}
    assert wrong(told)[field].startswith(reason)


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_form() -> None:
    with pytest.raises(InvalidForm) as told:
        arrival(a_lease(), typed(precisions="a" * 2_000), TODAY)

    assert [*wrong(told)] == ["nom", "naissance", "lien", "arrivee", "precisions"]


@pytest.mark.parametrize("name", ["سارة بن علي", "Thị Lan Nguyễn", "O’Connor-Noël", "X" * 120, "Ñ. d'Àü"])
def test_names_of_people_are_taken_whatever_their_letters(name: str) -> None:
    assert arrive(nom=f"  {name} \u202e").after["nom"] == name


def test_who_lives_there_already_does_not_arrive() -> None:
    with pytest.raises(InvalidForm) as told:
        arrive(nom="louis  d'AUBIGNE", naissance="2015-05-04")
    again = replace(a_lease(), occupants=(replace(LOUIS, until_on=TODAY - timedelta(days=1)),))

    assert wrong(told) == {"nom": ALREADY_THERE}
    assert arrive(again, nom=LOUIS.name, naissance="2015-05-04").after["nom"] == LOUIS.name


def test_nobody_arrives_after_the_lease_ends() -> None:
    ending = replace(a_lease(), ends_on=date(2026, 12, 31))

    with pytest.raises(InvalidForm) as told:
        arrive(ending, arrivee="2027-01-01")

    assert wrong(told) == {"arrivee": "Le contrat se termine le 31\u00a0décembre 2026."}
    assert arrive(ending, arrivee="2026-12-31").after["depuis"] == "2026-12-31"


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        ("", NO_DAY["depart"]),
        ("2021-02-28", "Le départ ne peut pas être avant l’arrivée, le 1er\u00a0mars 2021."),
        ("2027-11-25", TOO_FAR),
    ],
)
def test_a_departure_that_cannot_be_is_refused(on: str, reason: str) -> None:
    with pytest.raises(InvalidForm) as told:
        leave(on)

    assert wrong(told) == {"depart": reason}


def test_the_first_and_last_days_are_taken() -> None:
    assert leave("2021-03-01").after["fin"] == "2021-03-01"
    assert leave("2027-11-24").after["fin"] == "2027-11-24"
    assert leave("2021-03-01", replace(LOUIS, since_on=None)).after["fin"] == "2021-03-01"


def test_what_the_landlord_wrote_otherwise_may_stay_in_a_correction() -> None:
    odd = replace(LOUIS, name="LOUIS 2 (cadet)", relation="Neveu", born_on=None)

    told = correction(odd, typed(nom=odd.name, lien="Neveu", naissance="04/05/2015"), TODAY)

    assert told.change(ELOISE, ELOISES_LEASE, NOW).after == {"reference": "o-1", "naissance": "2015-05-04"}
    with pytest.raises(InvalidForm):
        correction(odd, typed(nom=odd.name, lien="Nièce"), TODAY)


def test_the_same_said_twice_is_known_by_lease_move_and_person() -> None:
    told = leave("2026-11-30")
    asked = told.request(ELOISE, ELOISES_LEASE, NOW)

    assert already_told([asked], ELOISES_LEASE, Move.DEPARTURE, "o-1") == asked
    assert already_told([asked], ELOISES_LEASE, Move.CORRECTION, "o-1") is None
    assert already_told([asked], ELOISES_LEASE, Move.DEPARTURE, "o-2") is None
    assert already_told([asked], "9127", Move.DEPARTURE, "o-1") is None


def test_one_person_is_known_however_their_name_is_typed() -> None:
    day = date(2015, 5, 4)

    assert who_is("Louis D’Aubigné", day) == who_is(" LOUIS   d'aubigne", day)
    assert who_is("Louis D’Aubigné", day) != who_is("Louis D’Aubigné", None)
