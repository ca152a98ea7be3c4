"""Amounts as people type them: paid to the cent, or refused in clear French with nothing begun."""

import pytest

from chalicelib.portal import portal
from tests import mothers
from tests.mothers import a_tenant
from tests.town import Counted, Provider
from tests.visitors import Seen, Visitor

SHAPE = "Indiquez un montant en euros, avec deux décimales au plus"
SMALL, ABOVE = "Le plus petit montant", "Ce montant dépasse ce que vous devez"
LIMIT = "Le plus grand montant que l’on peut payer en une fois est 5 000,00 €"
MISSING = "Indiquez le montant que vous voulez payer"
REFUSED = {
    "0": SMALL, "0,00": SMALL, "0.49": SMALL, "-1": SHAPE, "−1": SHAPE, "+5": SHAPE, "1e3": SHAPE,
    "0.001": SHAPE,
    "1,234": SHAPE, "1.284,80": SHAPE, "1,284.80": SHAPE, "1 28": SHAPE, "12 84": SHAPE, "1..2": SHAPE,
    ".5": SHAPE,
    "": MISSING, "   ": MISSING, "abc": SHAPE, "cinquante": SHAPE, "NaN": SHAPE, "inf": SHAPE, "0x10": SHAPE,
    "50 $": SHAPE, "50 GBP": SHAPE, "1284,81": ABOVE, "1 284,81": ABOVE, "5000,01": ABOVE, "999999999": ABOVE,
    "9999999999": SHAPE, str(2**63): SHAPE, "1" * 2_000: SHAPE, "1_000": SHAPE, "<b>50</b>": SHAPE,
    "50;100": SHAPE, "½": SHAPE, "5²": SHAPE, "\u200b50": SHAPE,
}  # fmt: skip
TAKEN = {
    "1": 1_00, "1,00": 1_00, "0,50": 50, "50": 50_00, "50.5": 50_50, "50,05 €": 50_05, "50\u00a0€": 50_00,
    " 12,3 ": 12_30,
    "1 284,80": 1284_80, "1\u202f284,80\u00a0€": 1284_80, "1284.80": 1284_80, "0050": 50_00,
    "20 euros": 20_00,
    "50\r\n": 50_00,
}  # fmt: skip


@pytest.fixture
def payer(provider: Provider) -> Visitor:
    """Give the browser of somebody who owes 1 284,80 €."""
    household = mothers.settle_in(a_tenant(), owed_cents=1284_80)
    visitor = Visitor()
    visitor.enter(household.tenant.id)
    return visitor


def order(visitor: Visitor, token: str, **fields: str) -> Seen:
    return visitor.post("/paiement", {"csrf": token, "contrat": "9126", "choix": "autre"} | fields)


def test_an_amount_that_cannot_be_paid_is_refused_in_french_and_nothing_begins(
    payer: Visitor, counted: Counted
) -> None:
    token = payer.token()
    for typed, sentence in REFUSED.items():
        counted.calls.clear()
        seen = order(payer, token, montant=typed)

        assert seen.status == 422, typed
        assert sentence in seen.page.words, typed
        assert seen.page.title.startswith("Erreur : payer en ligne"), typed
        assert seen.page.form("/paiement").fields["montant"] == typed, typed
        assert seen.page.form("/paiement").fields["choix"] == "autre"
        assert counted.writes == 0, typed
    assert portal().ledger.account("9126").pending is None


def test_an_amount_that_can_be_paid_leads_to_the_payment_page_for_that_amount(
    payer: Visitor, provider: Provider
) -> None:
    token = payer.token()
    for typed, cents in TAKEN.items():
        seen = order(payer, token, montant=typed)

        assert seen.status == 303, typed
        assert seen.location.startswith(f"{provider.address}/pay/"), typed
        session = provider.core.session(seen.location.rsplit("/", 1)[1])
        assert session["amount_total"] == cents, typed
        assert portal().ledger.account("9126").in_progress_cents == cents


def test_the_whole_balance_is_what_is_owed_and_not_what_was_typed(payer: Visitor) -> None:
    seen = order(payer, payer.token(), choix="solde", montant="1")

    assert seen.status == 303
    assert portal().ledger.account("9126").in_progress_cents == 1284_80


@pytest.mark.parametrize("choice", ["", "tout", "SOLDE", "solde "])
def test_a_choice_that_is_not_in_the_list_is_refused(payer: Visitor, counted: Counted, choice: str) -> None:
    token = payer.token()
    counted.calls.clear()

    seen = order(payer, token, choix=choice, montant="50")

    assert seen.status == 422
    assert "Choisissez le solde ou un autre montant." in seen.page.words
    assert counted.writes == 0


def test_more_than_the_limit_is_refused_and_the_whole_balance_is_cut_to_it(provider: Provider) -> None:
    household = mothers.settle_in(a_tenant(), owed_cents=7_000_00)
    visitor = Visitor()
    visitor.enter(household.tenant.id)
    token = visitor.token()

    refused = order(visitor, token, montant="5000,01")

    assert refused.status == 422
    assert LIMIT in refused.page.words
    assert order(visitor, token, choix="solde").status == 303
    assert portal().ledger.account("9126").in_progress_cents == 5_000_00


def test_the_form_ties_the_message_to_the_field_and_takes_one_there(payer: Visitor) -> None:
    page = order(payer, payer.token(), montant="abc").page

    assert "#montant" in page.links
    (field,) = [one.attributes for one in page.controls if one.attributes.get("id") == "montant"]
    assert field["aria-invalid"] == "true"
    assert set(field["aria-describedby"].split()) <= set(page.ids)
