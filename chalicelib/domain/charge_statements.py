"""Charge statements (« décomptes de régularisation »): a year's charges by nature, on paper, once."""

from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Conflict
from chalicelib.domain.leases import Lease
from chalicelib.domain.outbox import QueuedMail, queued_mail
from chalicelib.domain.paper_desk import Draft, PaperDesk, make_paper, named
from chalicelib.domain.paper_values import charge_statement_values
from chalicelib.domain.rent_notices import TRIES, Outcome
from chalicelib.domain.rent_papers import (
    ChargeStatement,
    ChargeStatementPaper,
    ChargeStatements,
    are_known,
    paper_number,
)
from chalicelib.domain.tenants import Tenant


@dataclass(frozen=True)
class StatementDesk(PaperDesk):
    """What making charge statements needs."""

    store: ChargeStatements


def issue_statement(desk: StatementDesk, lease: str, year: int, now: datetime) -> Outcome:
    """Make the paper of a year's charges with its mails, once; ``Conflict`` if it does not stand still."""
    for _ in range(TRIES):
        case = desk.store.case(lease, year)
        if case is None:
            desk.store.forget(lease, year)
            return Outcome.NOTHING
        statement, contract, holders, paper, known = case
        if paper:
            return Outcome.ALREADY
        if not are_known(contract, holders):
            return Outcome.NOTHING
        if problem := check(statement, contract, holders):
            if problem != known:  # before it is written: who dies between is followed by one who tells it
                raise_alarm(Alarm.PAPER_REFUSED, lease=lease, year=year, reason=problem)
            desk.store.tell_problem(lease, year, problem)
            return Outcome.REFUSED
        made = _made(desk, statement, contract, holders, now)
        if desk.store.issue(statement, made, _mails(statement, contract, holders, made, now)):
            return Outcome.MADE
    raise Conflict(lease)


def check(statement: ChargeStatement, lease: Lease, holders: tuple[Tenant, ...]) -> str | None:
    """Say why no right paper can be made of a statement, in words for an agent; nothing if one can."""
    if not holders:
        return "Le contrat n’a pas de titulaire."
    if not statement.lines:
        return "Le décompte n’a aucune ligne."
    if lease.starts_on > date(statement.year, 12, 31) or lease.is_over(date(statement.year, 1, 1)):
        return f"Le contrat ne courait pas en {statement.year}."
    for line in statement.lines:
        if line.building_cents is not None and line.share_cents > max(line.building_cents, 0):
            return f"La part du locataire dépasse le coût de l’immeuble\u00a0: «\u00a0{line.label}\u00a0»."
    return None


def balance_word(cents: int) -> str:
    """Say which way the balance of a statement goes."""
    if cents == 0:
        return "rien à payer"
    return "à payer" if cents > 0 else "en votre faveur"


def _made(
    desk: StatementDesk,
    statement: ChargeStatement,
    lease: Lease,
    holders: tuple[Tenant, ...],
    now: datetime,
) -> Document:
    number = paper_number("C", str(statement.year), lease.number)
    paper = ChargeStatementPaper(number, lease, holders, statement, french.today(now))
    draft = Draft(
        kind=DocumentKind.CHARGE_STATEMENT,
        number=number,
        lease=lease.number,
        title=f"Décompte de charges {statement.year}",
        issued_on=paper.issued_on,
        cents=statement.balance_cents,
    )
    return make_paper(desk, draft, "charge_statement", charge_statement_values(desk.landlord, paper), now)


def _mails(
    statement: ChargeStatement, lease: Lease, holders: tuple[Tenant, ...], paper: Document, now: datetime
) -> list[QueuedMail]:
    said = {
        "year": str(statement.year),
        "balance": french.euros(abs(statement.balance_cents)),
        "word": balance_word(statement.balance_cents),
        "booked_on": french.day(statement.booked_on),
        "lease": lease.title,
        "path": paper.path,
    }
    name = named(lease.number, paper.number)
    return [queued_mail(name, holder.id, "charge_statement", said, now) for holder in holders]
