"""What the home page reads of the leases and the tenant's address: one request for all of it."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.insurance import Cover, Period
from chalicelib.domain.mail_health import BadAddress, Trouble, resume_mail
from chalicelib.storage.home import DynamoHomeReader
from chalicelib.storage.insurance import cover_item
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.mail_health import DynamoMailHealth
from chalicelib.storage.payments import DynamoPayments
from tests.mothers import ELOISE, NOW, TODAY, a_payment, a_posting, put
from tests.town import Counted

pytestmark = pytest.mark.usefixtures("table")
EXPIRED, COVERED = (
    Cover("9126", (Period(date(2025, 10, 31), date(2026, 10, 31)),), to_check=True),
    Cover("9127", (Period(date(2026, 7, 1), date(2027, 6, 30)),)),
)
GONE = BadAddress("9126-1@demo.example", Trouble.BOUNCED, NOW - timedelta(days=1))


def test_accounts_and_covers_come_in_the_order_asked_in_one_request(counted: Counted) -> None:
    put(cover_item(EXPIRED, TODAY), cover_item(COVERED, TODAY))
    DynamoMailHealth().record(GONE)
    DynamoLedger().post(a_posting("9126", 486_32))
    DynamoPayments().add(a_payment(), "")
    counted.calls.clear()

    facts = DynamoHomeReader().facts(["9127", "9126"], GONE.email)

    assert counted.calls == {"BatchGetItem": 1}
    assert [account.lease for account in facts.accounts] == ["9127", "9126"]
    assert [account.balance_cents for account in facts.accounts] == [0, 486_32]
    assert [account.in_progress_cents for account in facts.accounts] == [0, 100_00]
    assert facts.covers == (COVERED, EXPIRED)
    (alert,) = facts.alerts(date(2026, 11, 23))
    assert (alert.lease_number, alert.expired, alert.to_check) == ("9126", True, True)
    assert facts.mail_trouble == GONE


def test_a_lease_of_which_nothing_is_known_was_never_insured_and_owes_nothing() -> None:
    facts = DynamoHomeReader().facts(["1"], GONE.email)

    assert facts.covers == (Cover("1"),)
    assert facts.accounts[0].balance_cents == 0
    assert facts.mail_trouble is None


def test_an_address_that_takes_mail_again_is_no_trouble() -> None:
    DynamoMailHealth().record(GONE)
    resume_mail(DynamoMailHealth(), ELOISE, GONE.email, NOW)

    assert DynamoHomeReader().facts(["1"], GONE.email).mail_trouble is None


def test_no_lease_is_no_request(counted: Counted) -> None:
    assert DynamoHomeReader().facts([], GONE.email).accounts == ()
    assert counted.calls.total() == 0


def test_sixty_leases_are_read_as_well_as_two() -> None:
    leases = [f"{number}" for number in range(60)]
    for lease in leases[::20]:
        DynamoLedger().post(a_posting(lease, 1_00))

    facts = DynamoHomeReader().facts(leases, "")

    assert sum(account.balance_cents for account in facts.accounts) == 3_00
