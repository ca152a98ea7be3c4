"""What a row of each exchange file stands for, once its cells are read: an object of the domain.

A function takes the cells in the order of the file's layout; ``WrongRow`` names the cell that does not go
with the others.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.insurance import CertificateState, InsuranceCertificate
from chalicelib.domain.leases import CallLine, CallLineKind, Lease, Occupant, RentedUnit
from chalicelib.domain.ledger import EntryKind, LedgerEntry, call_entry
from chalicelib.domain.rent_papers import ChargeLine, paper_id
from chalicelib.domain.service_requests import RequestMessage, RequestState, ServiceRequest
from chalicelib.domain.tenants import Civility, Hold, Tenant

T = TypeVar("T")
ENTRY_PREFIX = "erp:"
LANDLORD_SIDE, TENANT_SIDE = "bailleur", "locataire"
END_BEFORE_START = "La fin ne peut pas précéder le début."
ONLY_A_CALL = "Seul un appel est celui d’un mois."
BEFORE_ITS_YEAR = "La régularisation d’une année n’est pas comptée avant cette année."
_ASKED = frozenset({CallLineKind.RENT, CallLineKind.SURCHARGE})
_DEDUCTED = frozenset({CallLineKind.HOUSING_BENEFIT, CallLineKind.SOLIDARITY_REDUCTION})


class WrongRow(ValueError):
    """A row whose cells do not go together; the rule is a French sentence."""

    def __init__(self, column: str, rule: str) -> None:
        super().__init__(rule)
        self.column = column
        self.rule = rule


class Row(NamedTuple, Generic[T]):
    """A row that was read: its line, the lease, tenant or address that it belongs to, and what it says."""

    line: int
    owner: str
    value: T


class Holder(NamedTuple):
    """A person who signed a lease: who they are, and from when to when."""

    tenant: Tenant
    hold: Hold


class CallRow(NamedTuple):
    """One line of the rent call of a month."""

    month_on: date
    due_on: date
    line: CallLine


@dataclass(frozen=True)
class CallEntry(LedgerEntry):
    """The entry of a month's rent call; ``unmonthed`` is the id of the same row when it names no month."""

    unmonthed: str = ""


class ChargeRow(NamedTuple):
    """One nature of charges in the statement of a year."""

    year: int
    booked_on: date
    line: ChargeLine


class PaperRow(NamedTuple):
    """A paper of the landlord's own; its document bears the name of the file that comes with the row."""

    reference: str
    document: Document


class Reply(NamedTuple):
    """One line of a request's thread."""

    number: str
    message: RequestMessage


class AgentRow(NamedTuple):
    """An agent's account, with the name and agency that go with it."""

    account: Account
    name: str
    agency: str


def lease(cells: tuple[Any, ...]) -> tuple[str, Lease]:
    """Make a lease of a row of ``baux.csv``; what hangs on it has files of its own."""
    number, residence, starts_on, ends_on, deposit_cents, billing_address = cells
    _in_order(starts_on, ends_on, "sortie")
    return number, Lease(number, residence, starts_on, ends_on, deposit_cents, billing_address)


def unit(cells: tuple[Any, ...]) -> tuple[str, RentedUnit]:
    """Make a rented unit of a row of ``locaux.csv``."""
    number, *rest = cells
    return number, RentedUnit(*rest)


def holder(cells: tuple[Any, ...]) -> tuple[str, Holder]:
    """Make a holder of a row of ``titulaires.csv``: a person, and the lease that they signed."""
    id, number, civility, first_name, last_name, since_on, until_on, *rest = cells
    _in_order(since_on, until_on, "fin")
    tenant = Tenant(id, civility or Civility.NONE, first_name, last_name, *rest)
    return id, Holder(tenant, Hold(number, since_on, until_on))


def occupant(cells: tuple[Any, ...]) -> tuple[str, Occupant]:
    """Make an occupant of a row of ``occupants.csv``."""
    number, *rest = cells
    made = Occupant(*rest)
    if made.since_on is not None:
        _in_order(made.since_on, made.until_on, "fin")
    return number, made


def entry(cells: tuple[Any, ...]) -> tuple[str, LedgerEntry]:
    """Make an account entry of a row of ``ecritures.csv``: a debit is owed by the tenant."""
    id, number, booked_on, kind, label, debit, credit, payment, month_on = cells
    if debit == "" and credit == "":
        raise WrongRow("debit", "Une écriture a un débit ou un crédit.")
    if debit != "" and credit != "":
        raise WrongRow("credit", "Une écriture n’a pas à la fois un débit et un crédit.")
    amount = debit if debit != "" else -credit
    if amount == 0:
        raise WrongRow("credit" if debit == "" else "debit", "Une écriture ne peut pas être de 0,00\u00a0€.")
    own_id = ENTRY_PREFIX + id
    if month_on is None:
        return number, LedgerEntry(own_id, booked_on, kind, label, amount, payment)
    if kind is not EntryKind.RENT_CALL:
        raise WrongRow("mois", ONLY_A_CALL)
    return number, CallEntry(call_entry(month_on), month_on, kind, label, amount, payment, own_id)


def call_line(cells: tuple[Any, ...]) -> tuple[str, CallRow]:
    """Make a line of a rent call of a row of ``avis.csv``."""
    number, month_on, due_on, kind, label, amount = cells
    if kind in _ASKED and amount < 0:
        raise WrongRow("montant", "Un loyer ou un supplément de loyer ne peut pas être négatif.")
    if kind in _DEDUCTED and amount > 0:
        raise WrongRow(
            "montant", "L’APL et la RLS diminuent l’avis\u00a0: leur montant ne peut pas être positif."
        )
    return number, CallRow(month_on, due_on, CallLine(kind, label, amount))


def charge_line(cells: tuple[Any, ...]) -> tuple[str, ChargeRow]:
    """Make a line of a charge statement of a row of ``regularisations.csv``."""
    number, year, label, building_cents, share_cents, provision_cents, booked_on = cells
    if booked_on < date(year, 1, 1):
        raise WrongRow("date", BEFORE_ITS_YEAR)
    return number, ChargeRow(year, booked_on, ChargeLine(label, building_cents, share_cents, provision_cents))


def paper(cells: tuple[Any, ...]) -> tuple[str, PaperRow]:
    """Make a paper of the landlord's of a row of ``documents.csv``; its size is known with its file."""
    reference, number, kind, title, issued_on, file, amount_cents, month_on = cells
    document = Document(
        id=paper_id(kind.value, issued_on, reference),
        lease=number,
        kind=DocumentKind(kind),
        title=title,
        issued_on=issued_on,
        key=f"landlord/{number}/{reference}.pdf",
        size_bytes=0,
        file_name=file,
        cents=amount_cents,
        month=f"{month_on:%Y-%m}" if month_on else "",
    )
    return number, PaperRow(reference, document)


def certificate(cells: tuple[Any, ...]) -> tuple[str, InsuranceCertificate]:
    """Make an insurance certificate of a row of ``attestations.csv``."""
    reference, number, insurer, policy_number, from_on, until_on, state, reason = cells
    _in_order(from_on, until_on, "fin")
    if (state is CertificateState.REFUSED) != bool(reason):
        raise WrongRow("motif", "Un refus a un motif, et lui seul.")
    made = InsuranceCertificate(reference, number, insurer, policy_number, from_on, until_on, state, reason)
    return number, made


def request(cells: tuple[Any, ...]) -> tuple[str, ServiceRequest]:
    """Make a request, without its thread, of a row of ``demandes.csv``."""
    number, tenant, lease_number, topic, detail, opened_at, state, handler, comment = cells
    made = ServiceRequest(
        number, tenant, lease_number, topic, detail, opened_at, RequestState(state), handler, comment
    )
    return tenant, made


def reply(cells: tuple[Any, ...]) -> tuple[str, Reply]:
    """Make a line of a request's thread of a row of ``messages.csv``."""
    number, tenant, at, author, said, attachment = cells
    if not said and not attachment:
        raise WrongRow("texte", "Un message a un texte ou une pièce jointe.")
    return tenant, Reply(number, RequestMessage(at, said, author == LANDLORD_SIDE, attachment))


def account(cells: tuple[Any, ...]) -> tuple[str, Account]:
    """Make a tenant's account of a row of ``comptes.csv``."""
    email, tenant, password_hash = cells
    return tenant, Account(email, Role.TENANT, tenant, password_hash)


def agent(cells: tuple[Any, ...]) -> tuple[str, AgentRow]:
    """Make an agent's account of a row of ``agents.csv``; the address is the agent's id."""
    email, name, agency, password_hash = cells
    return email, AgentRow(Account(email, Role.AGENT, email, password_hash), name, agency)


def _in_order(start: date, end: date | None, column: str) -> None:
    if end is not None and end < start:
        raise WrongRow(column, END_BEFORE_START)
