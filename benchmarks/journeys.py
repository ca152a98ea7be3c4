"""The journeys of a home in a month, each counted on the running portal (« parcours »).

A journey that comes later joins with one line of ``MONTH``: how often, and the function that makes it.  One
that does not exist yet is stood in for by one that does, and says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from benchmarks import household
from benchmarks.assumptions import REQUESTS_PER_MESSAGE
from benchmarks.browser import address_of, token_of
from benchmarks.prices import Unit
from benchmarks.scene import Scene
from benchmarks.usage import Usage, UsageMeter

LEASE = household.LEASE_NUMBERS[0]
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
        self.owe()
        self.pay()
        self.till.issue()

    @contextmanager
    def counting(self) -> Iterator[Usage]:
        """Count what functions use within."""
        with self.meter.counting() as usage:
            yield usage

    def go_home(self) -> None:
        """Sign out; the browser keeps the cookies that this leaves it: it is the same telephone each time."""
        self.browser.post("/deconnexion", token_of(str(self.browser.get("/contacts")["body"])))
        assert "/connexion" in address_of(self.browser.get("/"))

    def owe(self) -> None:
        """Call the rent of another month."""
        from chalicelib.portal import portal

        day = next(_days)
        last = household.postings(LEASE)[-1]
        booked_on = household.TODAY + timedelta(days=day)
        assert portal().ledger.post(replace(last, id=f"{last.id}-{day}", booked_on=booked_on))

    def pay(self) -> None:
        """Pay all that is owed, and have it booked; the ticket waits to be made."""
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
    """Come by and pay: six pages, the order, Stripe's bells, the books, the ticket and its mail."""
    home.owe()
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
        home.browser.get("/documents")
    return usage


def rent_call(home: Home) -> Usage:
    """Book a month's rent."""
    with home.counting() as usage, home.meter.running("sync_payments"):
        home.owe()
    home.pay()
    home.till.issue()
    return usage


def paper(home: Home) -> Usage:
    """Make a paper, keep it, register it and mail it."""
    home.owe()
    home.pay()
    with home.counting() as usage:
        home.till.issue()
        usage.add(Unit.QUEUE, REQUESTS_PER_MESSAGE)  # the message was sent before
    return usage


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
    Journey("rent call", 1, rent_call),
    Journey("rent notice", 1, paper, modelled="a ticket"),
    Journey("rent receipt", 1, paper, modelled="a ticket"),
    Journey("request", 0.2, request, modelled="its items, and forms that are there"),
)
