"""The demonstration landlord's homes (« parc »): residences, dwellings, parking, and who lives there."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from infra.demo.names import EMPLOYERS, MEN, OCCUPATIONS, RELATIONS, SITUATIONS, SURNAMES, WOMEN

FIRST_LEASE = 10_001
FIRST_TENANT = 100_001


@dataclass(frozen=True)
class Residence:
    """A group of buildings under one name."""

    name: str
    street: str
    town: str
    buildings: str
    floors: int
    heated: bool
    lift: bool


RESIDENCES = (
    Residence("Les Embruns", "7, quai aux Vivres", "17300 ROCHEFORT", "ABCD", 5, True, True),
    Residence("Le Clos des Cordiers", "24, rue Toufaire", "17300 ROCHEFORT", "AB", 3, True, False),
    Residence("La Forme Double", "11, avenue William Ponty", "17300 ROCHEFORT", "ABC", 6, True, True),
    Residence("Les Bégonias", "3, rue du Breuil", "17300 ROCHEFORT", "A", 2, False, False),
    Residence("Le Petit Marseille", "58, rue Gambetta", "17300 ROCHEFORT", "AB", 4, True, True),
    Residence("Les Gabares", "16, quai des Capucins", "17430 TONNAY-CHARENTE", "AB", 4, False, True),
    Residence("Le Pont Suspendu", "5, rue Alsace-Lorraine", "17430 TONNAY-CHARENTE", "A", 3, False, False),
    Residence("Les Roseaux", "2, rue de la Champagne", "17620 ÉCHILLAIS", "AB", 2, False, False),
    Residence("La Vigie", "33, avenue du Bois Vert", "17450 FOURAS", "A", 3, True, True),
    Residence("Les Claires", "9, rue des Écoles", "17780 SOUBISE", "A", 2, False, False),
    Residence(
        "Le Moulin de la Prée", "14, rue de l’Océan", "17450 SAINT-LAURENT-DE-LA-PRÉE", "AB", 2, False, False
    ),
    Residence("Les Tourterelles", "41, rue de l’Aunis", "17870 BREUIL-MAGNÉ", "A", 2, False, False),
    Residence("La Tour de Broue", "6, avenue de Charente", "17620 SAINT-AGNANT", "A", 3, False, False),
    Residence("Les Hauts de Gère", "27, rue Audry de Puyravault", "17700 SURGÈRES", "AB", 4, True, True),
)
SURFACES = {1: (26, 34), 2: (40, 52), 3: (58, 70), 4: (72, 86), 5: (88, 102)}


@dataclass(frozen=True)
class Person:
    """Somebody who signed a lease."""

    id: str
    civility: str
    first_name: str
    last_name: str
    account: str = ""
    email: str = ""
    mobile: str = ""
    benefit_number: str = ""
    situation: str = ""
    occupation: str = ""
    employer: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        """Give the name as papers print it."""
        return f"{self.civility} {self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Dweller:
    """Somebody who lives there without having signed."""

    name: str
    born_on: date
    relation: str


@dataclass(frozen=True)
class Home:
    """One lease: what is rented, by whom, at what price."""

    lease: str
    residence: Residence
    building: str
    door: int
    rooms: int
    surface: int
    starts_on: date
    holders: tuple[Person, ...]
    occupants: tuple[Dweller, ...] = ()
    rent_cents: int = 0
    charges: tuple[tuple[str, int], ...] = ()
    parking_cents: int = 0
    benefit_cents: int = 0
    reduction_cents: int = 0
    surcharge_cents: int = 0
    ends_on: date | None = None

    @property
    def address(self) -> tuple[str, ...]:
        """Give the lines of the dwelling's address."""
        where = f"Résidence {self.residence.name}, bât. {self.building}, appartement {self.door}"
        return (where, self.residence.street, self.residence.town)

    @property
    def charges_cents(self) -> int:
        """Sum the monthly charges of the dwelling."""
        return sum(cents for _, cents in self.charges)


def make_home(rank: int, today: date, seed: int) -> Home:
    """Draw a home from the seed and its rank alone, so that a larger landlord has the same first homes."""
    random = Random(f"{seed}/home/{rank}")
    residence = random.choice(RESIDENCES)
    rooms = random.choices((1, 2, 3, 4, 5), (8, 24, 36, 24, 8))[0]
    surface = random.randint(*SURFACES[rooms])
    floor = random.randint(0, residence.floors)
    holders = _holders(random, rank)
    home = Home(
        lease=str(FIRST_LEASE + rank),
        residence=residence,
        building=random.choice(residence.buildings),
        door=floor * 100 + random.randint(1, 24),
        rooms=rooms,
        surface=surface,
        starts_on=today - timedelta(days=random.randint(40, 7_000)),
        holders=holders,
        occupants=_occupants(random, rooms, holders[0].last_name, today),
    )
    return with_prices(home, random)


def with_prices(home: Home, random: Random) -> Home:
    """Give a home its rent, its charges by nature, and the help its holders receive."""
    people = len(home.holders) + len(home.occupants)
    rent_cents = home.surface * random.randint(540, 690) + random.randint(0, 99)
    charges = [
        ("Eau froide", 1_150 + 640 * people + random.randint(0, 300)),
        ("Entretien des parties communes", home.surface * 42 + random.randint(0, 90)),
        ("Ordures ménagères", 780 + 130 * people),
    ]
    if home.residence.heated:
        charges.insert(1, ("Chauffage", home.surface * 88 + random.randint(0, 400)))
    if home.residence.lift:
        charges.append(("Ascenseur", random.randint(420, 640)))
    helped = random.random() < 0.5
    return replace(
        home,
        rent_cents=rent_cents,
        charges=tuple(charges),
        parking_cents=random.randint(1_800, 4_200) if random.random() < 0.35 else 0,
        benefit_cents=random.randint(4_000, rent_cents * 6 // 10) // 100 * 100 if helped else 0,
        reduction_cents=random.randint(2_800, 5_600) if helped else 0,
        surcharge_cents=random.randint(2_500, 14_000) if not helped and random.random() < 0.06 else 0,
    )


def make_person(random: Random, number: int, last_name: str = "") -> Person:
    """Draw a person."""
    civility, names = random.choice((("Mme", WOMEN), ("M.", MEN)))
    first_name, last_name = random.choice(names), last_name or random.choice(SURNAMES)
    situation = random.choice(SITUATIONS)
    employed = situation == "Salarié"
    email = f"{_plain(first_name)}.{_plain(last_name)}.{number % 100_000}@courriel.example"
    return Person(
        id=str(FIRST_TENANT + number),
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        account=email if random.random() < 0.4 else "",
        email=email if random.random() < 0.7 else "",
        mobile=f"06 {' '.join(f'{random.randint(0, 99):02d}' for _ in range(4))}"
        if random.random() < 0.8
        else "",
        benefit_number=str(random.randint(1_000_000, 9_999_999)) if random.random() < 0.5 else "",
        situation=situation,
        occupation=random.choice(OCCUPATIONS) if employed else "",
        employer=random.choice(EMPLOYERS) if employed else ("", ""),
    )


def _holders(random: Random, rank: int) -> tuple[Person, ...]:
    first = make_person(random, 2 * rank)
    if random.random() > 0.35:
        return (first,)
    shared = first.last_name if random.random() < 0.6 else ""
    return (first, make_person(random, 2 * rank + 1, shared))


def _occupants(random: Random, rooms: int, last_name: str, today: date) -> tuple[Dweller, ...]:
    return tuple(
        Dweller(
            f"{random.choice(WOMEN + MEN)} {last_name}",
            today - timedelta(days=random.randint(60, 6_500)),
            random.choice(RELATIONS[:3]),
        )
        for _ in range(random.randint(0, max(0, rooms - 1)))
    )


def _mobile(random: Random) -> str:
    return "06 " + " ".join(f"{random.randint(0, 99):02d}" for _ in range(4))


def _plain(name: str) -> str:
    """Spell a name for an e-mail address."""
    decomposed = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha()) or "x"
