"""Where somebody may be taken: a page of this site that can be opened, else home."""

import pytest

import app
from chalicelib.web.paths import own_page, own_path


@pytest.mark.parametrize(
    "asked", ["/", "/paiement", "/paiement?contrat=9126", "/demandes/D2026-000123", "/sessions", "/connexion"]
)
def test_a_page_is_gone_to(asked: str) -> None:
    assert own_page(asked) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "/deconnexion",
        "/preferences/texte",
        "/sessions/fermer",
        "/paiement/4f9a/renoncer",
        "/webhooks/stripe",
        "/sante",
        "/rien",
        "/demandes/",
        "/demandes/a/b",
        "/static/portal.css",
        "//ailleurs.example",
        "https://ailleurs.example/",
        "",
    ],
)
def test_what_is_no_page_leads_home(asked: str) -> None:
    assert own_page(asked) == "/"


def test_every_page_of_the_portal_can_be_gone_to() -> None:
    pages = [path for path, methods in app.app.routes.items() if "GET" in methods]
    guarded = [path for path in pages if path not in {"/sante", "/static/{name}"}]

    assert len(guarded) > 15
    for path in guarded:
        assert own_page(path.replace("{", "").replace("}", "")) != "/" or path == "/"


def test_another_site_is_never_a_path_of_ours() -> None:
    assert own_path("//ailleurs.example") == own_path("/\\ailleurs.example") == own_path("x") == "/"
    assert own_path("/rien") == "/rien"
