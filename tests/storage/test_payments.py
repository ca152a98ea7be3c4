"""Payments in the table: one waits per lease, each change once, and what is unsettled is found."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.payments import (
    EUR,
    Fact,
    FactKind,
    Payment,
    PaymentStatus,
    event_of,
    posting_of,
)
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.payments import SHARDS, DynamoPayments, PaymentItem
from chalicelib.storage.table import Item
from chalicelib.storage.timeline import ActionItem
from tests.mothers import ELOISE, NOW, a_payment, a_posting
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
FULL = replace(
    a_payment("a" * 32),
    status=PaymentStatus.PAID,
    session="cs_1",
    address="https://pay.example/é",
    renounced=True,
    charge="ch_1",
    card_last4="4242",
    refusal_code="x",
    paid_at=NOW,
    booked=frozenset({"ch_1", "re_1"}),
    ticket="ticket-1",
    ticketed_at=NOW,
)


@pytest.fixture
def payments() -> DynamoPayments:
    return DynamoPayments()


def charge(payment: Payment, id: str = "ch_1") -> Fact:
    return Fact(id, FactKind.CHARGE, payment.cents, EUR, NOW)


def settle(payments: DynamoPayments, payment: Payment, fact: Fact) -> Payment:
    paid = replace(payment, status=PaymentStatus.PAID, booked=payment.booked | {fact.id})
    return payments.settle(paid, posting_of(payment, fact), event_of(payment, fact))


def test_a_payment_comes_back_as_it_was(payments: DynamoPayments) -> None:
    payments.add(a_payment(), "")

    assert payments.get(a_payment().id) == a_payment()
    saved = payments.save(replace(FULL, id=a_payment().id))
    assert payments.get(a_payment().id) == saved
    assert saved == replace(FULL, id=a_payment().id, version=1, released=True)


def test_a_lease_waits_for_one_payment(payments: DynamoPayments) -> None:
    payments.add(a_payment("a" * 32), "")

    with pytest.raises(Conflict):
        payments.add(a_payment("b" * 32), "")
    with pytest.raises(Conflict):
        payments.add(a_payment("b" * 32), "c" * 32)
    with pytest.raises(Absent):
        payments.get("b" * 32)

    payments.add(a_payment("b" * 32), "a" * 32)
    pending = DynamoLedger().account("9126").pending
    assert pending is not None
    assert pending.payment == "b" * 32


def test_a_payment_that_was_changed_meanwhile_is_not_overwritten(payments: DynamoPayments) -> None:
    payments.add(a_payment(), "")
    read = payments.get(a_payment().id)
    payments.save(replace(read, session="cs_1"))

    with pytest.raises(Conflict):
        payments.save(replace(read, session="cs_2"))
    with pytest.raises(Conflict):
        settle(payments, read, charge(read))

    assert payments.get(read.id).session == "cs_1"
    assert DynamoLedger().account("9126").balance_cents == 0


def test_a_change_of_a_payment_alone_is_no_transaction(
    payments: DynamoPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments.add(a_payment(), "")
    read = payments.get(a_payment().id)
    with monkeypatch.context() as alone:
        alone.setattr("chalicelib.storage.payments.commit", lambda _: pytest.fail("a transaction"))

        saved = payments.save(replace(read, session="cs_1"))

    assert payments.get(read.id) == saved == replace(read, session="cs_1", version=read.version + 1)


def test_a_change_that_meets_a_transaction_waits_for_it(
    payments: DynamoPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> NoReturn:
        raise Unavailable("DynamoDB")

    payments.add(a_payment(), "")
    read = payments.get(a_payment().id)
    monkeypatch.setattr(PaymentItem, "update", busy)

    saved = payments.save(replace(read, session="cs_1"))

    assert payments.get(read.id) == saved


def test_a_fact_changes_books_payment_and_timeline_at_once_and_once(payments: DynamoPayments) -> None:
    DynamoLedger().post(a_posting(cents=150_00))
    payments.add(a_payment(), "")
    payment = payments.get(a_payment().id)

    settled = settle(payments, payment, charge(payment))

    account = DynamoLedger().account("9126")
    assert (account.balance_cents, account.pending) == (50_00, None)
    assert payments.get(payment.id) == settled
    (action,) = ActionItem.query(tenant_key(ELOISE), ActionItem.sk.startswith("ACTION#"))
    assert action.to_domain().text == "Paiement par carte de 100,00\u00a0€"
    assert settle(payments, settled, charge(payment)).version == settled.version
    assert DynamoLedger().account("9126").balance_cents == 50_00


def test_a_payment_that_is_final_frees_the_lease_but_not_from_another(payments: DynamoPayments) -> None:
    payments.add(a_payment("a" * 32), "")
    first = payments.get("a" * 32)
    payments.add(a_payment("b" * 32), "a" * 32)

    payments.save(replace(first, status=PaymentStatus.EXPIRED))

    assert payments.get("a" * 32).status is PaymentStatus.EXPIRED
    pending = DynamoLedger().account("9126").pending
    assert pending is not None
    assert pending.payment == "b" * 32


def test_a_payment_is_found_on_the_leases_of_who_asks_only(
    payments: DynamoPayments, counted: Counted
) -> None:
    payments.add(a_payment(), "")
    counted.calls.clear()

    payment, account, trouble = payments.of_leases(a_payment().id, ["9128", "9126"], "eloise@demo.example")

    assert counted.calls == {"BatchGetItem": 1}
    assert trouble is None
    assert (payment, account.lease, account.in_progress_cents) == (a_payment(), "9126", 100_00)
    for id, leases in ((payment.id, ["9128"]), (payment.id, []), ("f" * 32, ["9126"])):
        with pytest.raises(Absent):
            payments.of_leases(id, leases)


def test_what_is_unsettled_is_listed_oldest_first_until_it_is_settled(payments: DynamoPayments) -> None:
    ids = [f"{shard:02x}" + "0" * 30 for shard in range(SHARDS)]
    for place, id in enumerate(ids):
        payment = replace(a_payment(id, f"{9000 + place}"), started_at=NOW - timedelta(minutes=place))
        payments.add(payment, "")
    settled = payments.get(ids[3])
    payments.save(replace(settled, status=PaymentStatus.EXPIRED))
    unticketed = payments.get(ids[5])
    payments.save(replace(unticketed, status=PaymentStatus.PAID))

    waiting = [payment.id for payment in payments.unsettled(NOW - timedelta(minutes=1))]
    assert waiting == [ids[7], ids[6], ids[5], ids[4], ids[2]]
    assert payments.unsettled(NOW - timedelta(minutes=7)) == []


def test_a_payment_that_is_settled_leaves_the_index(payments: DynamoPayments) -> None:
    payments.add(a_payment(), "")
    payments.save(replace(FULL, id=a_payment().id))

    item: Any = Item.get(f"PAYMENT#{a_payment().id}", "PAYMENT")
    assert (item.due_pk, item.due_sk) == (None, None)
