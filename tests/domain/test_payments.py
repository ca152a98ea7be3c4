"""Payments: what may be asked, what a fact becomes in the books, and what the page says of it."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import Refused
from chalicelib.domain.ledger import STRIPE, EntryKind, Line
from chalicelib.domain.payments import (
    EUR,
    FINAL,
    ID_SHAPE,
    Fact,
    FactKind,
    PaymentStatus,
    RemotePayment,
    check_amount,
    event_of,
    fits,
    new_payment,
    posting_of,
    read_remote,
)
from tests.mothers import NOW, a_payment

PAID = PaymentStatus.PAID


def fact(kind: FactKind = FactKind.CHARGE, cents: int = 100_00, currency: str = EUR) -> Fact:
    return Fact("x_1", kind, cents, currency, NOW)


@pytest.mark.parametrize("cents", [50, 486_32, 500_00])
def test_an_amount_between_fifty_cents_and_what_is_owed_can_be_paid(cents: int) -> None:
    check_amount(cents, 500_00, 500_00)


@pytest.mark.parametrize(
    ("cents", "owed", "largest", "told"),
    [
        (0, 500_00, 500_00, "Le plus petit montant que l’on peut payer par carte est 0,50\u00a0€."),
        (-1, 500_00, 500_00, "Le plus petit"),
        (49, 500_00, 500_00, "Le plus petit"),
        (500_01, 500_00, 900_00, "Ce montant dépasse ce que vous devez\u00a0: 500,00\u00a0€."),
        (300_01, 500_00, 300_00, "Le plus grand montant que l’on peut payer en une fois est 300,00\u00a0€."),
        (2**63, 500_00, 300_00, "Ce montant dépasse"),
    ],
)
def test_any_other_amount_is_refused_in_french(cents: int, owed: int, largest: int, told: str) -> None:
    with pytest.raises(Refused) as refused:
        check_amount(cents, owed, largest)

    assert refused.value.reason.startswith(told)


def test_ids_cannot_be_guessed_and_have_their_shape() -> None:
    ids = {new_payment("9126", "t-1", "", 1_00, NOW).id for _ in range(1_000)}

    assert len(ids) == 1_000
    assert all(ID_SHAPE.fullmatch(id) for id in ids)


@pytest.mark.parametrize("kind", FactKind)
@pytest.mark.parametrize("cents", [100_00, -100_00])
def test_every_fact_is_the_lease_s_account_against_the_provider_s(kind: FactKind, cents: int) -> None:
    posting = posting_of(a_payment(), fact(kind, cents))

    assert posting.lines == (Line("lease:9126", -cents), Line(STRIPE, cents))
    assert (posting.id, posting.payment) == ("x_1", a_payment().id)
    assert posting.label
    event = event_of(a_payment(), fact(kind, cents))
    assert (event.cents, event.subject) == (100_00, a_payment().id)
    assert "100,00\u00a0€" in event.text


def test_only_a_payment_by_card_has_a_ticket_in_the_account() -> None:
    kinds = {kind: posting_of(a_payment(), fact(kind)).kind for kind in FactKind}

    assert [kind for kind, entry in kinds.items() if entry is EntryKind.CARD_PAYMENT] == [FactKind.CHARGE]


@pytest.mark.parametrize(
    ("seen", "good"),
    [
        (fact(), True),
        (fact(cents=99_99), False),
        (fact(cents=100_01), False),
        (fact(currency="usd"), False),
        (fact(FactKind.REFUND, -40_00), True),
        (fact(FactKind.REFUND, -100_00), True),
        (fact(FactKind.REFUND, -100_01), False),
        (fact(FactKind.REFUND, -40_00, "usd"), False),
        (fact(FactKind.DISPUTE, -100_00), True),
    ],
)
def test_a_fact_that_is_not_what_was_asked_for_does_not_fit(seen: Fact, good: bool) -> None:
    assert fits(a_payment(), seen) is good


def test_the_state_is_what_the_provider_says_now() -> None:
    known = replace(a_payment(), address="https://pay.example", refusal_code="x")
    remote = RemotePayment("cs_1", known.id, PAID, (), "ch_1", "4242", "", NOW)

    seen = read_remote(known, remote)

    assert (seen.status, seen.session, seen.charge, seen.card_last4, seen.refusal_code) == (
        PAID,
        "cs_1",
        "ch_1",
        "4242",
        "",
    )
    assert (seen.paid_at, seen.address, seen.version) == (NOW, "", known.version)


@pytest.mark.parametrize(
    ("renounced", "status"), [(True, PaymentStatus.ABANDONED), (False, PaymentStatus.EXPIRED)]
)
def test_a_page_that_expired_was_given_up_or_forgotten(renounced: bool, status: PaymentStatus) -> None:
    remote = RemotePayment("cs_1", "p", PaymentStatus.EXPIRED)

    assert read_remote(replace(a_payment(), renounced=renounced), remote).status is status


def test_a_payment_is_settled_once_nothing_is_left_to_do() -> None:
    for status in PaymentStatus:
        payment = replace(a_payment(), status=status)
        assert payment.is_final == (status in FINAL)
        assert payment.is_settled == (status in FINAL - {PAID})
    assert replace(a_payment(), status=PAID, ticketed_at=NOW).is_settled


def test_a_refusal_is_said_when_the_bank_told() -> None:
    told = replace(a_payment(), refusal_code="insufficient_funds")

    assert told.refusal == "Votre banque a refusé la carte\u00a0: provision insuffisante."
    assert replace(a_payment(), refusal_code="generic_decline").refusal is None


def test_the_number_of_the_ticket_is_the_french_day_and_the_payment() -> None:
    assert a_payment().number == "T-261123-4F9A2C01"
    late = NOW.replace(hour=23, minute=30)
    assert replace(a_payment(), paid_at=late).number == "T-261124-4F9A2C01"
