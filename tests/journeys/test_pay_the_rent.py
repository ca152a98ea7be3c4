"""The whole story without a browser: sign in, read the home page, pay, ticket in hand.

# manual: ME01 ME03 ME09 ME10 ME11 ME12 ME13 ME14 ME15 ME22 ME24 ME27 ME32 ME33
"""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from email.message import Message
from io import BytesIO
from typing import Any
from urllib.error import HTTPError

import pytest
from pypdf import PdfReader

from chalicelib.domain.documents import LINK_SECONDS, DocumentKind
from chalicelib.portal import portal
from infra.local.resources import Resources
from tests.mothers import Household
from tests.town import Provider, portal_endpoint, work
from tests.visitors import Seen, Visitor


@pytest.fixture
def tenant(eloise: Household) -> Visitor:
    """Give a browser that nobody has signed in with."""
    return Visitor()


def mails(table: Resources) -> list[dict[str, Any]]:
    """Read the mailbox of the local AWS."""
    with urllib.request.urlopen(f"{portal_endpoint(table)}/_ministack/ses/messages") as answer:
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    return [mail for found in accounts.values() for mail in found]


def fetch(address: str) -> tuple[int, Message, bytes]:
    """Open an address of the bucket, as a browser that was sent there."""
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def paid(tenant: Visitor, eloise: Household, provider: Provider, table: Resources) -> Seen:
    """Sign in, pay the whole balance, have the queues do their work; give the payment's page."""
    tenant.follow(tenant.sign_in(eloise.email))
    order = tenant.send(tenant.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    provider.pay(order.location)
    provider.advance(1)
    work(table)
    return tenant.get(pending.path)


def test_the_whole_story(tenant: Visitor, eloise: Household, provider: Provider, table: Resources) -> None:
    door = tenant.get("/")
    assert door.page.heading == "Se connecter"
    assert "Littoral Habitat" in door.page.title

    home = tenant.follow(
        tenant.send(door, "/connexion", identifiant=eloise.email, mot_de_passe="Bonjour-2026!")
    )
    assert home.page.heading == "Bienvenue Mme Éloïse D’Aubigné-Lefèvre"
    (to_pay,) = [link for link in home.page.links if link.startswith("/paiement/payer")]

    order = tenant.send(tenant.get(to_pay), "/paiement")
    assert order.location.startswith(provider.address)
    provider.pay(order.location)
    provider.advance(1)
    assert [delivery.status for delivery in provider.core.deliveries] == [204] * len(provider.core.deliveries)
    assert work(table) >= 2

    account = tenant.get("/paiement")
    assert "Solde de votre compte au 23 novembre 2026 0,00 €" in account.page.words
    assert "Paiement par carte Ticket de CB" in account.page.words
    (to_payment,) = [link for link in account.page.links if len(link) == len("/paiement/") + 32]

    result = tenant.get(to_payment)
    assert result.page.heading == "Votre paiement est accepté"
    (to_ticket,) = [link for link in result.page.links if link.startswith("/documents/9126/")]
    assert to_ticket in tenant.get("/documents?type=tickets").page.links

    sent = tenant.ask("GET", to_ticket)
    status, headers, content = fetch(sent.location)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    printed = PdfReader(BytesIO(content)).pages[0].extract_text()
    assert "L/9126" in printed
    assert "486,32" in printed

    assert "Aujourd’hui 9 h 42 Paiement par carte de 486,32 €" in tenant.get("/").page.words
    (mail,) = mails(table)
    assert mail["To"] == [eloise.email]
    assert "486,32" in mail["Subject"]


def test_the_address_of_a_ticket_lives_sixty_seconds_and_opens_nothing_else(
    tenant: Visitor,
    eloise: Household,
    provider: Provider,
    table: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = paid(tenant, eloise, provider, table)
    (path,) = [link for link in result.page.links if link.startswith("/documents/")]
    good = tenant.ask("GET", path).location
    changed = {
        "another signature": good[:-1] + ("0" if good[-1] != "0" else "1"),
        "a longer life": good.replace(f"X-Amz-Expires={LINK_SECONDS}", "X-Amz-Expires=6000"),
        "another file": good.replace("/tickets/9126/", "/tickets/9128/"),
        "another name": good.replace("attachment", "inline"),
        "no signature": good.partition("?")[0],
    }

    assert LINK_SECONDS == 60
    assert f"X-Amz-Expires={LINK_SECONDS}" in good
    assert fetch(good)[0] == 200
    for name, address in changed.items():
        assert address != good, name
        assert fetch(address)[0] == 403, name
    for seconds, status in ((LINK_SECONDS - 5, 200), (LINK_SECONDS + 1, 403)):
        given_at = datetime.now(UTC) - timedelta(seconds=seconds)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda at=given_at, **_: at)
        assert fetch(tenant.ask("GET", path).location)[0] == status, seconds


def test_the_story_is_the_same_when_the_tenant_comes_back_before_the_event(
    tenant: Visitor, eloise: Household, provider: Provider, table: Resources
) -> None:
    tenant.sign_in(eloise.email)
    order = tenant.send(tenant.get("/paiement/payer"), "/paiement")
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    provider.pay(order.location)

    assert tenant.get(pending.path).page.heading == "Votre paiement est accepté"
    provider.advance(1)
    work(table)

    assert portal().ledger.account("9126").balance_cents == 0
    papers = portal().documents.of_lease("9126")[0]
    assert sorted(paper.kind for paper in papers) == [
        DocumentKind.PARTIAL_RECEIPT,
        DocumentKind.PAYMENT_TICKET,
    ]
    assert len(mails(table)) == 1


def test_a_neighbour_never_sees_any_of_it(
    tenant: Visitor, eloise: Household, neighbour: Visitor, provider: Provider, table: Resources
) -> None:
    result = paid(tenant, eloise, provider, table)

    for path in (result.path, *[link for link in result.page.links if link.startswith("/documents/")]):
        assert neighbour.ask("GET", path).status == 404
    assert "486,32" not in neighbour.get("/").page.words
    assert "débiteur de 123,45 €" in neighbour.get("/").page.words


def test_what_the_manual_shows_is_there(tenant: Visitor, eloise: Household) -> None:
    door = tenant.get("/connexion").page
    assert "Bienvenue dans votre espace locataire" in door.words
    for words in ("Votre identifiant", "Votre mot de passe", "Mot de passe oublié ?", "Souviens-toi de moi"):
        assert words in door.words, words
    home = tenant.follow(tenant.sign_in(eloise.email)).page
    for words in (
        "Alerte renouvellement assurance habitation",
        "L/9126",
        "Mise à jour de l’assurance",
        "Accès rapide Informations personnelles Contrat Documents Paiement Demandes Contacts",
        "Vos demandes ASCENSEURS En cours de traitement",
        "Historique de mes demandes (2)",
        "Situation de votre compte Lundi 23 novembre 2026",
        "Votre compte est débiteur de 486,32 €",
        "Payer en ligne",
        "Mes dernières actions",
    ):
        assert words in home.words, words
    menu = [link for link in home.links if link in MENU]
    assert menu[: len(MENU)] != []
    assert set(MENU) <= set(home.links)
    contacts = tenant.get("/contacts").page.words
    for words in (
        "12, quai des Frégates",
        "05 46 00 00 00",
        "contact@littoral-habitat.example",
        "www.littoral-habitat",
    ):
        assert words in contacts, words
    assert "Solde de votre compte au 23 novembre 2026 486,32 € débiteur" in tenant.get("/paiement").page.words


MENU = ("/", "/informations-personnelles", "/contrat", "/documents", "/paiement", "/demandes")
