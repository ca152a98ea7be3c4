"""The headers of every answer (OWASP Secure Headers, ASVS 3.4): pages, redirections, files, errors."""

import re

import pytest

from chalicelib.portal import portal
from infra.local.portal_app import not_found
from infra.local.server import event_of
from infra.local.serving import Call
from tests.folders import keep
from tests.handlers.test_errors import breaking, call_function
from tests.mothers import a_document
from tests.town import Provider
from tests.visitors import Seen, Visitor

POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


@pytest.fixture
def answers(visitor: Visitor, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> dict[str, Seen]:
    """Give one answer of every kind."""
    keep(a_document())
    token = visitor.token()
    seen = {
        "page": visitor.ask("GET", "/"),
        "public page": Visitor().ask("GET", "/contacts"),
        "sign-in page": Visitor().ask("GET", "/connexion"),
        "to the door": Visitor().ask("GET", "/"),
        "to the payment page": visitor.post(
            "/paiement", {"csrf": token, "contrat": "9126", "choix": "solde"}
        ),
        "to a file": visitor.ask("GET", a_document().path),
        "static": visitor.ask("GET", portal().statics.path("portal.css")),
        "static that is not": visitor.ask("GET", "/static/x.css"),
        "403": visitor.post("/paiement", {"csrf": "x"}),
        "404": visitor.ask("GET", "/demandes/rien"),
        "monitor": Visitor().ask("GET", "/sante"),
        "bell refused": Visitor().ask("POST", "/webhooks/stripe", b"{}"),
        "404 of nobody": Visitor().ask("GET", "/rien"),
        "415": visitor.ask("POST", "/paiement", b"x", content_type="text/plain"),
        "422": visitor.post("/paiement", {"csrf": token, "contrat": "9126", "choix": "autre"}),
        "sign-in refused": Visitor().sign_in("x@y.example", "x"),
        "signed out": visitor.send(visitor.get("/contacts"), "/deconnexion"),
    }
    other = Visitor()
    other.enter("9126-1")
    with monkeypatch.context() as broken:
        breaking(broken, KeyError("x"))
        seen["500"] = other.ask("GET", "/")
    return seen


def test_every_kind_of_answer_is_among_them(answers: dict[str, Seen]) -> None:
    assert {seen.status for seen in answers.values()} == {200, 303, 400, 403, 404, 415, 422, 500}


def test_every_answer_has_the_headers_that_protect_its_reader(
    answers: dict[str, Seen], provider: Provider
) -> None:
    for kind, seen in answers.items():
        policy = seen.header("content-security-policy").split("; ")
        assert set(POLICY) <= set(policy), kind
        assert f"form-action 'self' {provider.server.address}" in policy, kind
        assert not re.search(r"unsafe|\*|data:|script-src", ";".join(policy)), kind
        assert seen.header("x-content-type-options") == "nosniff", kind
        assert seen.header("referrer-policy") == "same-origin", kind
        assert seen.header("cross-origin-opener-policy") == "same-origin", kind
        assert seen.header("cross-origin-resource-policy") == "same-origin", kind
        assert "geolocation=()" in seen.header("permissions-policy"), kind
        assert re.search(r"charset=utf-8$|^application/json$", seen.header("content-type")), kind
        assert len(set(seen.names())) == len([name for name in seen.names() if name != "set-cookie"]) + (
            "set-cookie" in seen.names()
        ), kind


def test_nothing_but_files_is_kept_by_anybody(answers: dict[str, Seen]) -> None:
    kept = {kind: seen.header("cache-control") for kind, seen in answers.items()}

    assert kept.pop("static") == "public, max-age=31536000, immutable"
    assert set(kept.values()) == {"no-store"}


def test_answers_say_nothing_of_what_runs_behind_them(answers: dict[str, Seen]) -> None:
    for kind, seen in answers.items():
        assert not {"server", "x-powered-by", "via"} & set(seen.names()), kind


def test_the_function_s_own_errors_have_them_too(provider: Provider) -> None:
    headers = call_function("PUT", "/paiement")["headers"]

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert headers["Cache-Control"] == "no-store"


def test_an_unknown_address_is_the_same_page_as_on_aws(provider: Provider) -> None:
    event = event_of(Call("GET", "/rien", (), b"", "192.0.2.7"), "GET", "/rien", None, [])

    answer = not_found(event)

    assert answer["statusCode"] == 404
    assert "Cette page n’existe pas" in answer["body"]


@pytest.mark.usefixtures("provider")
def test_under_tls_browsers_are_told_to_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Visitor().ask("GET", "/contacts").header("strict-transport-security") == ""
    portal.cache_clear()
    monkeypatch.setenv("PORTAL_ADDRESS", "https://locataires.littoral-habitat.example")

    assert (
        Visitor().ask("GET", "/contacts").header("strict-transport-security")
        == "max-age=63072000; includeSubDomains"
    )
