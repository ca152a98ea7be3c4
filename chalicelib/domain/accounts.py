"""Accounts (« comptes d’accès »): an e-mail address and a password that open the door to one person."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

LONGEST_PASSWORD, LONGEST_ADDRESS = 128, 254


class Role(StrEnum):
    """Whose account it is."""

    TENANT = "locataire"
    AGENT = "agent"


@dataclass(frozen=True)
class Opening:
    """A session that an account opened, and until when it lasts at most; it may have been closed since."""

    family: str
    ends_at: datetime


@dataclass(frozen=True)
class Account:
    """What is needed to let somebody in; ``person`` is the tenant's or the agent's id.

    ``sessions`` are those it opened, the oldest first, and ``newest_passkey`` is the mark of the one added
    last: whoever changes the account knows which to close, and that there is no other.
    """

    email: str
    role: Role
    person: str
    password_hash: str
    sessions: tuple[Opening, ...] = ()
    password_changed_at: datetime | None = None
    opened_at: datetime | None = None
    newest_passkey: str = ""

    def was_open(self, at: datetime) -> bool:
        """Tell whether it was there at a moment: what is older was left by an account that is no more.

        An account that does not say since when it is there may have all that there is.
        """
        return self.opened_at is None or at >= self.opened_at

    def moment_in_it(self, now: datetime) -> datetime:
        """Give the moment of what is made in it now: never before it was opened, whatever a clock says."""
        return max(now, self.opened_at) if self.opened_at else now


class Accounts(Protocol):
    """Where accounts are kept, one per e-mail address."""

    def find(self, email: str) -> Account | None:
        """Read the account of an address spelled by ``same_address``."""

    def address_of(self, tenant: str) -> str:
        """Give the address of a tenant's account, nothing if they have none."""


class PasswordHasher(Protocol):
    """The one-way function behind passwords (argon2id, 19 MiB, two passes, one lane: OWASP's floor)."""

    def hash(self, password: str) -> str:
        """Give a salted hash in PHC string format."""

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password made that hash; with no hash, take the same time and say no.

        Hashes that a former site left are read too.  One that cannot be read, or that costs more than a
        sign-in may, fits no password and takes that same time.
        """

    def needs_upgrade(self, password_hash: str) -> bool:
        """Tell whether a hash is another than ``hash`` makes today: a former site's, or of another cost."""


def same_address(typed: str) -> str:
    """Spell an e-mail address the one way under which accounts are kept (NFC, no case, no blanks)."""
    return unicodedata.normalize("NFC", typed.strip()).casefold()
