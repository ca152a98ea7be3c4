"""Trips: every page is at most two requests to the table, the session's included (docs: performance)."""

from typing import Any

import pytest

import app
from chalicelib.domain.sessions import MOST_SESSIONS, hash_of
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.portal import portal
from chalicelib.storage.table import connection
from chalicelib.storage.timeline import action_item
from tests import agents, mothers
from tests.authenticators import ORIGIN
from tests.conftest import Clock
from tests.folders import keep
from tests.mothers import NOW, a_document, a_request, a_tenant
from tests.town import Counted, Provider
from tests.visitors import Visitor

MOST_TRIPS = 2
MOST_BYTES_OF_HOME = 4096
PAGES = (
    "/",
    "/informations-personnelles",
    "/informations-personnelles/mot-de-passe",
    "/informations-personnelles/e-mail",
    "/informations-personnelles/coordonnees",
    "/informations-personnelles/profession",
    "/sessions",
    "/contrat",
    "/contrat?contrat=9127&objet=P-04",
    "/contrat/occupants/ajout",
    "/contrat/occupants/sortie",
    "/contrat/occupants/modification?contrat=9127&occupant=o-1",
    "/contrat/adresse-de-facturation",
    "/contrat/assurance",
    f"/contrat/assurance/9126/p{'A' * 22}",
    "/documents",
    "/documents?contrat=9126&type=quittances",
    "/documents?contrat=9126&type=attestations&annee=2026&page=2",
    f"/documents/9126/{a_document().id}",
    "/paiement",
    "/paiement?contrat=9127&annee=2026",
    "/paiement/payer",
    "/demandes",
    "/demandes/D2026-000123",
    "/contacts",
    "/verification",
    "/mentions-legales",
    "/donnees-personnelles",
    "/accessibilite",
    "/gestion",
    "/gestion/attestations",
    f"/gestion/attestations/9126/p{'A' * 22}",
    f"/gestion/attestations/9126/p{'A' * 22}/fichier",
    "/gestion/connexion",
    "/gestion/code",
    "/gestion/mot-de-passe",
    "/gestion/double-authentification",
    "/gestion/codes-de-secours",
    "/gestion/cles",
    "/informations-personnelles/cles",
    "/gestion/sessions",
    "/inscription",
    "/mot-de-passe",
    "/connexion",
)


# Who is signed in has no business at the doors, and files lie elsewhere.
ELSEWHERE = {
    "/connexion",
    "/gestion/connexion",
    f"/documents/9126/{a_document().id}",
    f"/contrat/assurance/9126/p{'A' * 22}",
    f"/gestion/attestations/9126/p{'A' * 22}/fichier",
}


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the portal a name: on a bare number there are no passkeys, and their pages are not counted."""
    monkeypatch.setenv("PORTAL_ADDRESS", ORIGIN)


@pytest.fixture
def household(provider: Provider) -> mothers.Household:
    """Settle in what the goal speaks of: two leases, five requests open, ten actions."""
    keep(a_document())
    return mothers.settle_in(
        a_tenant(),
        ("9126", "9127"),
        requests=[a_request(f"D2026-00012{number}", days_ago=number) for number in range(1, 6)],
        actions=[mothers.an_action(days, f"D2026-00012{days % 6}") for days in range(1, 11)],
        certificates=[mothers.a_certificate(), mothers.a_certificate_sent()],
    )


@pytest.fixture
def visitor(household: mothers.Household) -> Visitor:
    """Give a browser in which a tenant has signed in, and an agent too, whose door is half open as well."""
    agents.claire()
    made = Visitor()
    agents.open_half(made)
    agents.enter(made)
    made.enter(household.tenant.id)
    return made


def test_a_page_is_two_trips_at_most(visitor: Visitor, counted: Counted) -> None:
    for path in PAGES:
        counted.calls.clear()
        seen = visitor.ask("GET", path)

        assert seen.status == (303 if path in ELSEWHERE else 200), path
        assert 1 <= counted.calls.total() <= MOST_TRIPS, path
        assert counted.calls.keys() <= {"Query", "GetItem", "BatchGetItem"}, path


def test_every_page_of_the_portal_is_among_those_that_were_counted() -> None:
    counted_pages = {path.partition("?")[0] for path in PAGES}
    pages = {path for path, methods in app.app.routes.items() if "GET" in methods}

    assert {path for path in pages if "{" not in path} - counted_pages == {"/sante"}


def test_nobody_costs_no_trip(provider: Provider, counted: Counted) -> None:
    for path in PAGES:
        Visitor().ask("GET", path)

        assert counted.calls.total() == 0, path


def test_the_page_of_a_payment_that_is_final_is_two_trips(
    visitor: Visitor, provider: Provider, counted: Counted
) -> None:
    order = visitor.send(visitor.get("/paiement/payer"), "/paiement")
    provider.pay(order.location)
    provider.advance(1)
    path = f"/paiement/{portal().ledger.account('9126').pending.payment}"  # type: ignore[union-attr]
    visitor.get(path)

    assert counted.during(lambda: visitor.ask("GET", path)).total() == MOST_TRIPS


def test_the_page_of_a_payment_that_waits_is_two_trips(visitor: Visitor, counted: Counted) -> None:
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    path = visitor.get("/paiement").page.links
    waiting = next(link for link in path if len(link) > len("/paiement/") + 30)
    visitor.get(waiting)

    assert counted.during(lambda: visitor.ask("GET", waiting)).total() == MOST_TRIPS


def test_signing_in_is_two_trips(household: mothers.Household, counted: Counted) -> None:
    visitor = Visitor()
    page = visitor.get("/connexion")

    calls = counted.during(
        lambda: visitor.send(page, "/connexion", identifiant=household.email, mot_de_passe="Bonjour-2026!")
    )

    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 1}


def test_pages_of_errors_cost_no_more(visitor: Visitor, counted: Counted) -> None:
    for path in (
        "/demandes/D2000-1",
        "/documents/9126/rien",
        "/paiement/rien",
        "/contrat?contrat=1",
        "/rien",
    ):
        counted.calls.clear()
        visitor.ask("GET", path)
        assert counted.calls.total() <= MOST_TRIPS, path


def test_the_home_page_reads_few_bytes_of_items(visitor: Visitor) -> None:
    read: list[int] = []

    def weigh(parsed: dict[str, Any], **_: Any) -> None:
        items = [
            *parsed.get("Items", []),
            *(one for many in parsed.get("Responses", {}).values() for one in many),
        ]
        read.append(sum(weight(item) for item in items))

    connection().client.meta.events.register("after-call.dynamodb", weigh)

    words = visitor.get("/").page.words

    assert words.count("Demande n° D2026-00012") == 15
    assert len(read) == MOST_TRIPS
    assert 1000 < sum(read) <= MOST_BYTES_OF_HOME


def test_a_tenant_with_many_sessions_still_sees_their_leases(
    household: mothers.Household, counted: Counted, clock: Clock
) -> None:
    devices = [Visitor() for _ in range(25)]
    for device in devices:
        clock.advance(seconds=1)
        device.enter(household.tenant.id)

    for device in devices[-MOST_SESSIONS:]:
        calls = counted.during(lambda device=device: device.get("/"))  # type: ignore[misc]
        words = device.get("/").page.words

        assert calls.total() == MOST_TRIPS
        assert "Contrat n° L/9127" in words
        assert "Demande n° D2026-000125" in words


def test_events_of_long_ago_do_not_make_the_home_page_longer(
    household: mothers.Household, visitor: Visitor, counted: Counted
) -> None:
    old = [
        TimelineEvent(NOW.replace(year=2020, day=day), Action.CARD_PAYMENT, "x", cents=1)
        for day in range(1, 29)
    ]
    mothers.put(*(action_item(household.tenant.id, event) for event in old))

    assert counted.during(lambda: visitor.get("/")).total() == MOST_TRIPS
    assert "Paiement par carte" not in visitor.get("/").page.words


def test_the_table_knows_the_hash_of_a_secret_alone(household: mothers.Household) -> None:
    visitor = Visitor()
    secret = visitor.enter(household.tenant.id)
    family = visitor.cookies["session"].split("~")[1]

    found = portal().entrance.sessions.visitor(household.tenant.id, family)

    assert found is not None
    assert found.session.secret_hash == hash_of(secret) != secret
    assert portal().entrance.sessions.visitor(household.tenant.id, secret) is None


def weight(item: dict[str, Any]) -> int:
    """Weigh an item as DynamoDB does: names and values in UTF-8, numbers by their digits."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    kind = next(iter(value))
    held = value[kind]
    if kind in {"S", "B"}:
        return len(str(held).encode())
    if kind == "N":
        return len(held.lstrip("-")) // 2 + 1 + int(held.startswith("-"))
    if kind in {"BOOL", "NULL"}:
        return 1
    inside = held.values() if kind == "M" else held
    names = sum(len(name.encode()) for name in held) if kind == "M" else 0
    return 3 + names + sum((_value(one) if isinstance(one, dict) else len(one)) + 1 for one in inside)
