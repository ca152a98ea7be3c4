"""Security check C5 (OWASP API3): a form changes what it is for, whatever fields are added to it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.storage.table import Item, connection
from infra.local.resources import Resources
from tests import access_matrix
from tests.belongings import HERS
from tests.handlers.test_forms import ADDRESS, ARRIVAL, CERTIFICATE
from tests.mothers import ELOISES_LEASE, NADEGES_LEASE, Household
from tests.visitors import PASSWORD, Seen, Visitor

INTRUDER = "INTRUS-424242"
FORBIDDEN = (
    "tenant", "tenant_id", "holder", "person", "role", "is_admin", "admin", "agent", "agency", "state",
    "status", "verified", "amount", "amount_cents", "cents", "balance", "total", "paid", "pk", "sk", "kind",
    "email", "id", "session_id", "family", "secret_hash", "password_hash", "proved_at", "ends_at", "due_pk",
    "expires_at_epoch", "due_sk", "lease", "__proto__", "tenant[role]", "tenant.role",
)  # fmt: skip
NEW = "Trois-Goélands-2026!"


@dataclass(frozen=True)
class Form:
    """A form of the portal, filled in rightly, and the kinds of items that it may change."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()


TRIES = frozenset({"tally"})
OPENING = frozenset({"request", "open_request", "profile", "action", "change", "once", "sequence"})
OF_LOUIS = {"contrat": ELOISES_LEASE, "occupant": "o-1", "envoi": "m" * 22}
FORMS = [
    Form(
        "/contrat/adresse-de-facturation",
        {"contrat": ELOISES_LEASE, **ADDRESS},
        frozenset({"lease", "action", "change"}),
    ),
    Form("/contrat/occupants/ajout", {"contrat": ELOISES_LEASE, "envoi": "m" * 22, **ARRIVAL}, OPENING),
    Form("/contrat/occupants/sortie", {**OF_LOUIS, "depart": "2026-11-30"}, OPENING),
    Form(
        "/contrat/occupants/modification",
        {**OF_LOUIS, "nom": "Louis D’Aubigny", "naissance": "2015-05-04", "lien": "Enfant"},
        OPENING,
    ),
    Form(
        "/contrat/assurance",
        {"contrat": ELOISES_LEASE, "envoi": "p" * 22, **CERTIFICATE},
        frozenset({"upload", "upload_day"}),
    ),
    Form(
        "/documents/accord",
        {"contrat": ELOISES_LEASE, "accord": "oui"},
        frozenset({"consent", "action", "change"}),
    ),
    Form("/documents/attestation", {"contrat": ELOISES_LEASE}),
    Form("/paiement", {"contrat": ELOISES_LEASE, "choix": "solde"}, frozenset({"payment", "pending"})),
    Form("/informations-personnelles/messages"),
    Form(
        "/informations-personnelles/coordonnees",
        {"telephone-mobile": "07 56 78 90 12"},
        frozenset({"profile", "action", "change"}),
    ),
    Form(
        "/informations-personnelles/profession",
        {"situation-professionnelle": "Retraité", "profession": "", "employeur": "Port de commerce"},
        frozenset({"profile", "action", "change"}),
    ),
    Form("/informations-personnelles/e-mail", {"nouvelle-adresse": "autre@exemple.fr"}, TRIES),
    Form(
        "/informations-personnelles/mot-de-passe",
        {"nouveau-mot-de-passe": NEW, "nouveau-mot-de-passe-encore": NEW},
        frozenset({"account", "session", "action"}),
    ),
    Form("/sessions/fermer", {"session": "0"}),
    Form("/deconnexion", {}, frozenset({"session", "account"})),
    Form("/preferences/texte", {"taille": "plus"}),
    Form(
        "/connexion",
        {"identifiant": "9126-1@demo.example", "mot-de-passe": PASSWORD},
        frozenset({"account", "session"}),
    ),
    Form(
        "/inscription",
        {
            "nom": "D’Aubigné-Lefèvre",
            "reference": ELOISES_LEASE,
            "identifiant": "x@exemple.fr",
            "mot-de-passe": NEW,
            "confirmer": NEW,
        },
        TRIES,
    ),
    Form("/connexion/cle", {"reponse": "{}", "defi": "x"}),
    Form("/informations-personnelles/cles", {"reponse": "{}", "defi": "x", "nom": "Téléphone"}),
    Form("/informations-personnelles/cles/retirer", {"cle": "x"}),
    Form("/mot-de-passe", {"identifiant": "9126-1@demo.example"}, TRIES),
]
# Forms of mailed links and of agents: tests/handlers/test_forbidden_elsewhere.py tries them.
ELSEWHERE = (
    "/confirmation/",
    "/mot-de-passe/",
    "/deverrouillage/",
    "/gestion",
    "/webhooks/",
    "/paiement/{id}/",
    "/demandes/{number}/",
    "/envois/{id}/",
)


def whole_table() -> dict[tuple[str, str], dict[str, Any]]:
    found = connection().client.scan(TableName=Item.Meta.table_name)
    assert "LastEvaluatedKey" not in found
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found["Items"]}


def changed(before: dict[tuple[str, str], Any], after: dict[tuple[str, str], Any]) -> dict[Any, Any]:
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return {key: after.get(key) or before[key] for key in keys}


def send(visitor: Visitor, form: Form, **more: str) -> Seen:
    return visitor.post(form.action, form.fields | {"csrf": visitor.token()} | more)


def test_every_form_is_tried() -> None:
    posted = {route.removeprefix("POST ") for route in access_matrix.addresses() if route.startswith("POST")}

    assert {path for path in posted if not path.startswith(ELSEWHERE)} == {form.action for form in FORMS}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.action)
def test_added_fields_change_nothing(
    form: Form, visitor: Visitor, nadege: Household, quick_hashes: None, resources: Resources
) -> None:
    if form.action in {"/connexion", "/connexion/cle", "/inscription", "/mot-de-passe"}:
        visitor = Visitor()
    before = whole_table()

    answer = send(visitor, form, **dict.fromkeys(FORBIDDEN, INTRUDER))

    after = whole_table()
    found = changed(before, after)
    assert answer.status < 500
    assert INTRUDER not in str(after)
    assert {
        item["kind"]["S"] if isinstance(item["kind"], dict) else item["kind"] for item in found.values()
    } <= (form.changes)
    assert not [key for key in found if NADEGES_LEASE in str(key)]


@pytest.mark.parametrize("name", ["contrat", "session"])
def test_of_a_field_sent_twice_the_first_counts_and_a_neighbours_value_is_absent(
    name: str, visitor: Visitor, nadege: Household
) -> None:
    theirs = f"csrf={visitor.token()}&choix=solde&{name}={NADEGES_LEASE}&{name}={ELOISES_LEASE}"
    path = {"contrat": "/paiement", "session": "/sessions/fermer"}[name]
    headers = {"content_type": "application/x-www-form-urlencoded", "origin": visitor.door.address}
    before = whole_table()

    answer = visitor.ask("POST", path, theirs.encode(), **headers)

    assert answer.status in {303, 404}
    assert changed(before, whole_table()) == {}
    assert not [word for word in HERS if word in answer.html and word == "486,32"]
