"""Security check C5, for the forms of mailed links and of agents: added fields change nothing there either.

Those that tenants fill in are in tests/handlers/test_forbidden_fields.py.
"""

from dataclasses import dataclass, field, replace

import pytest

from chalicelib.domain.links import LinkKind
from chalicelib.portal import now, portal
from chalicelib.storage.insurance import certificate_item
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.uploads import upload_item
from tests import access_matrix, agents, mothers
from tests.agents import CLAIRE
from tests.handlers.test_forbidden_fields import ELSEWHERE, FORBIDDEN, INTRUDER, changed, whole_table
from tests.mothers import (
    ELOISE,
    ELOISES_LEASE,
    NADEGES_LEASE,
    Household,
    a_certificate_sent,
    a_refused_upload,
    a_request,
)
from tests.newcomers import issued, registration
from tests.visitors import PASSWORD, Visitor

OWN, NEW = f"{ELOISE}@demo.example", "Trois-Goélands-2026!"
CHOSEN = {"nouveau-mot-de-passe": NEW, "confirmer": NEW}
WRONG = {"code": "000000"}


@dataclass(frozen=True)
class Form:
    """A form, what is typed in it, who sends it, and the kinds of items that it may change."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()
    sent_by: str = "nobody"
    link: LinkKind | None = None


def of_link(action: str, kind: LinkKind, fields: dict[str, str], *changes: str) -> Form:
    return Form(action, fields, frozenset(changes), link=kind)


def of_agent(action: str, fields: dict[str, str], *changes: str, sent_by: str = "agent") -> Form:
    return Form(action, fields, frozenset(changes), sent_by)


OPENED = ("account", "person_account", "tally", "link")
JUDGED = ("certificate", "cover", "change")
RESET = ("account", "session", "action", "link")
AWAITED = frozenset({"upload", "upload_day"})
TAKING, TURNED_DOWN = replace(a_request("D2026-000500"), opened_here=True), a_refused_upload()
FORMS = [
    of_link("/confirmation/{token}", LinkKind.REGISTRATION, {"mot-de-passe": PASSWORD}, *OPENED),
    of_link("/confirmation/{token}/nouveau", LinkKind.REGISTRATION, {}),
    of_link("/mot-de-passe/{token}", LinkKind.RECOVERY, CHOSEN, *RESET),
    of_link("/deverrouillage/{token}", LinkKind.UNLOCK, {}, "link"),
    Form("/paiement/{id}/renoncer", {}, frozenset({"payment", "pending"}), "tenant"),
    Form("/demandes/{number}/pieces", {"envoi": "q" * 22}, AWAITED, "tenant"),
    Form("/envois/{id}/recommencer", {"envoi": "r" * 22}, AWAITED, "tenant"),
    of_agent("/gestion/connexion", {"identifiant": CLAIRE, "mot-de-passe": PASSWORD}, sent_by="nobody"),
    of_agent("/gestion/connexion/cle", {"reponse": "{}"}, sent_by="nobody"),
    of_agent("/gestion/mot-de-passe", {"identifiant": CLAIRE}, "tally", sent_by="nobody"),
    of_agent("/gestion/code", WRONG, "tally", sent_by="half"),
    of_agent("/gestion/double-authentification", WRONG | {"code-actuel": "000000"}, "tally"),
    of_agent("/gestion/codes-de-secours", WRONG, "tally"),
    of_agent("/gestion/attestations/{lease}/{reference}/accepter", {}, *JUDGED),
    of_agent("/gestion/attestations/{lease}/{reference}/refuser", {"motif": "Illisible"}, *JUDGED),
    of_agent("/gestion/cles", {"reponse": "{}", "nom": "Téléphone"}),
    of_agent("/gestion/cles/retirer", {"cle": "x"}),
    of_agent("/gestion/sessions/fermer", {"session": "0"}),
    of_agent("/gestion/preferences/texte", {"taille": "plus"}),
    of_agent("/gestion/deconnexion", {}, "session", "account"),
    of_link("/gestion/mot-de-passe/{token}", LinkKind.RECOVERY, CHOSEN, *RESET),
]


@pytest.fixture
def town(visitor: Visitor, nadege: Household, quick_hashes: None) -> None:
    """Settle in all who send forms; Éloïse has a payment under way."""
    mothers.francois_xavier()
    agents.claire()
    visitor.send(visitor.get("/paiement/payer"), "/paiement")
    mothers.put(upload_item(TURNED_DOWN), *request_items(TAKING))


def sender(form: Form) -> tuple[Visitor, str]:
    """Give who sends a form, and the token that it carries."""
    visitor, side = Visitor(), "/gestion" if form.action.startswith("/gestion") else ""
    if form.sent_by == "tenant":
        visitor.enter(ELOISE)
    elif form.sent_by == "agent":
        agents.enter(visitor)
    elif form.sent_by == "half":
        agents.open_half(visitor)
    page = visitor.get("/gestion/connexion" if side else "/contacts").page
    return visitor, page.form(f"{side}/preferences/texte").fields["csrf"]


def path_of(form: Form) -> str:
    """Give the path of a form, with something that is there."""
    if form.link is LinkKind.REGISTRATION:
        return form.action.replace("{token}", registration(now()).rsplit("/", 1)[1])
    if form.link:
        of = (CLAIRE, CLAIRE) if form.action.startswith("/gestion") else (OWN, ELOISE)
        path = issued(form.link, of[0], now(), of[1])
        return form.action.replace("{token}", path.rsplit("/", 1)[1])
    if "{reference}" in form.action:
        sent = a_certificate_sent()
        mothers.put(certificate_item(sent))
        return form.action.replace("{lease}", sent.lease).replace("{reference}", sent.reference)
    pending = portal().ledger.account(ELOISES_LEASE).pending
    action = form.action.replace("{number}", TAKING.number).replace("/envois/{id}", TURNED_DOWN.path)
    return action.replace("{id}", pending.payment if pending else "")


def test_every_form_is_tried() -> None:
    posted = {route.removeprefix("POST ") for route in access_matrix.addresses() if route.startswith("POST")}

    assert {path for path in posted if path.startswith(ELSEWHERE)} - {"/webhooks/stripe"} == {
        form.action for form in FORMS
    }


def test_added_fields_change_nothing(town: None) -> None:
    for form in FORMS:
        (visitor, token), path = sender(form), path_of(form)
        before = whole_table()

        answer = visitor.post(path, form.fields | {"csrf": token} | dict.fromkeys(FORBIDDEN, INTRUDER))

        found = changed(before, whole_table())
        assert answer.status < 500, form
        assert answer.status not in {403, 415} | ({404} if form.link else set()), form
        assert INTRUDER not in str(found), form
        assert {item["kind"]["S"] for item in found.values()} <= form.changes, form
        assert not [key for key in found if NADEGES_LEASE in str(key)], form
