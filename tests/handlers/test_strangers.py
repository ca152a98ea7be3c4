"""Strangers: what is not theirs looks as if it did not exist, whatever is tried.

Every route is tried with every kind of stranger by tests/handlers/test_every_stranger.py.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib.domain import french
from chalicelib.portal import now, portal
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.leases import LeaseItem
from chalicelib.storage.tenants import HoldItem, hold_item
from tests import mothers
from tests.belongings import HERS
from tests.folders import keep
from tests.mothers import ELOISE, ELOISES_LEASE, NADEGES_LEASE, Household, a_document
from tests.town import Counted
from tests.visitors import Seen, Visitor

LISTS = {"GET /documents"}  # say that there is none yet, where nobody asked for one that is there


@dataclass(frozen=True)
class Thing:
    """Something of Éloïse's: its route, its address, and the same address of something that is not there."""

    route: str
    path: str
    absent: str


@pytest.fixture
def things(visitor: Visitor, eloise: Household) -> list[Thing]:
    """Give everything of Éloïse's that has an address."""
    keep(a_document())
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account(ELOISES_LEASE).pending
    assert pending is not None
    payment, nothing = pending.payment, "f" * 32
    paper, none = a_document().id, a_document(mark="e").id
    return [
        Thing("GET /paiement/{id}", f"/paiement/{payment}", f"/paiement/{nothing}"),
        Thing(
            "POST /paiement/{id}/renoncer", f"/paiement/{payment}/renoncer", f"/paiement/{nothing}/renoncer"
        ),
        Thing("GET /documents/{lease}/{id}", f"/documents/9126/{paper}", f"/documents/9999/{none}"),
        Thing("GET /demandes/{number}", "/demandes/D2026-000123", "/demandes/D2026-999999"),
        Thing("GET /contrat", "/contrat?contrat=9126", "/contrat?contrat=9999"),
        Thing("GET /documents", "/documents?contrat=9126", "/documents?contrat=9999"),
        Thing("GET /paiement", "/paiement?contrat=9126", "/paiement?contrat=9999"),
        Thing("GET /paiement/payer", "/paiement/payer?contrat=9126", "/paiement/payer?contrat=9999"),
    ]


def ask(visitor: Visitor, thing: Thing, path: str) -> Seen:
    method = thing.route.partition(" ")[0]
    if method == "GET":
        return visitor.ask("GET", path)
    return visitor.post(path, {"csrf": visitor.token()})


def order(visitor: Visitor, lease: str) -> Seen:
    return visitor.post("/paiement", {"csrf": visitor.token(), "contrat": lease, "choix": "solde"})


def test_nobody_can_order_on_a_neighbours_lease(
    things: list[Thing], neighbour: Visitor, counted: Counted
) -> None:
    counted.calls.clear()
    hers, nothing = order(neighbour, ELOISES_LEASE), order(neighbour, "9999")

    assert hers.status == 404
    assert hers.without_visit() == nothing.without_visit()
    assert counted.writes == 0


def test_a_tenant_whose_hold_was_removed_sees_nothing_of_the_lease_at_the_next_request(
    things: list[Thing], visitor: Visitor, counted: Counted
) -> None:
    HoldItem(tenant_key(ELOISE), f"HOLD#{ELOISES_LEASE}").delete()
    for thing in things:
        if thing.route == "GET /demandes/{number}":
            continue  # their own request stays theirs
        counted.calls.clear()
        hers, nothing = ask(visitor, thing, thing.path), ask(visitor, thing, thing.absent)

        assert hers.status == 404 or "Aucun contrat n’est rattaché" in hers.html or thing.route in LISTS, (
            thing
        )
        assert hers.without_visit() == nothing.without_visit(), thing.route
        assert counted.writes == 0, thing.route
        assert "L/9126" not in hers.html, thing.route
    assert order(visitor, ELOISES_LEASE).status == 404
    assert visitor.get("/demandes/D2026-000123").status == 200


def test_a_co_holder_sees_the_payments_and_papers_of_the_lease(
    things: list[Thing], visitor: Visitor, nadege: Household, neighbour: Visitor
) -> None:
    mothers.put(hold_item(nadege.tenant.id, mothers.a_hold(ELOISES_LEASE)))

    seen = {
        thing.route: ask(neighbour, thing, thing.path).status for thing in things if "POST" not in thing.route
    }

    assert seen.pop("GET /demandes/{number}") == 404
    assert set(seen.values()) == {200, 303}


def test_who_left_a_lease_sees_nothing_of_it_from_the_day_after(
    things: list[Thing], nadege: Household, neighbour: Visitor
) -> None:
    yesterday = french.today(now()) - timedelta(days=1)
    mothers.put(hold_item(nadege.tenant.id, mothers.a_hold(ELOISES_LEASE, yesterday)))

    seen = {ask(neighbour, thing, thing.path).status for thing in things}

    assert seen == {404}


def test_a_paper_of_one_lease_is_not_found_under_another(
    things: list[Thing], visitor: Visitor, neighbour: Visitor
) -> None:
    for path in (f"/documents/{NADEGES_LEASE}/{a_document().id}", f"/documents/L%2F9126/{a_document().id}"):
        assert neighbour.ask("GET", path).status == 404
        assert visitor.ask("GET", path).status == 404


def test_ids_that_are_nearly_right_find_nothing(things: list[Thing], visitor: Visitor) -> None:
    """Numbers with one more or less, other cases, parts of keys: none is a way round (SERGIC, 2019)."""
    pending = portal().ledger.account(ELOISES_LEASE).pending
    assert pending is not None
    payment, paper = pending.payment, a_document().id
    tries = [f"/paiement/{payment.upper()}", f"/paiement/{payment[:-1]}", f"/paiement/{payment}%20"]
    tries += [f"/paiement/{payment}%23PAYMENT", "/paiement/%23", f"/paiement/{payment}0"]
    tries += [f"/documents/9126%23/{paper}", f"/documents/9126/{paper}%00", f"/documents/9126/%23{paper}"]
    tries += [
        f"/documents/9127/{paper}",
        f"/documents/9126 /{paper}",
        "/documents/9126/%25",
        "/documents/9126/x",
    ]
    tries += [
        "/demandes/d2026-000123",
        "/demandes/D2026-000122",
        "/demandes/D2026-000123%23",
        "/demandes/%2A",
    ]
    tries += ["/contrat?contrat=9126%20", "/contrat?contrat=L/9126", "/contrat?contrat=%239126"]
    tries += ["/paiement?contrat=9126%00", "/documents?contrat=9125", "/documents?contrat=٩١٢٦"]

    for path in tries:
        assert visitor.ask("GET", path.encode().decode("latin-1")).status == 404, path


def test_a_lease_that_is_held_but_not_there_is_absent(visitor: Visitor) -> None:
    LeaseItem("LEASE#9126", "LEASE").delete()

    assert visitor.get("/contrat").status == 404


def test_where_a_list_goes_on_cannot_lead_to_somebody_elses(things: list[Thing], neighbour: Visitor) -> None:
    for path in (
        "/demandes?apres=D2027-000000",
        "/demandes?apres=%7E",
        "/documents?apres=" + a_document().id,
    ):
        words = neighbour.get(path).page.words

        assert not [word for word in HERS if word in words], path
