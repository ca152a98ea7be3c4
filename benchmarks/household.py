"""The household that all measures look at: two leases, five open requests, a dozen actions (« foyer »).

The portal and the twins it is compared with are filled from here, so that they show the same page.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.domain.insurance import CertificateState, Cover, InsuranceCertificate, Sent, cover_of
from chalicelib.domain.leases import Lease, Occupant, RentedUnit, UnitKind
from chalicelib.domain.ledger import LANDLORD, EntryKind, Line, Posting, lease_account
from chalicelib.domain.service_requests import RequestMessage, RequestState, ServiceRequest
from chalicelib.domain.tenants import Civility, Hold, Tenant
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.domain.uploads import Flaw, Purpose, Upload, UploadState

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PASSWORD = "Bonjour-2026!"  # noqa: S105  the demonstration's, printed in its first page
DEVICE = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
ENTRIES = 50
OPEN_REQUESTS, PAST_REQUESTS, ACTIONS = 5, 3, 12

TENANT = Tenant(
    id="9126-1",
    civility=Civility.MADAM,
    first_name="Éloïse",
    last_name="D’Aubigné-Lefèvre",
    email="locataire@demo.example",
    mobile_phone="06 12 34 56 78",
    benefit_number="4127093",
    benefit_office="CAF de la Charente-Maritime",
    employment="Salarié",
    occupation="Infirmière",
    employer="Clinique du Marais",
    employer_address="22, avenue des Tamaris, 17300 Rochefort",
)
HOLDS = (Hold("9126", date(2019, 3, 1)), Hold("9130", date(2021, 9, 15)))
LEASE_NUMBERS = tuple(hold.lease for hold in HOLDS)
ADDRESS = ("Résidence des Tamaris, bâtiment C", "14, rue de la Corderie", "17300 Rochefort")
LEASES = (
    Lease(
        number="9126",
        residence="Les Tamaris",
        starts_on=date(2019, 3, 1),
        ends_on=None,
        deposit_cents=312_48,
        billing_address=("Mme Éloïse D’Aubigné-Lefèvre", *ADDRESS),
        holders=(TENANT.id,),
        units=(
            RentedUnit("C317", UnitKind.DWELLING, ADDRESS, "Appartement T2, 49 m², 3e étage", 312_48, 97_77),
        ),
        occupants=(Occupant("1", "Anatole D’Aubigné-Lefèvre", date(2019, 7, 2), "Enfant", None),),
    ),
    Lease(
        number="9130",
        residence="Les Tamaris",
        starts_on=date(2021, 9, 15),
        ends_on=None,
        deposit_cents=28_50,
        billing_address=("Mme Éloïse D’Aubigné-Lefèvre", *ADDRESS),
        holders=(TENANT.id,),
        units=(RentedUnit("P042", UnitKind.PARKING, ADDRESS, "Place couverte n° 42", 28_50, 2_10),),
    ),
)


def _upload(rank: int, **changes: Any) -> Upload:
    number = requests()[-1].number
    return Upload(
        f"{rank:022}", TENANT.id, "9126", Purpose.REQUEST, {"number": number}, NOW, TENANT.email, **changes
    )


def _sent(lease: str) -> Sent:
    file = f"uploads/{lease}/attestation.jpg"
    return Sent(TENANT.id, TENANT.display_name, TENANT.email, NOW, file, "attestation.jpg", "image/jpeg")


CERTIFICATES = tuple(
    InsuranceCertificate(
        f"2025-{lease}",
        lease,
        "Mutuelle de l’Estuaire",
        "MRH-4471093",
        date(2025, 11, 5),
        date(2026, 11, 4),
        CertificateState.ACCEPTED,
        sent=_sent(lease),
    )
    for lease in LEASE_NUMBERS
)
COVERS: tuple[Cover, ...] = tuple(cover_of(one.lease, [one]) for one in CERTIFICATES)


def requests() -> list[ServiceRequest]:
    """Give the tenant's requests, oldest first; the last ones are open."""
    count = PAST_REQUESTS + OPEN_REQUESTS
    states = [RequestState.DONE] * PAST_REQUESTS + [RequestState.IN_PROGRESS] * OPEN_REQUESTS
    return [
        _request(rank, state, NOW - timedelta(days=9 * (count - rank))) for rank, state in enumerate(states)
    ]


def _request(rank: int, state: RequestState, at: datetime) -> ServiceRequest:
    return ServiceRequest(
        number=f"D2026-{rank + 118:06d}",
        tenant=TENANT.id,
        lease="9126",
        topic="TRAVAUX ET RÉPARATIONS",
        detail=("ASCENSEURS", "ROBINETTERIE", "VOLETS ROULANTS", "INTERPHONE")[rank % 4],
        opened_at=at,
        state=state,
        handler="Service technique",
        comment="",
        thread=(
            RequestMessage(at, "Depuis hier soir, cela ne fonctionne plus. Pouvez-vous venir voir ?", False),
            RequestMessage(at + timedelta(hours=3), "Un technicien passera cette semaine.", True),
        ),
    )


def actions() -> list[TimelineEvent]:
    """Give what the tenant did lately, over several days."""
    return [_action(rank, NOW - timedelta(hours=7 * rank, minutes=13)) for rank in range(ACTIONS)]


def _action(rank: int, at: datetime) -> TimelineEvent:
    if rank % 3 == 0:
        return TimelineEvent(at, Action.CARD_PAYMENT, f"{rank:032x}", cents=48_632 + rank)
    return TimelineEvent(at, Action.REQUEST_SENT, f"D2026-{rank + 118:06d}", "ASCENSEURS")


def postings(lease: str) -> list[Posting]:
    """Give the postings of a lease: rent calls and payments, the last call not yet paid."""
    posted = [_posting(lease, rank, paid=rank % 2 == 1) for rank in range(ENTRIES - 1)]
    return [*posted, _posting(lease, ENTRIES, paid=False)]


def _posting(lease: str, rank: int, *, paid: bool) -> Posting:
    cents = -410_25 if paid else 410_25
    kind = EntryKind.DIRECT_DEBIT if paid else EntryKind.RENT_CALL
    label = "Prélèvement automatique" if paid else "Appel de loyer et charges"
    booked_on = TODAY - timedelta(days=7 * (ENTRIES - rank))
    lines = (Line(lease_account(lease), cents), Line(f"{LANDLORD}:{lease}", -cents))
    return Posting(f"{kind.value}-{lease}-{rank:04d}", booked_on, kind, label, lines)


def balance_cents(lease: str) -> int:
    """Sum a lease's account."""
    account = lease_account(lease)
    return sum(line.cents for one in postings(lease) for line in one.lines if line.account == account)


# A file in each of its states, the accepted one last.
UPLOADS = (
    _upload(0),
    _upload(1, state=UploadState.CHECKING),
    _upload(2, state=UploadState.REFUSED, flaw=Flaw.ACTIVE),
    _upload(3, state=UploadState.ACCEPTED, key="uploads/9126/x.pdf", media_type="application/pdf"),
)
