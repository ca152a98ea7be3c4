"""The payment page over real loopback HTTP: every way through it, without script."""

import re
from collections.abc import Iterator

import pytest
import stripe

from infra.local.stripe.core import StandIn
from tests.infra.local.stripe.loopback import Page, send, serving, visit
from tests.infra.local.stripe.orders import an_order

SUCCESS = "http://127.0.0.1:8000/paiement/p-1?page="


@pytest.fixture
def core() -> Iterator[StandIn]:
    with serving() as core:
        yield core


@pytest.fixture
def session(core: StandIn) -> stripe.checkout.Session:
    client = stripe.StripeClient("sk_test_demo", base_addresses={"api": core.base_address})
    return client.v1.checkout.sessions.create(an_order())


@pytest.fixture
def page(session: stripe.checkout.Session) -> Page:
    return visit(str(session.url))


def test_the_page_says_what_it_is(page: Page) -> None:
    assert page.status == 200
    assert "Démonstration\u00a0: aucun argent réel" in page.words
    assert "Payer 456,78\u00a0€" in page.words
    assert "Loyer et charges, contrat L/9126" in page.words
    assert '<html lang="fr">' in page.text


def test_the_page_offers_the_five_cards_and_a_way_back(page: Page) -> None:
    assert re.findall(r'name="card" value="(\d+)"', page.text) == [
        "4242424242424242",
        "4000000000000002",
        "4000000000009995",
        "4000002760003184",
        "4000000000000259",
    ]
    assert 'href="http://127.0.0.1:8000/paiement/p-1?annule=1">Retour</a>' in page.text


def test_every_field_has_its_label(page: Page) -> None:
    fields = re.findall(r"<input[^>]+>", page.text)
    wrapped = re.findall(r"<label[^>]*>\s*<input[^>]+>", page.text)
    named = [
        field
        for field in fields
        if (found := re.search(r'id="(\w+)"', field)) and f'for="{found[1]}"' in page.text
    ]

    assert len(wrapped) + len(named) == len(fields) == 6


def test_the_page_may_load_its_stylesheet_and_nothing_else(page: Page, core: StandIn) -> None:
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://127.0.0.1:8000"
    )
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert 'href="/stripe/style.css"' in page.text
    style = visit(f"{core.base_address}/style.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


def test_paying_leads_back_to_the_portal(page: Page, core: StandIn, session: stripe.checkout.Session) -> None:
    back = send(page, card="4242424242424242")

    assert (back.status, back.headers["Location"]) == (303, f"{SUCCESS}{session.id}")
    assert core.truth() == {"p-1": 45_678}


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("4000000000000002", "La banque a refusé ce paiement. Essayez une autre carte."),
        ("4000000000009995", "La provision de cette carte est insuffisante."),
    ],
)
def test_a_refused_card_stays_on_the_page(page: Page, core: StandIn, card: str, words: str) -> None:
    again = send(page, card=card)

    assert (again.status, core.truth()) == (200, {})
    assert 'role="alert"' in again.text
    assert words in again.words
    assert send(again, card="4242424242424242").headers["Location"].startswith(SUCCESS)
    assert core.truth() == {"p-1": 45_678}


def test_an_authenticated_card_makes_a_detour(page: Page, core: StandIn) -> None:
    question = send(page, card="4000002760003184")
    assert question.address.endswith("/authenticate")
    assert "Votre banque demande de confirmer le paiement de 456,78\u00a0€" in question.words
    assert core.truth() == {}

    back = send(question, answer="accept")

    assert back.headers["Location"].startswith(SUCCESS)
    assert core.truth() == {"p-1": 45_678}


def test_a_refused_authentication_leads_back_to_the_cards(page: Page, core: StandIn) -> None:
    question = send(page, card="4000002760003184")

    again = send(question, answer="refuse")

    assert "L’authentification a échoué\u00a0: rien n’est payé." in again.words
    assert core.truth() == {}


def test_the_bank_asks_nothing_when_nothing_waits(page: Page) -> None:
    answered = visit(f"{page.address}/authenticate")

    assert (answered.status, answered.headers["Location"]) == (303, page.address)
    assert visit(f"{page.address}/authenticate", {"answer": "accept"}).headers["Location"] == page.address


def test_the_disputed_card_pays_and_is_disputed(page: Page, core: StandIn) -> None:
    send(page, card="4000000000000259")

    assert core.truth() == {"p-1": 0}


def test_a_number_that_is_typed_goes_before_the_choice(page: Page, core: StandIn) -> None:
    send(page, card="4000000000000002", number="5555 5555 5555 4444")

    assert core.truth() == {"p-1": 45_678}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4970100000000055", "Seules les cartes d’essai de Stripe sont acceptées ici."),
        ("1234", "Ce numéro de carte est incorrect."),
    ],
)
def test_a_number_that_is_no_test_card_is_refused(page: Page, core: StandIn, number: str, words: str) -> None:
    again = send(page, card="4242424242424242", number=number)

    assert (again.status, core.truth()) == (422, {})
    assert words in again.words
    assert 'aria-invalid="true"' in again.text
    assert number not in again.text


def test_a_paid_page_is_not_paid_again(page: Page, core: StandIn, session: stripe.checkout.Session) -> None:
    send(page, card="4242424242424242")

    again = send(page, card="4242424242424242")

    assert (again.status, core.truth()) == (410, {"p-1": 45_678})
    assert "Ce paiement est déjà fait" in again.words
    assert f'href="{SUCCESS}{session.id}"' in again.text


def test_an_expired_page_takes_no_money(page: Page, core: StandIn) -> None:
    core.advance(3600)

    again = send(page, card="4242424242424242")

    assert (again.status, core.truth()) == (410, {})
    assert "Le délai pour payer est passé" in again.words
    assert 'href="http://127.0.0.1:8000/paiement/p-1?annule=1"' in again.text


def test_what_the_portal_names_is_escaped(core: StandIn) -> None:
    client = stripe.StripeClient("sk_test_demo", base_addresses={"api": core.base_address})
    order = an_order("p-2")
    order["line_items"][0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    order["cancel_url"] = 'https://example.org/?"onclick="alert(1)'

    page = visit(str(client.v1.checkout.sessions.create(order).url))

    assert "<script" not in page.text
    assert '"onclick' not in page.text


@pytest.mark.parametrize(
    "path", ["/", "/pay/", "/pay/cs_test_nobody", "/pay/../v1", "/stylé.css".encode().hex()]
)
def test_any_other_page_is_absent(core: StandIn, path: str) -> None:
    page = visit(core.base_address + path)

    assert (page.status, "Page introuvable" in page.words) == (404, True)


def test_a_page_is_read_and_sent_only(page: Page) -> None:
    assert visit(page.address, method="PUT").status == 405
    head = visit(page.address, method="HEAD")
    assert (head.status, head.text) == (200, "")
