"""What the demonstration landlord's tenants asked for (« demandes »): every state, with their threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from chalicelib.domain.service_requests import RequestState

HANDLER = "LITTORAL HABITAT, SIÈGE"
OCCUPANTS, REPAIRS = "MAJ OCCUPANTS", "DEMANDE D’INTERVENTION TECHNIQUE (DIT)"
OLDEST_DAYS = 540
THREADS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    (OCCUPANTS, "Ajout - Nouvel occupant"): (
        "Mon fils est né le mois dernier, je souhaite l’ajouter aux occupants du logement.",
        ("Merci de nous envoyer un acte de naissance.", "L’occupant a été ajouté à votre contrat."),
    ),
    (OCCUPANTS, "Sortie - Occupant"): (
        "Ma fille a quitté le logement pour ses études.",
        ("Merci de nous indiquer la date de son départ.", "L’occupante a été retirée de votre contrat."),
    ),
    (REPAIRS, "ASCENSEURS"): (
        "L’ascenseur du bâtiment reste bloqué au rez-de-chaussée depuis ce matin.",
        ("L’entreprise de maintenance est prévenue.", "Le technicien a remplacé la carte de commande."),
    ),
    (REPAIRS, "PLOMBERIE"): (
        "Le robinet de la cuisine fuit, l’eau coule sous l’évier.",
        ("Un plombier vous appellera pour convenir d’un rendez-vous.", "Le robinet a été remplacé."),
    ),
    (REPAIRS, "CHAUFFAGE"): (
        "Les radiateurs du séjour restent froids, il fait 16 °C.",
        ("Le chauffagiste passera purger le réseau.", "La vanne du séjour a été changée."),
    ),
    (REPAIRS, "ÉLECTRICITÉ"): (
        "Le disjoncteur saute dès que j’allume le four.",
        ("Un électricien vous appellera.", "La prise du four a été refaite."),
    ),
    (REPAIRS, "SERRURERIE"): (
        "La porte du hall ne ferme plus à clé.",
        ("Le serrurier est prévenu.", "La gâche a été changée."),
    ),
    (REPAIRS, "PARTIES COMMUNES"): (
        "La lumière de la cage d’escalier ne marche plus au deuxième étage.",
        ("Le gardien va passer.", "Les deux lampes ont été remplacées."),
    ),
    ("DEMANDE ADMINISTRATIVE", "Attestation de loyer"): (
        "J’ai besoin d’une attestation de loyer pour la CAF.",
        ("Votre demande est prise en compte.", "L’attestation a été transmise à la CAF."),
    ),
    ("DEMANDE ADMINISTRATIVE", "Changement d’adresse de facturation"): (
        "Merci d’envoyer mes avis à l’adresse de ma curatrice.",
        ("Merci de joindre le jugement.", "L’adresse a été changée."),
    ),
}
CLOSED = (RequestState.DONE, RequestState.DONE, RequestState.DONE, RequestState.CANCELLED)
OPEN = (RequestState.IN_PROGRESS, RequestState.WAITING, RequestState.PLANNED)
COUNTS, COUNT_SHARES = (0, 1, 2, 3, 5), (46, 26, 15, 9, 4)


@dataclass(frozen=True)
class Message:
    """One line of a thread, at a moment of the clock in France."""

    at: datetime
    from_landlord: bool
    text: str
    attachment: str = ""


@dataclass(frozen=True)
class Asked:
    """A request, without who sent it."""

    topic: str
    detail: str
    opened_at: datetime
    state: RequestState
    comment: str
    thread: tuple[Message, ...]


def draw_requests(today: date, random: Random, starts_on: date) -> list[Asked]:
    """Draw what a tenant asked for since the lease started."""
    oldest = min(OLDEST_DAYS, (today - starts_on).days - 1)
    days = sorted((random.randint(1, max(1, oldest)) for _ in range(_count(random))), reverse=True)
    return [make_request(_what(random), _state(ago, random), today, ago, random) for ago in days]


def make_request(what: tuple[str, str], state: RequestState, today: date, ago: int, random: Random) -> Asked:
    """Make a request sent so many days ago, with a thread that goes as far as its state."""
    comment, answers = THREADS[what]
    clock = time(random.randint(7, 15), random.randint(0, 59), random.randint(0, 59))
    opened_at = datetime.combine(today - timedelta(days=ago), clock)
    return Asked(*what, opened_at, state, comment, _thread(state, opened_at, ago, answers, random))


def _thread(
    state: RequestState, opened_at: datetime, ago: int, answers: Sequence[str], random: Random
) -> tuple[Message, ...]:
    first_at = opened_at + timedelta(minutes=random.randint(30, 300))
    later = timedelta(hours=random.randint(2, max(3, min(ago, 12) * 20 - 12)))
    if ago < 1:
        return ()
    first = Message(first_at, True, "Votre demande est en cours de traitement.")
    second = Message(first_at + later / 2, True, answers[0])
    last = Message(first_at + later, True, answers[1])
    reply = Message(second.at + later / 4, False, "Voici le complément demandé.", "piece-jointe.pdf")
    cancelled = Message(first_at + later, False, "Ce n’est plus nécessaire, merci.")
    return {
        RequestState.IN_PROGRESS: (first,),
        RequestState.WAITING: (first, second),
        RequestState.PLANNED: (first, second),
        RequestState.DONE: (first, second, reply, last),
        RequestState.CANCELLED: (first, cancelled),
    }[state]


def _count(random: Random) -> int:
    return random.choices(COUNTS, COUNT_SHARES)[0]


def _what(random: Random) -> tuple[str, str]:
    return random.choice(list(THREADS))


def _state(ago: int, random: Random) -> RequestState:
    """Leave open only what is recent."""
    return random.choice(OPEN if ago < 40 and random.random() < 0.6 else CLOSED)
