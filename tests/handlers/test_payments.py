"""Paying by card through the pages: paid, refused, given up, expired, already paid, and twice clicked."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import Unavailable
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.payments import PaymentStatus
from chalicelib.portal import portal
from chalicelib.storage.tenants import hold_item, profile_item
from infra.local.resources import Resources
from infra.local.stripe.cards import DECLINED
from tests import mothers
from tests.mothers import Household
from tests.town import Counted, Provider, work
from tests.visitors import Seen, Visitor


@pytest.fixture
def page(visitor: Visitor) -> Seen:
    """Order the whole balance: the answer leads to the payment page."""
    return visitor.send(visitor.get("/paiement/payer?contrat=9126"), "/paiement")


def payment_path() -> str:
    pending = portal().ledger.account("9126").pending
    assert pending is not None
    return pending.path


def session_of(page: Seen) -> str:
    return page.location.rsplit("/", 1)[1]


def test_the_payment_page_says_what_is_paid_and_leads_back_here(page: Seen, provider: Provider) -> None:
    session = provider.core.session(session_of(page))

    assert page.status == 303
    assert session["amount_total"] == 486_32
    assert session["success_url"] == f"http://127.0.0.1:8000{payment_path()}"
    assert session["customer_email"] == "9126-1@demo.example"


def test_back_from_a_paid_page_the_balance_is_up_to_date_before_any_event(
    page: Seen, visitor: Visitor, provider: Provider
) -> None:
    path = payment_path()
    provider.pay(page.location)

    seen = visitor.get(path)

    assert seen.page.heading == "Votre paiement est accepté"
    assert "Merci, nous avons bien reçu 486,32 €" in seen.page.words
    assert "Solde à jour : 0,00 €" in seen.page.words
    assert "Votre ticket de CB est en préparation" in seen.page.words
    assert "Vous n’avez rien à payer." in visitor.get("/").page.words
    assert "Paiement par carte de 486,32 €" in visitor.get("/").page.words


def test_a_refused_card_is_explained_and_can_be_tried_again(
    page: Seen, visitor: Visitor, provider: Provider
) -> None:
    path = payment_path()
    provider.core.decline(session_of(page), DECLINED)

    seen = visitor.get(path)

    assert seen.page.heading == "Votre paiement a été refusé"
    assert "Aucune somme n’a été encaissée" in seen.page.words
    assert page.location in seen.page.links
    assert "débiteur de 486,32 €" in visitor.get("/").page.words


def test_coming_back_without_having_paid_leaves_a_choice(page: Seen, visitor: Visitor) -> None:
    seen = visitor.get(f"{payment_path()}?annule=1")

    assert seen.page.heading == "Votre paiement n’est pas terminé"
    assert page.location in seen.page.links
    assert seen.page.form(f"{payment_path()}/renoncer").method == "POST"


def test_a_payment_given_up_can_no_longer_be_paid(page: Seen, visitor: Visitor, provider: Provider) -> None:
    path = payment_path()

    answer = visitor.send(visitor.get(path), f"{path}/renoncer")

    assert visitor.follow(answer).page.heading == "Vous avez renoncé à ce paiement"
    assert provider.core.session(session_of(page))["status"] == "expired"
    assert portal().ledger.account("9126").pending is None


def test_a_page_nobody_paid_expires_after_an_hour(page: Seen, visitor: Visitor, provider: Provider) -> None:
    path = payment_path()
    provider.advance(1_500)
    visitor.get("/")
    provider.advance(2_100)

    visitor.enter("9126-1")
    assert visitor.get(path).page.heading == "Le délai pour payer est passé"


def test_clicking_twice_gives_the_same_page(visitor: Visitor) -> None:
    form = visitor.get("/paiement/payer")

    first, second = visitor.send(form, "/paiement"), visitor.send(form, "/paiement")

    assert first.location == second.location


def test_the_back_button_after_paying_pays_nothing_again(
    page: Seen, visitor: Visitor, provider: Provider
) -> None:
    form = visitor.get("/paiement/payer")
    path = payment_path()
    provider.pay(page.location)

    answer = visitor.send(form, "/paiement")

    assert answer.location == f"{path}?deja=1"
    assert visitor.follow(answer).page.heading == "Ce paiement a déjà été fait"
    assert "rien à payer" in visitor.send(form, "/paiement").page.heading
    assert portal().ledger.account("9126").balance_cents == 0


def test_a_return_address_that_somebody_made_up_books_nothing(
    page: Seen, visitor: Visitor, counted: Counted
) -> None:
    counted.calls.clear()

    seen = visitor.get(f"{payment_path()}?session_id=cs_test_x&payment_status=paid&status=complete")

    assert seen.page.heading == "Votre paiement n’est pas terminé"
    assert counted.writes == 0


def test_when_the_provider_does_not_answer_the_page_says_so_and_nothing_is_lost(
    visitor: Visitor, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal()
    form = visitor.get("/paiement/payer")
    with monkeypatch.context() as down:
        down.setattr(portal().collection.desk, "open", unavailable)
        seen = visitor.send(form, "/paiement")

    assert seen.status == 503
    assert "Rien n’a été perdu ni compté deux fois." in seen.page.words
    assert visitor.send(form, "/paiement").location.startswith(provider.address)


@pytest.mark.parametrize(
    ("state", "mailed", "kept"),
    [
        (
            PaymentStatus.PAID,
            "Il vous sera aussi envoyé par e-mail.",
            "Votre ticket de CB est en préparation. Il sera dans vos documents",
        ),
        (PaymentStatus.PROCESSING, "vous recevrez un e-mail.", "le ticket sera dans vos documents"),
    ],
)
def test_no_mail_is_promised_to_an_address_that_takes_none(
    page: Seen,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    state: PaymentStatus,
    mailed: str,
    kept: str,
) -> None:
    path, email = payment_path(), "9126-1@demo.example"
    payment = portal().payments.get(path.rpartition("/")[2])
    portal().payments.save(replace(payment, status=state))
    monkeypatch.setattr(portal().collection.desk, "look", unavailable)

    before = visitor.get(path).page.words
    portal().mail_health.record(BadAddress(email.upper(), Trouble.BOUNCED, payment.started_at))
    seen = visitor.get(path)

    assert mailed in before
    assert kept not in before
    assert "e-mail" not in seen.page.words
    assert kept in seen.page.words
    assert "/documents" in seen.page.links


def test_the_ticket_that_is_made_is_in_the_documents_of_who_gets_no_mail_of_it(
    page: Seen, visitor: Visitor, provider: Provider, table: Resources, counted: Counted
) -> None:
    path, other = payment_path(), Visitor()
    mothers.put(profile_item(mothers.a_tenant("9126-2"), 0), hold_item("9126-2", mothers.a_hold("9126")))
    other.enter("9126-2")
    provider.pay(page.location)
    provider.advance(1)
    work(table)
    visitor.get(path)

    mine = visitor.get(path).page.words
    calls = counted.during(lambda: other.get(path))

    assert "Le ticket vous est aussi envoyé par e-mail." in mine
    assert calls.total() == 2
    seen = other.get(path)
    assert "Le ticket reste dans vos documents" in seen.page.words
    assert "e-mail" not in seen.page.words


def unavailable(*_: object) -> None:
    raise Unavailable("stripe")


def test_a_refund_is_seen_in_the_account_and_the_payment_stays_paid(
    page: Seen, visitor: Visitor, provider: Provider, table: Resources
) -> None:
    path = payment_path()
    provider.pay(page.location)
    provider.advance(1)
    work(table)
    charge = next(iter(provider.core.account.every("charge")))["id"]

    provider.core.refund(charge)
    provider.advance(1)
    work(table)

    assert "Remboursement d’un paiement par carte 486,32 €" in visitor.get("/paiement").page.words
    assert visitor.get(path).page.heading == "Votre paiement est accepté"
    assert "débiteur de 486,32 €" in visitor.get("/").page.words


def test_one_pays_one_lease_while_the_other_waits(
    visitor: Visitor, eloise: Household, nadege: Household
) -> None:
    mothers.put(hold_item(eloise.tenant.id, mothers.a_hold("9128")))

    first = visitor.send(visitor.get("/paiement/payer?contrat=9126"), "/paiement")
    second = visitor.send(visitor.get("/paiement/payer?contrat=9128"), "/paiement")

    assert first.location != second.location
    assert portal().ledger.account("9126").in_progress_cents == 486_32
    assert portal().ledger.account("9128").in_progress_cents == 123_45


def test_the_payment_is_kept_before_the_provider_hears_of_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal()
    kept: list[PaymentStatus] = []

    def look(payment: object) -> None:
        pending = portal().ledger.account("9126").pending
        assert pending is not None
        kept.append(portal().payments.get(pending.payment).status)
        unavailable()

    monkeypatch.setattr(portal().collection.desk, "open", look)
    visitor.send(visitor.get("/paiement/payer"), "/paiement")

    assert kept == [PaymentStatus.CREATED]
