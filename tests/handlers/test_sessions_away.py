"""Sessions that cannot be read (F6): no private page for anybody, public ones as for nobody, no circles."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.storage.table import connection
from tests.conftest import Clock
from tests.faults import Faults
from tests.mothers import ELOISE, Household
from tests.test_conventions import PUBLIC, TENANTS
from tests.visitors import Visitor

KINDS = ("before", "after", "throttle")

SECOND_STEPS = ("/gestion/code", "/gestion/double-authentification")


@pytest.fixture
def outage(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Stand ready to take the table away; tries again at once."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    visitor.get("/contacts")
    return Faults(connection().client)


@contextmanager
def out(faults: Faults, kind: str = "throttle") -> Iterator[None]:
    faults.choose = lambda _: kind
    yield
    faults.choose = lambda _: None


def addresses(routes: set[str], method: str) -> list[str]:
    paths = [route.removeprefix(f"{method} ") for route in sorted(routes) if route.startswith(f"{method} ")]
    return [
        path.replace("{lease}", "9126").replace("{id}", "f" * 32).replace("{number}", "1") for path in paths
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_private_pages_are_shut_and_say_so_in_french(visitor: Visitor, outage: Faults, kind: str) -> None:
    for path in addresses(TENANTS, "GET"):
        with out(outage, kind):
            seen = visitor.ask("GET", path)

        assert seen.status == 503, path
        assert seen.page.heading == "Un service ne répond pas"
        assert "Rien n’a été perdu" in seen.page.words
        assert "Éloïse" not in seen.html
        assert seen.header("cache-control") == "no-store"
        assert not [line for line in seen.set_cookies if line.startswith("session")], "it is still good"


def test_public_pages_live_as_for_nobody(visitor: Visitor, outage: Faults) -> None:
    for path in addresses(set(PUBLIC), "GET"):
        if "{" in path:
            continue
        with out(outage):
            seen = visitor.ask("GET", path)

        assert seen.status == 200 or (
            path in SECOND_STEPS and seen.location.startswith("/gestion/connexion?")
        ), path
        assert "Éloïse" not in seen.html
        assert not [line for line in seen.set_cookies if line.startswith("session")]


def test_the_door_does_not_send_in_circles(visitor: Visitor, outage: Faults, eloise: Household) -> None:
    with out(outage):
        door = visitor.get("/connexion?suite=/paiement")
        seen = visitor.send(door, "/connexion", identifiant=eloise.email, mot_de_passe="Bonjour-2026!")

        assert door.page.heading == "Se connecter"
        assert seen.status == 503
        assert visitor.ask("GET", "/").status == 503
    assert visitor.ask("GET", "/").status == 200


def test_forms_for_everybody_still_work(visitor: Visitor, outage: Faults) -> None:
    before = visitor.get("/contacts")
    with out(outage):
        assert visitor.send(before, "/preferences/texte", taille="plus").status == 303
        during = visitor.get("/contacts")
        assert visitor.send(during, "/preferences/texte", taille="plus").status == 303
    assert visitor.send(during, "/preferences/texte", taille="moins").status == 303
    forged = Visitor(cookies=dict(visitor.cookies))
    with out(outage):
        assert forged.post("/preferences/texte", {"csrf": "x", "taille": "plus"}).status == 403


def test_forms_of_tenants_do_nothing(visitor: Visitor, outage: Faults) -> None:
    token = visitor.token()
    for path in addresses(TENANTS, "POST"):
        with out(outage):
            assert visitor.post(path, {"csrf": token}).status == 503, path
    assert visitor.ask("GET", "/").status == 200


def test_an_address_that_is_not_there_is_not_there_then_either(visitor: Visitor, outage: Faults) -> None:
    with out(outage):
        assert visitor.ask("GET", "/rien").status == 404
        assert visitor.ask("POST", "/contacts").status in {404, 405}


def test_a_stranger_notices_nothing(visitor: Visitor, outage: Faults) -> None:
    with out(outage):
        assert Visitor().get("/contacts").status == 200
        assert Visitor().ask("GET", "/").location == "/connexion"


def test_a_remembered_device_keeps_its_secret_through_it(
    eloise: Household, outage: Faults, clock: Clock
) -> None:
    phone = Visitor()
    phone.enter(ELOISE, remembered=True)
    kept = phone.cookies["session"]
    clock.advance(days=2)
    with out(outage):
        assert phone.ask("GET", "/").status == 503
    assert phone.cookies["session"] == kept
    assert phone.ask("GET", "/").status == 200
