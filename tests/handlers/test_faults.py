"""Faults under the pages: no page for the wrong person, nothing half done, and the same click works after."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from chalicelib.portal import portal
from chalicelib.storage.table import connection
from tests.faults import Faults
from tests.folders import keep
from tests.handlers.test_jobs import call, left, messages
from tests.mothers import ELOISE, Household, a_document
from tests.town import Provider
from tests.visitors import Seen, Visitor

KINDS = ("before", "after", "throttle")
PAGES = (
    "/",
    "/informations-personnelles",
    "/contrat",
    "/documents",
    a_document().path,
    "/paiement",
    "/paiement/payer",
    "/demandes",
    "/demandes/D2026-000123",
    "/sessions",
    "/informations-personnelles/mot-de-passe",
)
OTHERS = ("Nadège", "Okonkwo", "L/9128", "123,45", "D2026-000777")
SORRY = {503}


@dataclass
class Storm:
    """Breaks every call to the table from the ``first`` one on, until it is over."""

    kind: str = ""
    first: int = 0
    seen: list[str] = field(default_factory=list)

    def __call__(self, operation: str) -> str | None:
        self.seen.append(operation)
        return self.kind if self.kind and len(self.seen) > self.first else None

    def during(self, kind: str, first: int, act: Callable[[], Seen]) -> Seen:
        self.kind, self.first = kind, first
        self.seen.clear()
        try:
            return act()
        finally:
            self.kind = ""


@pytest.fixture
def storm(neighbour: Visitor, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Storm:
    """Stand ready to break the calls of the one client that all stores share; tries again at once."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    made = Storm()
    Faults(connection().client, made)
    return made


def calls_of(storm: Storm, act: Callable[[], Seen]) -> int:
    """Count the calls that an act makes when nothing is wrong."""
    act()
    before = len(storm.seen)
    act()
    return len(storm.seen) - before


def check_nobody_elses(seen: Seen) -> None:
    words = re.sub(r'value="\w{32}"', "", seen.html)
    assert not [word for word in OTHERS if word in words], seen.path


def test_a_page_whose_reads_fail_is_a_sorry_page_of_nobody_else_and_works_afterwards(
    visitor: Visitor, neighbour: Visitor, storm: Storm
) -> None:
    keep(a_document())
    tried = 0
    for path in PAGES:
        for number in range(calls_of(storm, lambda path=path: visitor.ask("GET", path))):  # type: ignore[misc]
            for kind in KINDS:
                neighbour.ask("GET", "/")
                seen = storm.during(kind, number, lambda path=path: visitor.ask("GET", path))  # type: ignore[misc]
                tried += 1

                assert seen.status in SORRY, (path, number, kind)
                assert "Rien n’a été perdu" in seen.html
                check_nobody_elses(seen)
                assert visitor.ask("GET", path).status in {200, 303}, (path, number, kind)
    assert tried >= 3 * len(PAGES)


def test_one_lost_call_is_tried_again_and_nobody_notices(visitor: Visitor, storm: Storm) -> None:
    for path in PAGES[:3]:
        for number in range(2):
            storm.seen.clear()
            once = [number]

            def one(_operation: str, once: list[int] = once) -> str | None:
                once[0] -= 1
                return "throttle" if once[0] == -1 else None

            Faults(connection().client, one)
            assert visitor.ask("GET", path).status == 200, (path, number)


def test_while_sessions_cannot_be_read_nobody_is_let_in_as_anybody(visitor: Visitor, storm: Storm) -> None:
    for kind in KINDS:
        seen = storm.during(kind, 0, lambda: visitor.ask("GET", "/"))

        assert seen.status in SORRY
        assert "Bienvenue" not in seen.html
        assert "session" in visitor.cookies
    assert visitor.ask("GET", "/").status == 200


def test_a_sign_in_that_is_cut_lets_nobody_in_and_the_next_one_works(eloise: Household, storm: Storm) -> None:
    for kind in KINDS:
        for number in range(2):
            visitor = Visitor()
            form = visitor.get("/connexion")
            fields = form.page.form("/connexion").fields
            fields |= {"identifiant": eloise.email, "mot-de-passe": "Bonjour-2026!"}

            seen = storm.during(kind, number, lambda v=visitor, f=fields: v.post("/connexion", f))  # type: ignore[misc]

            assert seen.status in SORRY, (kind, number)
            assert "session" not in visitor.cookies
            assert visitor.post("/connexion", fields).status == 303


def test_an_order_that_is_cut_anywhere_goes_on_with_the_same_payment(
    visitor: Visitor, provider: Provider, storm: Storm
) -> None:
    form = visitor.get("/paiement/payer")
    for kind in KINDS:
        for number in range(5):
            seen = storm.during(kind, number, lambda: visitor.send(form, "/paiement"))
            assert seen.status in SORRY | {303}, (kind, number)
            check_nobody_elses(seen)

            answer = visitor.send(form, "/paiement")
            pending = portal().ledger.account("9126").pending

            assert answer.location.startswith(provider.address), (kind, number)
            assert pending is not None
            given_up = visitor.post(f"{pending.path}/renoncer", {"csrf": visitor.token()})
            assert given_up.status == 303
            assert portal().ledger.account("9126").pending is None
    open_pages = [one for one in provider.core.account.every("checkout.session") if one["status"] == "open"]
    assert open_pages == []
    assert portal().ledger.account("9126").balance_cents == 486_32


def test_the_return_from_a_paid_page_that_is_cut_anywhere_books_once(
    visitor: Visitor, provider: Provider, storm: Storm
) -> None:
    for kind in KINDS:
        for number in range(1, 6):
            visitor.post("/paiement", {
                "csrf": visitor.token(), "contrat": "9126", "choix": "autre", "montant": "1",
            })  # fmt: skip
            pending = portal().ledger.account("9126").pending
            assert pending is not None
            path, before = pending.path, portal().ledger.account("9126").balance_cents
            provider.pay(portal().payments.get(pending.payment).address)

            seen = storm.during(kind, number, lambda path=path: visitor.ask("GET", path))  # type: ignore[misc]
            assert seen.status in SORRY | {200, 409}, (kind, number)
            check_nobody_elses(seen)

            assert visitor.get(path).page.heading == "Votre paiement est accepté", (kind, number)
            assert portal().ledger.account("9126").balance_cents == before - 1_00, (kind, number)


def test_a_ticket_that_is_cut_anywhere_is_made_by_the_next_try(
    visitor: Visitor, provider: Provider, storm: Storm
) -> None:
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    provider.pay(portal().payments.get(pending.payment).address)
    visitor.get(pending.path)
    asked = messages({"ticket": pending.payment})
    for number, kind in enumerate(KINDS):
        storm.kind, storm.first = kind, number
        storm.seen.clear()
        assert left(call("issue_documents", asked)) == ["m-0"], kind
        storm.kind = ""

    assert left(call("issue_documents", asked)) == []
    assert portal().payments.get(pending.payment).ticketed_at is not None
    assert len(portal().documents.of_lease("9126")[0]) == 1


def test_a_sign_out_that_is_cut_can_be_done_again(visitor: Visitor, storm: Storm) -> None:
    for kind in KINDS:
        device = Visitor()
        device.enter(ELOISE)
        form = device.get("/contacts")
        stolen = Visitor(cookies=dict(device.cookies))

        seen = storm.during(kind, 1, lambda d=device, f=form: d.send(f, "/deconnexion"))  # type: ignore[misc]
        assert seen.status in SORRY
        again = device.send(form, "/deconnexion")

        assert again.location.startswith("/connexion"), kind
        assert stolen.ask("GET", "/").status == 303, kind
