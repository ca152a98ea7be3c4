"""The journeys of a home in a month, each counted on the running portal (« parcours »).

A journey that comes later joins with one line of ``MONTH``: how often, and the function that makes it.  One
that does not exist yet is stood in for by one that does, and says so.

What the month brings to all homes at once (notices, the receipts looked at after them, their mails) runs for
``HOMES_PER_RUN`` homes in one: a home has its own reads, writes and time, and its share of the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from benchmarks import household
from benchmarks.assumptions import HOMES_PER_RUN
from benchmarks.browser import address_of, token_of
from benchmarks.prices import Unit
from benchmarks.scene import Scene
from benchmarks.usage import Usage, UsageMeter
from chalicelib.domain.consents import Consent, Decision
from chalicelib.domain.leases import CallLine, CallLineKind, RentCall
from chalicelib.domain.monthly_run import Home as Of
from chalicelib.domain.monthly_run import Part, Pile, batch, month_after
from chalicelib.storage.consents import consent_item
from chalicelib.storage.leases import call_item
from chalicelib.storage.parts import part_of

LEASE, TENANT = household.LEASE_NUMBERS[0], household.TENANT.id
LINES = (
    CallLine(CallLineKind.RENT, "Loyer", 312_48),
    CallLine(CallLineKind.CHARGES, "Provision pour charges", 97_77),
)
WHO = {"identifiant": household.TENANT.email, "mot-de-passe": household.PASSWORD}
_days = count(1)


class Home:
    """A home on the running portal, and the meter."""

    def __init__(self, scene: Scene) -> None:
        from chalicelib.portal import set_clock

        self._scene = scene
        set_clock(lambda: scene.till.now)
        self.meter = UsageMeter()
        self.browser, self.till = scene.browser, scene.till
        self.month_on = household.TODAY.replace(day=1)
        consent_item(Consent(LEASE, TENANT, (Decision(household.NOW, agreed=True),))).save()
        self._owe()
        with self.counting():  # so that what waits for other homes is sent without a pause
            self.pay()
            self.till.issue()
            self.mail()

    def _owe(self) -> None:
        """Have something to pay, whatever was measured before."""
        from chalicelib.portal import portal

        last = household.postings(LEASE)[-1]
        assert portal().ledger.post(replace(last, id=f"{last.id}-again", booked_on=household.TODAY))

    @contextmanager
    def counting(self) -> Iterator[Usage]:
        """Count what functions use within."""
        with self.meter.counting() as usage:
            yield usage

    def go_home(self) -> None:
        """Sign out; the browser keeps the cookies that this leaves it: it is the same telephone each time."""
        self.browser.post("/deconnexion", token_of(str(self.browser.get("/contacts")["body"])))
        assert "/connexion" in address_of(self.browser.get("/"))

    def begin_month(self) -> None:
        """Let the next month begin, and sign in anew."""
        self.month_on = month_after(self.month_on)
        self.till.wait_until(self.month_on + timedelta(days=1))
        self.go_home()
        self.browser.sign_in()

    def call_rent(self) -> None:
        """Write the month's rent call as the landlord's import does."""
        with self.meter.beside():
            call_item(RentCall(LEASE, self.month_on, self.month_on.replace(day=5), LINES), waits=True).save()

    def run(self, pile: Pile, month_on: date | None = None) -> None:
        """Have the papers of a pile made, with those of other homes: a message for the part, one for them."""
        from chalicelib.portal import portal

        part = Part(pile, part_of(LEASE), month_on)
        portal().paper_work.share_out([batch(part, [Of(LEASE)])])
        with self.meter.shared(HOMES_PER_RUN):
            with self.meter.running("issue_papers"):
                self.meter.message()
            self.meter.message()
            assert self.till.run() == 1

    def mail(self, homes: float = 1) -> None:
        """Send the mails of a run that has those of so many homes, and hear of ours from SES."""
        from chalicelib.portal import portal

        self.meter.receipts.clear()
        portal().paper_work.send_mails([part_of(TENANT)])
        with self.meter.shared(homes):
            self.meter.message()
            assert self.till.mail() == 1
        for receipt in self.meter.receipts:
            told = self.till.tell(receipt)
            self.meter.one_by_one("record_mail_events", told)
            for _ in range(told):
                self.meter.message()

    def make_notice(self) -> None:
        """Print the month's notice, book its entry, and queue its mail."""
        self.run(Pile.NOTICES, self.month_on)

    def tell_of_notice(self) -> None:
        """Look at the receipts after the entry, and send the notice's mail."""
        self.run(Pile.RECEIPTS)
        self.mail(HOMES_PER_RUN)

    def pay(self) -> None:
        """Pay all that is owed, and have it booked; ticket and receipt wait to be made."""
        self.payment = self.till.order(LEASE)
        for bell in self.till.pay():
            self.browser.send(bell)
        self.till.work()

    @property
    def last_paper(self) -> str:
        """Give the address of the paper that was made last."""
        return f"/documents/{LEASE}/{self._scene.document_of(self.payment)}"


def page(home: Home) -> Usage:
    """Look at the home page."""
    with home.counting() as usage:
        home.browser.get("/")
    return usage


def sign_in(home: Home) -> Usage:
    """Send the sign-in form."""
    home.go_home()
    form = str(home.browser.get("/connexion")["body"])
    with home.counting() as usage:
        home.browser.post("/connexion", token_of(form), **WHO)
    return usage


def visit(home: Home) -> Usage:
    """Come by without being remembered, and look at six pages, one of them the sign-in, one a paper."""
    home.go_home()
    with home.counting() as usage:
        home.browser.sign_in()
        for target in ("/", "/paiement", "/documents", "/demandes", home.last_paper):
            home.browser.get(target)
        home.meter.downloads()
    return usage


def visit_and_pay(home: Home) -> Usage:
    """Come by and pay: six pages, the order, Stripe's bells, the books, ticket, quittance and their mails.

    Payments come one by one, so the ticket, the receipts and the quittance's mail have a run each.
    """
    owe_a_month(home)
    home.go_home()
    with home.counting() as usage:
        home.browser.sign_in()
        for target in ("/", "/paiement"):
            home.browser.get(target)
        home.payment = home.till.order(LEASE)
        bells = home.till.pay()
        home.browser.get(f"/paiement/{home.payment}")
        for bell in bells:
            home.browser.send(bell)
        home.meter.one_by_one("sync_payments", home.till.work())
        home.meter.one_by_one("issue_documents", home.till.issue())
        home.mail()
        home.browser.get("/documents")
    assert (usage.units[Unit.PUT], usage.units[Unit.MAIL]) == (2, 2), "a ticket and a quittance"
    return usage


def owe_a_month(home: Home) -> Usage:
    """Begin a month: the rent call, the notice with its entry, the receipts looked at, the mail."""
    home.begin_month()
    with home.counting() as usage:
        home.call_rent()
        home.make_notice()
        home.tell_of_notice()
    assert (usage.units[Unit.PUT], usage.units[Unit.MAIL]) == (1, 1), "a notice"
    return usage


def rent_notice(home: Home) -> Usage:
    """Get the month's notice, and pay it some other time."""
    usage = owe_a_month(home)
    settle(home)
    return usage


def notice_alone(home: Home) -> Usage:
    """Make the month's notice, and nothing around it."""
    home.begin_month()
    home.call_rent()
    with home.counting() as usage:
        home.make_notice()
    with home.counting():
        home.tell_of_notice()
    settle(home)
    return usage


def settle(home: Home) -> Usage:
    """Make the ticket and the quittance of a payment, and nothing around them."""
    home.pay()
    with home.counting() as usage:
        home.meter.one_by_one("issue_documents", home.till.issue())
    with home.counting():
        home.mail()
    return usage


def payment_papers(home: Home) -> Usage:
    """Make the ticket and the quittance of a month's payment."""
    owe_a_month(home)
    return settle(home)


def request(home: Home) -> Usage:
    """Send a request and read the answer: two pages and a form for the tenant, the same for the agent."""
    from chalicelib.storage.service_requests import request_items
    from chalicelib.storage.timeline import action_item

    asked, action = household.requests()[-1], household.actions()[1]
    number = f"D2026-{next(_days):06d}"
    token = token_of(str(home.browser.get("/demandes")["body"]))
    with home.counting() as usage:
        for _ in ("the tenant", "the agent"):
            home.browser.get("/demandes")
            home.browser.post("/preferences/texte", token, taille="plus", retour="/")
            home.browser.get(f"/demandes/{asked.number}")
        with home.meter.running("sync_payments"):
            for item in (*request_items(replace(asked, number=number)), action_item(asked.tenant, action)):
                item.save()
                item.save()  # once sent, once answered
        usage.add(Unit.MAIL)
    return usage


@dataclass(frozen=True)
class Journey:
    """A journey, how often a home makes it in a month, and what it stands in for if it is not there yet."""

    name: str
    times: float
    made: Callable[[Home], Usage]
    modelled: str = ""


MONTH = (
    Journey("visit", 3, visit),
    Journey("visit with a payment", 1, visit_and_pay),
    Journey("rent notice", 1, rent_notice),
    Journey("request", 0.2, request, modelled="its items, and forms that are there"),
)
