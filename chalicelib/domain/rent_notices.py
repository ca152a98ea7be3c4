"""Rent notices (« avis d'échéance »): of each month's rent call a paper, an entry, and a mail to each holder.

All of it is there at once, or none: made twice, it is there once.  A call of which no right paper can be made
is told to the agents, never printed; it waits for its correction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Conflict
from chalicelib.domain.leases import CallLineKind, Lease, RentCall
from chalicelib.domain.ledger import EntryKind, LedgerEntry, call_entry
from chalicelib.domain.outbox import QueuedMail, queued_mail
from chalicelib.domain.paper_desk import Draft, PaperDesk, make_paper, named
from chalicelib.domain.paper_values import rent_notice_values, transfer_reference
from chalicelib.domain.rent_papers import (
    NoticeCase,
    RentNotice,
    RentNotices,
    are_known,
    paper_number,
    stay_of,
)

TRIES = 6
_DEDUCTED = frozenset({CallLineKind.HOUSING_BENEFIT, CallLineKind.SOLIDARITY_REDUCTION})


class Outcome(StrEnum):
    """What became of a paper that was to be made."""

    MADE = "made"
    ALREADY = "already"
    REFUSED = "refused"
    NOTHING = "nothing"


@dataclass(frozen=True)
class NoticeDesk(PaperDesk):
    """What making rent notices needs."""

    store: RentNotices


def issue_notice(desk: NoticeDesk, lease: str, month_on: date, now: datetime) -> Outcome:
    """Make a month's notice with its entry and mails, once; ``Conflict`` if the books do not stand still."""
    for _ in range(TRIES):
        case = desk.store.case(lease, month_on)
        if case is None:
            return Outcome.NOTHING
        if case.notice:
            return Outcome.ALREADY
        if not are_known(case.lease, case.holders):
            return Outcome.NOTHING
        if problem := check(case):
            if (
                problem != case.problem
            ):  # before it is written: who dies between is followed by one who tells it
                raise_alarm(Alarm.PAPER_REFUSED, lease=lease, month=f"{month_on:%Y-%m}", reason=problem)
            desk.store.tell_problem(lease, month_on, problem)
            return Outcome.REFUSED
        paper = _made(desk, case, now)
        if desk.store.issue(case, paper, _mails(case, paper, now)):
            return Outcome.MADE
    raise Conflict(lease)


def check(case: NoticeCase) -> str | None:
    """Say why no right notice can be made of a call, in words for an agent; nothing if one can."""
    if not case.holders:
        return "Le contrat n’a pas de titulaire."
    if problem := trouble(case.call, case.lease):
        return problem
    if case.booked_cents is not None and case.booked_cents != case.call.cents:
        booked, called = french.euros(case.booked_cents), french.euros(case.call.cents)
        return f"Les écritures demandent {booked} pour ce mois, l’appel de loyer {called}."
    return None


def trouble(call: RentCall, lease: Lease) -> str | None:
    """Say what is wrong with a call by itself; a negative sum is right, it is in the tenant's favour."""
    if not call.lines:
        return "L’appel de loyer n’a aucune ligne."
    if all(line.kind in _DEDUCTED for line in call.lines):
        return "L’appel de loyer ne demande rien\u00a0: il n’a que des déductions (APL, RLS)."
    if stay_of(lease, call.month_on) is None:
        if lease.is_over(call.month_on):
            return "Le contrat est terminé avant le mois de l’appel de loyer."
        return "Le contrat commence après le mois de l’appel de loyer."
    return None


def asking(call: RentCall, entries: Iterable[LedgerEntry]) -> LedgerEntry | None:
    """Find the entry that asks for a call: the one that names its month, or else one that asks for the same.

    Software that does not name the month books it in the month.  Of several alike it is the last one: the
    month is not asked for again, nor is it settled before all of them are.
    """
    name, alike = call_entry(call.month_on), []
    for entry in entries:
        if entry.kind is EntryKind.RENT_CALL and entry.id == name:
            return entry
        if entry.kind is EntryKind.RENT_CALL and _is_alike(entry, call):
            alike.append(entry)
    return max(alike, key=lambda entry: (entry.booked_on, entry.id), default=None)


def _is_alike(entry: LedgerEntry, call: RentCall) -> bool:
    names_none = entry.id != call_entry(entry.booked_on)
    in_month = entry.booked_on.replace(day=1) == call.month_on.replace(day=1)
    return names_none and in_month and entry.cents == call.cents


def _made(desk: NoticeDesk, case: NoticeCase, now: datetime) -> Document:
    notice = _notice(case, french.today(now))
    values = rent_notice_values(desk.landlord, notice, _transfer(desk, notice))
    draft = Draft(
        kind=DocumentKind.RENT_NOTICE,
        number=notice.number,
        lease=case.lease.number,
        title=f"Avis d’échéance {french.of_month(case.call.month_on)}",
        issued_on=notice.issued_on,
        cents=notice.to_pay_cents,
        month=f"{case.call.month_on:%Y-%m}",
    )
    return make_paper(desk, draft, "rent_notice", values, now)


def _notice(case: NoticeCase, today: date) -> RentNotice:
    stay = stay_of(case.lease, case.call.month_on)
    if stay is None:
        raise Conflict(case.lease.number)
    return RentNotice(
        number=paper_number("A", f"{case.call.month_on:%Y-%m}", case.lease.number),
        lease=case.lease,
        holders=case.holders,
        call=case.call,
        stay=stay,
        balance_before_cents=case.balance_before_cents,
        issued_on=today,
    )


def _transfer(desk: NoticeDesk, notice: RentNotice) -> str:
    """Draw the transfer that pays a notice; nothing if there is nothing to pay, or no account."""
    landlord, cents = desk.landlord, notice.to_pay_cents
    text = transfer_reference(notice.lease, notice.call.month_on)
    if not landlord.iban or not cents:
        return ""
    return desk.qr.sepa(landlord.creditor_name, landlord.iban, landlord.bic, cents, text)


def _mails(case: NoticeCase, paper: Document, now: datetime) -> list[QueuedMail]:
    said = {
        "month": french.month(case.call.month_on),
        "amount": french.euros(paper.cents or 0),
        "due_on": french.day(case.call.due_on),
        "lease": case.lease.title,
        "path": paper.path,
    }
    name = named(case.lease.number, paper.number)
    return [queued_mail(name, holder.id, "rent_notice", said, now) for holder in case.holders]
