"""Accounts in DynamoDB: one item per e-mail address."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.accounts import Account, Role
from chalicelib.storage.table import Item


class AccountItem(Item, discriminator="account"):
    """An account as written in the table."""

    email = UnicodeAttribute()
    role = UnicodeAttribute()
    person = UnicodeAttribute()
    password_hash = UnicodeAttribute()

    def to_domain(self) -> Account:
        """Give the account as the domain knows it."""
        return Account(self.email, Role(self.role), self.person, self.password_hash)


class DynamoAccounts:
    """Implements ``chalicelib.domain.accounts.Accounts``."""

    def find(self, email: str) -> Account | None:
        """Read the account of an address."""
        try:
            return AccountItem.get(account_key(email), "ACCOUNT", consistent_read=True).to_domain()
        except AccountItem.DoesNotExist:
            return None


def account_key(email: str) -> str:
    """Partition of an account."""
    return f"EMAIL#{email}"


def account_item(account: Account) -> AccountItem:
    """Spell an account for the table."""
    return AccountItem(
        account_key(account.email),
        "ACCOUNT",
        email=account.email,
        role=account.role.value,
        person=account.person,
        password_hash=account.password_hash,
    )
