"""Forms that somebody else sends in a tenant's name: refused, with nothing written."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

import app
from chalicelib.domain.accounts import Role
from chalicelib.domain.links import LinkKind
from chalicelib.portal import portal
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.uploads import upload_item
from chalicelib.web.audience import audience_of
from tests.mothers import ELOISE, NOW, Household, a_refused_upload, a_request, put
from tests.newcomers import TYPED, issued
from tests.town import Counted
from tests.visitors import FORM, Seen, Visitor

OURS = "http://127.0.0.1:8000"
PAYMENT = "4f9a2c01" + "0" * 24
NEW = {"nouveau-mot-de-passe": "Mouette-4172-rieuse!", "confirmer": "Mouette-4172-rieuse!"}
ARRIVAL = {"nom": "Sarah", "naissance": "2026-11-20", "lien": "Enfant", "arrivee": "2026-11-22"}
CERTIFICATE = {"assureur": "MAIF", "police": "P-1", "debut": "2026-11-01", "fin": "2027-10-31"}
ADDRESS = {
    "destinataire": "Mme Éloïse D’Aubigné",
    "voie": "14, rue de la Corderie",
    "code-postal": "17300",
    "ville": "Rochefort",
}
FIELDS = {
    "/confirmation/{token}": {},
    "/confirmation/{token}/nouveau": {},
    "/connexion/cle": {"reponse": "{}"},
    "/contrat/adresse-de-facturation": {"contrat": "9126", **ADDRESS},
    "/contrat/assurance": {"contrat": "9126", "envoi": "p" * 22, **CERTIFICATE},
    "/contrat/occupants/ajout": {"contrat": "9126", "envoi": "m" * 22, **ARRIVAL},
    "/contrat/occupants/modification": {
        "contrat": "9126",
        "envoi": "n" * 22,
        "occupant": "o-1",
        "nom": "Louis D’Aubigny",
        "lien": "Enfant",
        "naissance": "2015-05-04",
    },
    "/contrat/occupants/sortie": {
        "contrat": "9126",
        "envoi": "o" * 22,
        "occupant": "o-1",
        "depart": "2026-11-30",
    },
    "/connexion": {"identifiant": "9126-1@demo.example", "mot-de-passe": "Bonjour-2026!"},
    "/deconnexion": {},
    "/demandes/{number}/pieces": {"envoi": "q" * 22},
    "/deverrouillage/{token}": {},
    "/documents/accord": {"contrat": "9126", "accord": "oui"},
    "/documents/attestation": {"contrat": "9126"},
    "/envois/{id}/recommencer": {"envoi": "r" * 22},
    "/informations-personnelles/cles": {"reponse": "{}"},
    "/informations-personnelles/cles/retirer": {"cle": "0" * 64},
    "/informations-personnelles/coordonnees": {"telephone-mobile": "07 56 78 90 12"},
    "/informations-personnelles/e-mail": {"nouvelle-adresse": "eloise@nouvelle.example"},
    "/informations-personnelles/messages": {},
    "/informations-personnelles/mot-de-passe": {
        "nouveau-mot-de-passe": "Mouette-4172-rieuse!",
        "nouveau-mot-de-passe-encore": "Mouette-4172-rieuse!",
    },
    "/informations-personnelles/profession": {"profession": "Marin"},
    "/inscription": TYPED,
    "/mot-de-passe": {"identifiant": "9126-1@demo.example"},
    "/mot-de-passe/{token}": NEW,
    "/paiement": {"contrat": "9126", "choix": "solde"},
    "/paiement/{id}/renoncer": {},
    "/preferences/texte": {"taille": "plus", "retour": "/"},
    "/sessions/fermer": {"session": "autres"},
}
# Of agents: tests/handlers/test_staff_pages.py tries them.
STAFF_FIELDS = {
    "/gestion/attestations/{lease}/{reference}/accepter": {},
    "/gestion/attestations/{lease}/{reference}/refuser": {"motif": "Illisible"},
    "/gestion/cles": {"reponse": "{}"},
    "/gestion/cles/retirer": {"cle": "0" * 64},
    "/gestion/code": {"code": "000000"},
    "/gestion/codes-de-secours": {"code": "000000"},
    "/gestion/connexion": {"identifiant": "claire@littoral-habitat.example", "mot-de-passe": "Bonjour-2026!"},
    "/gestion/connexion/cle": {"reponse": "{}"},
    "/gestion/deconnexion": {},
    "/gestion/double-authentification": {"code": "000000"},
    "/gestion/mot-de-passe": {"identifiant": "claire@littoral-habitat.example"},
    "/gestion/mot-de-passe/{token}": NEW,
    "/gestion/preferences/texte": {"taille": "plus", "retour": "/gestion"},
    "/gestion/sessions/fermer": {"session": "autres"},
}
KINDS = {
    "/confirmation/{token}": LinkKind.ADDRESS,
    "/confirmation/{token}/nouveau": LinkKind.REGISTRATION,
    "/deverrouillage/{token}": LinkKind.UNLOCK,
    "/mot-de-passe/{token}": LinkKind.RECOVERY,
}
HIDDEN = "no origin to be known"
Forged = tuple[int, dict[str, str], dict[str, str]]


@pytest.fixture
def forms(visitor: Visitor, eloise: Household) -> dict[str, str]:
    """Give the path of every form, with the payment that Éloïse has under way."""
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    refused, taking = a_refused_upload(), replace(a_request("D2026-000500"), opened_here=True)
    put(upload_item(refused), *request_items(taking))
    ids = {"{number}": taking.number, "/envois/{id}": refused.path, "{id}": pending.payment}
    paths = {route: route for route in FIELDS}
    for name, id in ids.items():
        paths = {route: path.replace(name, id) for route, path in paths.items()}
    return paths | {route: route.replace("{token}", a_token(route)) for route in KINDS}


def a_token(route: str) -> str:
    """Issue what a link of a mail would hold; one to be renewed has to be over."""
    at = NOW - timedelta(days=2) if route.endswith("/nouveau") else NOW
    path = issued(KINDS[route], "9126-1@demo.example", at, new_email="eloise@nouvelle.example")
    return path.rsplit("/", 1)[1]


def forgeries(token: str, another: str) -> dict[str, Forged]:
    """Give the ways of forging a form: the status that answers it, changed fields, headers."""
    good, own = {"csrf": token}, {"origin": OURS}
    return {
        "no token": (403, {}, own),
        "an empty token": (403, {"csrf": ""}, own),
        "the token of another visit": (403, {"csrf": another}, own),
        "a token that is no text": (403, {"csrf": "é\u202f" * 16}, own),
        "another site says the browser": (403, good, own | {"sec_fetch_site": "cross-site"}),
        "a neighbouring site says the browser": (403, good, own | {"sec_fetch_site": "same-site"}),
        "typed by nobody": (403, good, own | {"sec_fetch_site": "none"}),
        "a foreign origin": (403, good, {"origin": "https://ailleurs.example"}),
        HIDDEN: (403, good, {"origin": "null"}),
        "an origin that starts like ours": (403, good, {"origin": OURS + "1"}),
        "a referer that starts like ours": (403, good, {"referer": OURS + ".ailleurs.example/"}),
        "neither origin nor referer": (403, good, {}),
        "plain text": (415, good, own | {"content_type": "text/plain"}),
        "JSON": (415, good, own | {"content_type": "application/json"}),
        "parts": (415, good, own | {"content_type": "multipart/form-data; boundary=x"}),
        "no type": (415, good, own | {"content_type": ""}),
    }


def forge(visitor: Visitor, route: str, path: str, forged: Forged) -> Seen:
    _, changed, headers = forged
    body = urlencode((FIELDS | STAFF_FIELDS)[route] | changed).encode()
    return visitor.ask("POST", path, body, **{"content_type": FORM} | headers)


def test_every_unsafe_route_is_tried_here() -> None:
    unsafe = {path for path, methods in app.app.routes.items() if set(methods) - {"GET"}}

    tenants = {path for path in unsafe if audience_of(path) is Role.TENANT}
    assert tenants - FIELDS.keys() == {"/webhooks/stripe"}
    assert unsafe - tenants == STAFF_FIELDS.keys()
    assert {method for methods in app.app.routes.values() for method in methods} == {"GET", "POST"}


def test_a_forged_form_is_refused_and_writes_nothing(
    visitor: Visitor, forms: dict[str, str], counted: Counted
) -> None:
    token = visitor.token()
    other = Visitor()
    other.enter(ELOISE)
    ways = forgeries(token, other.token())
    for route, path in forms.items():
        for way, forged in ways.items():
            if way == HIDDEN and route in KINDS:
                continue  # these pages hide it themselves: tests/handlers/test_mailed_links.py
            counted.calls.clear()
            seen = forge(visitor, route, path, forged)

            assert seen.status == forged[0], (route, way)
            assert counted.writes == 0, (route, way)
            assert seen.page.count("h1") == 1, (route, way)
    assert visitor.get("/").status == 200


def test_a_forged_form_of_somebody_who_is_not_in_is_refused_too(eloise: Household, counted: Counted) -> None:
    visitor, other = Visitor(), Visitor()
    ways = forgeries(visitor.token(), other.token())
    for route in ("/connexion", "/preferences/texte", "/inscription", "/mot-de-passe"):
        for way, forged in ways.items():
            seen = forge(visitor, route, route, forged)

            assert seen.status == forged[0], (route, way)
            assert not [line for line in seen.set_cookies if line.startswith(("session", "texte"))]
    assert counted.calls.total() == 0


def test_a_form_without_a_visit_is_refused(eloise: Household, counted: Counted) -> None:
    token = Visitor().token()

    seen = Visitor().post("/connexion", FIELDS["/connexion"] | {"csrf": token})

    assert seen.status == 403
    assert counted.calls.total() == 0


def test_a_form_asked_for_with_get_does_nothing(
    visitor: Visitor, forms: dict[str, str], counted: Counted
) -> None:
    token = visitor.token()
    for route, path in forms.items():
        counted.calls.clear()
        seen = visitor.ask("GET", f"{path}?{urlencode(FIELDS[route] | {'csrf': token})}")

        assert seen.status in {200, 303, 404}, route
        assert seen.status != 303 or route == "/connexion"
        assert counted.writes == 0, route
    assert visitor.get("/").status == 200


def test_our_own_forms_are_taken_however_the_browser_says_where_they_come_from(visitor: Visitor) -> None:
    token = visitor.token()
    fields = urlencode(FIELDS["/preferences/texte"] | {"csrf": token}).encode()
    for headers in (
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"origin": OURS},
        {"referer": f"{OURS}/contacts"},
    ):
        seen = visitor.ask(
            "POST", "/preferences/texte", fields, content_type=f"{FORM}; charset=UTF-8", **headers
        )

        assert seen.status == 303, headers


def test_a_token_of_before_the_sign_in_does_not_open_forms_after_it(eloise: Household) -> None:
    visitor = Visitor()
    before = visitor.token()
    visitor.sign_in(eloise.email)

    assert visitor.post("/deconnexion", {"csrf": before}).status == 403
    assert visitor.token() != before


def test_bodies_that_no_browser_sends_are_refused(visitor: Visitor, counted: Counted) -> None:
    token = visitor.token()
    own = {"content_type": FORM, "origin": OURS}
    many = {f"champ-{number}": "x" for number in range(101)}
    for name, body in {
        "too long": urlencode({"csrf": token, "montant": "1" * 65_536}).encode(),
        "too many fields": urlencode({"csrf": token} | many).encode(),
        "not UTF-8": b"csrf=" + token.encode() + b"&montant=\xff\xfe",
        "escapes that are not UTF-8": b"csrf=" + token.encode() + b"&montant=%FF",
    }.items():
        counted.calls.clear()
        seen = visitor.ask("POST", "/paiement", body, **own)

        assert seen.status == 415, name
        assert counted.writes == 0, name


def test_a_field_sent_twice_counts_once_the_first_one(visitor: Visitor) -> None:
    body = f"csrf={visitor.token()}&taille=plus&taille=moins&retour=/contacts&retour=/".encode()

    seen = visitor.ask("POST", "/preferences/texte", body, content_type=FORM, origin=OURS)

    assert seen.location == "/contacts"
    assert visitor.get("/contacts").page.tags[0][1]["data-text"] == "1"


def test_fields_that_no_form_has_change_nothing(visitor: Visitor, counted: Counted) -> None:
    forbidden = (
        "tenant",
        "cents",
        "montant",
        "status",
        "role",
        "balance_cents",
        "session",
        "version",
        "email",
    )
    fields = FIELDS["/paiement"] | {"csrf": visitor.token()} | dict.fromkeys(forbidden, "1")

    assert visitor.post("/paiement", fields).status == 303
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    payment = portal().payments.get(pending.payment)
    assert (payment.tenant, payment.cents, payment.email) == (ELOISE, 486_32, "9126-1@demo.example")


def test_a_machine_that_speaks_base64_is_understood(visitor: Visitor) -> None:
    """API Gateway encodes bodies whose type it was told is binary, forms among them."""
    types = app.app.api.binary_types
    app.app.api.binary_types = [*types, FORM]
    try:
        answer = visitor.post("/preferences/texte", FIELDS["/preferences/texte"] | {"csrf": visitor.token()})
    finally:
        app.app.api.binary_types = types

    assert answer.status == 303
