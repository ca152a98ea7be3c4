"""Accounts (« comptes d’accès »): an e-mail address and a password that open the door to one person."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

LONGEST_PASSWORD, LONGEST_ADDRESS = 128, 254


class Role(StrEnum):
    """Whose account it is."""

    TENANT = "locataire"
    AGENT = "agent"


@dataclass(frozen=True)
class Account:
    """What is needed to let somebody in; ``person`` is the tenant's or the agent's id."""

    email: str
    role: Role
    person: str
    password_hash: str


class Accounts(Protocol):
    """Where accounts are kept, one per e-mail address."""

    def find(self, email: str) -> Account | None:
        """Read the account of an address spelled by ``same_address``."""


class PasswordHasher(Protocol):
    """The one-way function behind passwords (argon2id, 19 MiB, two passes, one lane: OWASP's floor)."""

    def hash(self, password: str) -> str:
        """Give a salted hash in PHC string format."""

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password made that hash; with no hash, take the same time and say no."""


def same_address(typed: str) -> str:
    """Spell an e-mail address the one way under which accounts are kept (NFC, no case, no blanks)."""
    return unicodedata.normalize("NFC", typed.strip()).casefold()


def sign_in(
    accounts: Accounts, hasher: PasswordHasher, email: str, password: str, role: Role
) -> Account | None:
    """Give the account that this address and password open, or nothing.

    Unknown addresses, wrong passwords and accounts of another role cost the same and look the same.
    """
    address = same_address(email)
    account = accounts.find(address) if len(address) <= LONGEST_ADDRESS else None
    fits = account is not None and account.role is role
    stored = account.password_hash if account is not None and fits else None
    spelled = unicodedata.normalize("NFC", password)[:LONGEST_PASSWORD]
    return account if hasher.matches(stored, spelled) and fits else None
