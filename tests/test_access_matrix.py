"""Security check C1: the application and the access matrix of docs/access.md say the same, both ways."""

from typing import Any

import app
from chalicelib.handlers.webhooks import MACHINES
from tests import access_matrix


def guard_of(entry: Any) -> str:
    return getattr(entry.view_function, "guard", "none")


def test_every_address_has_its_line_and_the_guard_that_the_line_says() -> None:
    found = {
        f"{method} {path}": guard_of(entry)
        for path, methods in app.app.routes.items()
        for method, entry in methods.items()
    }

    assert found == access_matrix.addresses()


def test_every_function_has_its_line_and_the_source_that_the_line_says() -> None:
    written = access_matrix.functions()

    assert written.keys() == {source.name for source in app.app.event_sources}
    for source in app.app.event_sources:
        if queue := getattr(source, "queue", None):
            assert written[source.name] == f"queue `{queue}`"
        else:
            assert written[source.name].startswith("every ")


def test_only_machines_come_in_without_a_guard() -> None:
    assert {route.partition(" ")[2] for route in access_matrix.guarded("none")} == MACHINES


def test_nothing_but_a_page_of_the_door_or_a_legal_one_is_public() -> None:
    """Being public is what has to be said, and said again here."""
    keys = ("/connexion/cle", "/gestion/connexion/cle")
    doors = ("/connexion", "/inscription", "/confirmation", "/mot-de-passe", "/deverrouillage")
    steps = ("/gestion/connexion", "/gestion/code", "/gestion/double-authentification")
    ways_back = ("/gestion/mot-de-passe",)
    pages = ("/contacts", "/verification", "/mentions-legales", "/donnees-personnelles", "/accessibilite")
    choices = ("/preferences/texte", "/gestion/preferences/texte")
    for route in access_matrix.guarded("public"):
        path = route.partition(" ")[2]
        assert path.split("/{")[0] in {*doors, *keys, *steps, *ways_back, *pages, *choices}, route
