"""Accounts in the table: found by their address, and by nothing else."""

from dataclasses import replace

import pytest

from chalicelib.domain.accounts import Role, same_address
from chalicelib.storage.accounts import AccountItem, DynamoAccounts, account_item
from infra.local.resources import Resources
from tests.mothers import NOW, an_account, put

pytestmark = pytest.mark.usefixtures("table")


@pytest.mark.parametrize("role", Role)
def test_an_account_comes_back_as_it_was(role: Role) -> None:
    account = an_account("9126-1", "éloïse@demo.example", role)
    account = replace(account, password_changed_at=NOW, opened_at=NOW, newest_passkey="a mark")
    put(account_item(account))

    assert DynamoAccounts().find("éloïse@demo.example") == account


def test_an_address_that_nobody_has_gives_nothing(table: Resources) -> None:
    put(account_item(an_account("9126-1")))

    for address in ("9126-2@demo.example", "9126-1@DEMO.example", "", "#", "9126-1@demo.example#ACCOUNT"):
        assert DynamoAccounts().find(address) is None


def test_two_spellings_of_an_address_are_one_account() -> None:
    put(account_item(an_account("9126-1", same_address("\u0065\u0301loise@demo.example"))))

    assert DynamoAccounts().find(same_address(" ÉLOISE@Demo.Example ")) is not None


def test_the_table_holds_no_password() -> None:
    put(account_item(an_account()))

    held = AccountItem.get("EMAIL#9126-1@demo.example", "ACCOUNT").password_hash
    assert held.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "Bonjour" not in held
