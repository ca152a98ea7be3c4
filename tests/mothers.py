"""Mothers: makers of tenants, leases, requests and books, alone or all together in the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.insurance import CertificateState, Cover, InsuranceCertificate, Sent, cover_of
from chalicelib.domain.leases import CallLine, CallLineKind, Lease, Occupant, RentCall, RentedUnit, UnitKind
from chalicelib.domain.ledger import LANDLORD, EntryKind, Line, Posting, lease_account
from chalicelib.domain.payments import Payment
from chalicelib.domain.service_requests import RequestMessage, RequestState, ServiceRequest
from chalicelib.domain.tenants import Civility, Hold, Tenant
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.domain.uploads import Flaw, Purpose, Upload, UploadState
from chalicelib.gateways.passwords import Argon2Passwords
from chalicelib.storage.accounts import account_items
from chalicelib.storage.insurance import certificate_item, cover_item
from chalicelib.storage.leases import call_item, lease_items
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.table import Item
from chalicelib.storage.tenants import hold_item, profile_item
from chalicelib.storage.timeline import action_item
from tests.visitors import PASSWORD

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ELOISE, FRANCOIS_XAVIER, NADEGE = "9126-1", "9127-1", "9128-1"
ELOISES_LEASE, FRANCOIS_XAVIERS_LEASE, NADEGES_LEASE = "9126", "9127", "9128"
OWED_CENTS = 486_32


def a_tenant(id: str = ELOISE, **changes: str) -> Tenant:
    tenant = Tenant(
        id,
        Civility.MADAM,
        "Éloïse",
        "D’Aubigné-Lefèvre",
        email=f"{id}@demo.example",
        mobile_phone="06 12 34 56 78",
        benefit_number="4127093",
        employment="Salarié",
        occupation="Infirmière",
    )
    return replace(tenant, **changes)  # type: ignore[arg-type]


def a_hold(lease: str = ELOISES_LEASE, until_on: date | None = None) -> Hold:
    return Hold(lease, date(2021, 3, 1), until_on)


def a_unit(kind: UnitKind = UnitKind.DWELLING, reference: str = "A-12") -> RentedUnit:
    address = ("Résidence des Tamaris, apt 12", "3, rue des Voiliers", "17300 Rochefort")
    return RentedUnit(reference, kind, address, "T3, 2e étage", 412_18, 74_14)


def a_lease(number: str = ELOISES_LEASE, holders: Sequence[str] = (ELOISE,)) -> Lease:
    return Lease(
        number=number,
        residence="Les Tamaris",
        starts_on=date(2021, 3, 1),
        ends_on=None,
        deposit_cents=412_18,
        billing_address=("3, rue des Voiliers", "17300 Rochefort"),
        holders=tuple(holders),
        units=(a_unit(), a_unit(UnitKind.PARKING, "P-04")),
        occupants=(Occupant("o-1", "Louis D’Aubigné", date(2015, 5, 4), "Enfant", date(2021, 3, 1)),),
    )


def a_certificate(
    lease: str = ELOISES_LEASE,
    until_on: date = date(2026, 10, 31),
    state: CertificateState = CertificateState.ACCEPTED,
    reference: str = "c-1",
    from_on: date | None = None,
) -> InsuranceCertificate:
    began = from_on or until_on - timedelta(days=365)
    return InsuranceCertificate(reference, lease, "Assurances du Littoral", "POL-77", began, until_on, state)


def a_certificate_sent(tenant: str = ELOISE) -> InsuranceCertificate:
    """Give one that the tenant sent here, and that waits for an agent."""
    id = "A" * 22
    file = f"uploads/{ELOISES_LEASE}/{id}.jpg"
    sent = Sent(tenant, "Mme Éloïse", f"{tenant}@demo.example", NOW, file, "attestation.jpg", "image/jpeg")
    made = a_certificate(state=CertificateState.TO_CHECK, reference=f"p{id}", until_on=date(2027, 10, 31))
    return replace(made, sent=sent)


def a_request(
    number: str = "D2026-000123",
    tenant: str = ELOISE,
    state: RequestState = RequestState.IN_PROGRESS,
    lease: str = ELOISES_LEASE,
    days_ago: int = 3,
) -> ServiceRequest:
    opened_at = NOW - timedelta(days=days_ago)
    thread = (RequestMessage(opened_at + timedelta(hours=5), "Nous passons jeudi.", from_landlord=True),)
    return ServiceRequest(
        number,
        tenant,
        lease,
        "DEMANDE D’INTERVENTION TECHNIQUE (DIT)",
        "ASCENSEURS",
        opened_at,
        state,
        handler="Agence de Rochefort",
        comment="L’ascenseur s’arrête entre deux étages.",
        thread=thread,
    )


def a_posting(
    lease: str = ELOISES_LEASE,
    cents: int = OWED_CENTS,
    id: str = "appel",
    booked_on: date = date(2026, 11, 1),
    label: str = "Avis d’échéance de novembre 2026",
) -> Posting:
    lines = (Line(lease_account(lease), cents), Line(f"{LANDLORD}:{lease}", -cents))
    return Posting(f"{id}-{lease}", booked_on, EntryKind.RENT_CALL, label, lines)


def a_payment(id: str = "4f9a2c01" + "0" * 24, lease: str = ELOISES_LEASE, cents: int = 100_00) -> Payment:
    return Payment(id, lease, ELOISE, "9126-1@demo.example", cents, NOW)


def an_upload(id: str = "A" * 22, tenant: str = ELOISE, **changes: Any) -> Upload:
    facts = {"number": "D2026-000123"}
    made = Upload(id, tenant, ELOISES_LEASE, Purpose.REQUEST, facts, NOW, f"{tenant}@demo.example")
    return replace(made, **changes)


def a_refused_upload(id: str = "R" * 22) -> Upload:
    return an_upload(id, state=UploadState.REFUSED, flaw=Flaw.ACTIVE, settled_at=NOW, told_at=NOW)


def a_document(lease: str = ELOISES_LEASE, mark: str = "a", on: date = TODAY) -> Document:
    id = f"ticket-{on:%Y-%m-%d}-{mark * 32}"
    return Document(
        id,
        lease,
        DocumentKind.PAYMENT_TICKET,
        "Ticket de paiement de 100,00\u00a0€",
        on,
        f"tickets/{lease}/{mark * 32}.pdf",
        34_567,
        "ticket-T-261123.pdf",
    )


def a_call(lease: str = ELOISES_LEASE, month_on: date = date(2026, 11, 1)) -> RentCall:
    lines = (
        CallLine(CallLineKind.RENT, "Loyer", 412_18),
        CallLine(CallLineKind.CHARGES, "Charges | eau", 74_14),
        CallLine(CallLineKind.HOUSING_BENEFIT, "APL", -120_00),
    )
    return RentCall(lease, month_on, month_on.replace(day=5), lines)


def an_action(days_ago: int = 1, subject: str = "D2026-000123") -> TimelineEvent:
    at = NOW - timedelta(days=days_ago)
    return TimelineEvent(at, Action.REQUEST_SENT, subject, "ASCENSEURS")


def an_account(tenant: str = ELOISE, email: str = "", role: Role = Role.TENANT) -> Account:
    return Account(email or f"{tenant}@demo.example", role, tenant, hashed(PASSWORD))


@cache
def hashed(password: str) -> str:
    """Hash a password once for all the tests: the function is slow on purpose."""
    return Argon2Passwords().hash(password)


def put(*items: Item) -> None:
    """Write items in the table."""
    with Item.batch_write() as batch:
        for item in items:
            batch.save(item)


@dataclass(frozen=True)
class Household:
    """Who lives somewhere and what hangs on it, as the table knows them."""

    tenant: Tenant
    leases: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.tenant.id}@demo.example"


def settle_in(
    tenant: Tenant,
    leases: Sequence[str] = (ELOISES_LEASE,),
    *,
    owed_cents: int = OWED_CENTS,
    requests: Iterable[ServiceRequest] = (),
    actions: Iterable[TimelineEvent] = (),
    certificates: Iterable[InsuranceCertificate] = (),
    has_account: bool = True,
) -> Household:
    """Write a whole tenant: profile, account, leases with books and insurance, requests, timeline."""
    asked, known = list(requests), list(certificates)
    items: list[Item] = [profile_item(tenant, len(asked))]
    items += account_items(an_account(tenant.id)) if has_account else []
    for lease in leases:
        items += [hold_item(tenant.id, a_hold(lease)), *lease_items(a_lease(lease, (tenant.id,)))]
        items += [call_item(a_call(lease)), cover_item(cover_for(lease, known), TODAY)]
    items += [certificate_item(one) for one in known]
    for request in asked:
        whole, short = request_items(request)
        items += [whole, short] if request.is_open else [whole]
    put(*items, *(action_item(tenant.id, action) for action in actions))
    for lease in leases:
        if owed_cents:
            DynamoLedger().post(a_posting(lease, owed_cents))
    return Household(tenant, tuple(leases))


def cover_for(lease: str, certificates: Iterable[InsuranceCertificate]) -> Cover:
    return cover_of(lease, [one for one in certificates if one.lease == lease])


def eloise() -> Household:
    """Settle in the tenant of the demonstration: expired insurance, one request open, something owed."""
    return settle_in(
        a_tenant(),
        requests=[a_request(), a_request("D2025-000099", state=RequestState.DONE, days_ago=200)],
        actions=[an_action()],
        certificates=[a_certificate()],
    )


def francois_xavier(**changes: str) -> Household:
    """Settle in somebody who has no account yet, and whom the landlord has no address of."""
    tenant = a_tenant(
        FRANCOIS_XAVIER,
        civility=Civility.SIR,
        first_name="François-Xavier",
        last_name="Noël-Bäcker",
        email="",
    )
    return settle_in(replace(tenant, **changes), (FRANCOIS_XAVIERS_LEASE,), has_account=False)  # type: ignore[arg-type]


def nadege() -> Household:
    """Settle in a neighbour, who has nothing to do with Éloïse."""
    return settle_in(
        a_tenant(NADEGE, first_name="Nadège", last_name="Okonkwo-Berthelot"),
        (NADEGES_LEASE,),
        owed_cents=123_45,
        requests=[a_request("D2026-000777", NADEGE, lease=NADEGES_LEASE)],
        certificates=[a_certificate(NADEGES_LEASE, date(2027, 6, 30), reference="c-9")],
    )
