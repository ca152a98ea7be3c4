"""Paiement: what is owed, what was booked, paying by card, and what came of it."""

from datetime import date, timedelta
from enum import StrEnum

from chalicelib.domain.collection import AlreadyPaid, NothingDue, Order, renounce, start, sync
from chalicelib.domain.errors import InvalidForm, Refused, Unavailable
from chalicelib.domain.ledger import LeaseAccount, with_running_balance
from chalicelib.domain.mail_health import BadAddress, mailbox
from chalicelib.domain.money import cents_from
from chalicelib.domain.payments import ID_SHAPE, Payment, PaymentStatus
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Leave, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
SHOWN_AT_FIRST = timedelta(days=365)
DONE_BEFORE = "deja"


class AmountChoice(StrEnum):
    """What to pay."""

    BALANCE = "solde"
    OTHER = "autre"


@site.page("/paiement")
def show_account(visit: Visit) -> Answer:
    """Show a lease's balance and its entries, of the last twelve months or of one year."""
    if not visit.holds:
        return Page("payments/none.html")
    lease = visit.lease(visit.query.get("contrat", ""))
    hold = next(hold for hold in visit.holds if hold.lease == lease)
    years = list(range(visit.today.year, hold.since_on.year - 1, -1))
    year = _year(visit.query.get("annee", ""), years)
    since = max(date(year, 1, 1) if year else visit.today - SHOWN_AT_FIRST, hold.since_on)
    account, entries = portal().ledger.statement(lease, since)
    rows = [row for row in with_running_balance(account, entries) if not year or row.booked_on.year == year]
    return Page(
        "payments/account.html",
        {
            "account": account,
            "leases": [hold.lease for hold in visit.holds],
            "in_progress": account.pending,
            "rows": rows,
            "years": years,
            "year": year,
        },
    )


@site.page("/paiement/payer")
def show_order(visit: Visit) -> Answer:
    """Ask how much to pay."""
    lease = visit.lease(visit.query.get("contrat", ""))
    account = portal().ledger.account(lease)
    if not account.is_payable:
        return _nothing_due(account.balance_cents)
    return Page("payments/pay.html", {"account": account, "form": {}, "error": None})


@site.form("/paiement")
def send_order(visit: Visit) -> Answer:
    """Record the payment and go to the provider's page; a second click goes to the same page."""
    lease = visit.lease(visit.text("contrat"))
    try:
        cents = _amount(visit)
        order = Order(
            lease,
            visit.signed_in.tenant.id,
            visit.signed_in.email,
            cents,
            portal().landlord.largest_payment_cents,
        )
        payment = start(portal().collection, order, visit.now)
    except AlreadyPaid as done:
        return SeeOther(f"/paiement/{done.payment.id}?{DONE_BEFORE}=1")
    except NothingDue:
        return _nothing_due(portal().ledger.account(lease).balance_cents)
    except Refused as error:
        values = {
            "account": portal().ledger.account(lease),
            "form": visit.form,
            "error": error if isinstance(error, InvalidForm) else InvalidForm({"montant": error.reason}),
        }
        return Page("payments/pay.html", values, 422)
    return Leave(payment.address) if payment.address else SeeOther(f"/paiement/{payment.id}")


@site.page("/paiement/{id}")
def show_payment(visit: Visit, id: str) -> Answer:
    """Show what became of a payment; one that is not final is looked up at the provider first.

    What the address says is not believed: coming here books nothing that the provider does not confirm.
    """
    payment, account, trouble = _mine(visit, id, visit.signed_in.email)
    if not payment.is_final:
        payment, account = _looked_up(visit, payment, account)
    mailed = trouble is None and _is_written_to(visit, payment)
    return _result(payment, account, done_before=DONE_BEFORE in visit.query, mailed=mailed)


@site.form("/paiement/{id}/renoncer")
def give_up_payment(visit: Visit, id: str) -> Answer:
    """Close the provider's page of a payment."""
    payment, *_ = _mine(visit, id)
    renounce(portal().collection, payment.id, visit.now)
    return SeeOther(f"/paiement/{id}")


def _looked_up(visit: Visit, payment: Payment, account: LeaseAccount) -> tuple[Payment, LeaseAccount]:
    """Ask the provider what became of a payment; while it does not answer, what is recorded still holds."""
    try:
        seen = sync(portal().collection, payment.id, visit.now, payment)
    except Unavailable:
        return payment, account
    return seen, account if seen.version == payment.version else portal().ledger.account(seen.lease)


def _mine(visit: Visit, id: str, email: str = "") -> tuple[Payment, LeaseAccount, BadAddress | None]:
    leases = [hold.lease for hold in visit.holds]
    return portal().payments.of_leases(visit.of_shape(id, ID_SHAPE), leases, email)


def _is_written_to(visit: Visit, payment: Payment) -> bool:
    """Tell whether the mail of a payment goes to who looks at it, and not to a co-holder of the lease."""
    return bool(payment.email) and mailbox(payment.email) == mailbox(visit.signed_in.email)


def _year(asked: str, years: list[int]) -> int | None:
    return next((year for year in years if str(year) == asked), None)


def _amount(visit: Visit) -> int | None:
    if visit.form.get("choix") not in set(AmountChoice):
        raise InvalidForm({"choix": "Choisissez le solde ou un autre montant."})
    if visit.choice("choix", AmountChoice) is AmountChoice.BALANCE:
        return None
    typed = visit.text("montant")
    if not typed:
        raise InvalidForm({"montant": "Indiquez le montant que vous voulez payer."})
    return cents_from(typed)


def _nothing_due(balance_cents: int) -> Page:
    values = {"payment": None, "state": "nothing_due", "ticket_path": None, "resume_path": None}
    return Page("payments/result.html", {**values, "balance_cents": balance_cents})


def _result(payment: Payment, account: LeaseAccount, *, done_before: bool, mailed: bool) -> Page:
    state = payment.status.value
    if payment.status is PaymentStatus.CREATED:
        state = PaymentStatus.OPEN.value
    if payment.status is PaymentStatus.PAID and done_before:
        state = "already_paid"
    return Page(
        "payments/result.html",
        {
            "payment": payment,
            "state": state,
            "ticket_path": f"/documents/{payment.lease}/{payment.ticket}" if payment.ticket else None,
            "resume_path": payment.address or None,
            "balance_cents": account.balance_cents,
            "mailed": mailed,
        },
    )
