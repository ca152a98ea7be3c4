"""The homes that are always there (« toujours présents »): those that the panel and the tests speak of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from chalicelib.domain.service_requests import RequestState
from infra.demo.asking import REPAIRS, THREADS, Asked, draw_requests, make_request
from infra.demo.books import Habit
from infra.demo.homes import RESIDENCES, Dweller, Home, Person
from infra.demo.papers import Insurance
from infra.demo.passwords import BCRYPT_HASH, DJANGO_HASH

TENANT_PASSWORD, AGENT_PASSWORD = "Bonjour-2026!", "Gestion-2026!"
AGENT_EMAIL = "agent@demo.example"
MAIN_LEASE, UNREGISTERED_LEASE = "9126", "9127"
OWED_CENTS = 486_32
# Whose account comes from the former payment site.
FORMER_ACCOUNTS = {"9131-1": BCRYPT_HASH, "9132-1": DJANGO_HASH}
MAIN_REQUESTS = 13


@dataclass(frozen=True)
class Featured:
    """A home whose story is told, not drawn."""

    home: Home
    habit: Habit
    insurance: Insurance
    note: str
    requests: Callable[[date, Random], list[Asked]] | None = None
    owed_cents: int = 0


ELOISE = Person(
    "9126-1",
    "Mme",
    "Éloïse",
    "D’Aubigné-Lefèvre",
    account="locataire@demo.example",
    email="locataire@demo.example",
    mobile="06 12 34 56 78",
    benefit_number="4127093",
    situation="Salarié",
    occupation="Infirmière",
    employer=("Clinique du Marais", "22, avenue des Tamaris, 17300 Rochefort"),
)


def _person(id: str, civility: str, first_name: str, last_name: str, name: str = "") -> Person:
    email = f"{name}@demo.example" if name else ""
    return Person(id, civility, first_name, last_name, email, email, "06 23 45 67 89")


FRANCOIS_XAVIER = _person("9127-1", "M.", "François-Xavier", "Noël-Bäcker")
NADEGE = _person("9128-1", "Mme", "Nadège", "Okonkwo-Berthelot", "nadege")
IDRISS = _person("9128-2", "M.", "Idriss", "Ben Saïd", "idriss")
THI_LAN = _person("9129-1", "Mme", "Thị Lan", "Nguyễn-Le Goff", "deux-baux")
JOAO = _person("9131-1", "M.", "João", "da Conceição", "a-jour")
MAIWENN = _person("9132-1", "Mme", "Maïwenn", "Kerbrat", "crediteur")


def featured(today: date) -> list[Featured]:
    """Give the homes that are always there, in the order of their leases."""
    return [
        _first(today),
        Featured(
            _home("9127", (FRANCOIS_XAVIER,), 1, 2, 48, today),
            Habit.PUNCTUAL,
            Insurance.VALID,
            "N’a pas encore de compte.",
        ),
        Featured(
            _home("9128", (NADEGE, IDRISS), 2, 4, 79, today),
            Habit.LATE,
            Insurance.ENDING,
            "Deux co-titulaires du même contrat, chacun son compte.",
            _few,
        ),
        Featured(
            _home("9129", (THI_LAN,), 4, 3, 63, today),
            Habit.PUNCTUAL,
            Insurance.VALID,
            "Un logement (L/9129), un stationnement (L/9130), et un ancien contrat (L/8790).",
            _few,
        ),
        Featured(_parking_alone(today), Habit.AT_ONCE, Insurance.VALID, ""),
        Featured(
            _home("9131", (JOAO,), 5, 2, 45, today),
            Habit.AT_ONCE,
            Insurance.VALID,
            "Compte à 0,00\u00a0€\u202f; mot de passe de l’ancien site de paiement (bcrypt).",
        ),
        Featured(
            _home("9132", (MAIWENN,), 8, 3, 66, today),
            Habit.AHEAD,
            Insurance.TO_CHECK,
            "Compte créditeur\u202f; mot de passe de l’ancien site de paiement (PBKDF2).",
            _few,
        ),
        Featured(_given_up(today), Habit.AT_ONCE, Insurance.NONE, ""),
    ]


def _first(today: date) -> Featured:
    note = "Assurance expirée, solde dû, une demande en cours, logement et stationnement."
    return Featured(_eloise(today), Habit.OWING, Insurance.EXPIRED, note, _thirteen, OWED_CENTS)


def _home(lease: str, holders: tuple[Person, ...], rank: int, rooms: int, surface: int, today: date) -> Home:
    residence = RESIDENCES[rank]
    return Home(
        lease=lease,
        residence=residence,
        building=residence.buildings[0],
        door=100 + rank,
        rooms=rooms,
        surface=surface,
        starts_on=today - timedelta(days=1_500 + 100 * rank),
        holders=holders,
        rent_cents=surface * 612 + 37,
        charges=(
            ("Eau froide", 21_45),
            ("Chauffage", surface * 91),
            ("Entretien des parties communes", surface * 44),
            ("Ordures ménagères", 11_20),
        ),
    )


def _eloise(today: date) -> Home:
    return replace(
        _home(MAIN_LEASE, (ELOISE,), 0, 2, 49, today),
        building="C",
        door=317,
        rent_cents=312_48,
        parking_cents=28_50,
        charges=(
            ("Eau froide", 19_80),
            ("Chauffage", 42_10),
            ("Entretien des parties communes", 21_35),
            ("Ordures ménagères", 9_40),
            ("Ascenseur", 5_12),
        ),
        occupants=(Dweller("Anatole D’Aubigné-Lefèvre", today - timedelta(days=2_700), "Enfant"),),
    )


def _parking_alone(today: date) -> Home:
    home = _home("9130", (THI_LAN,), 4, 0, 0, today)
    return replace(home, rent_cents=0, charges=(), parking_cents=34_20)


def _given_up(today: date) -> Home:
    """Give a parking space that somebody rented until last summer."""
    home = replace(_parking_alone(today), lease="8790", door=12, parking_cents=31_80)
    return replace(home, ends_on=today - timedelta(days=200))


def _few(today: date, random: Random) -> list[Asked]:
    return draw_requests(today, random, today - timedelta(days=900))


def _thirteen(today: date, random: Random) -> list[Asked]:
    """Give thirteen requests, of which the last, about the lift, is still open."""
    topics = list(THREADS)
    closed = [
        make_request(
            topics[rank % len(topics)],
            RequestState.CANCELLED if rank == 4 else RequestState.DONE,
            today,
            500 - 37 * rank,
            random,
        )
        for rank in range(MAIN_REQUESTS - 1)
    ]
    return [*closed, make_request((REPAIRS, "ASCENSEURS"), RequestState.IN_PROGRESS, today, 3, random)]
