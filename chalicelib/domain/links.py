"""Links of mails (« liens ») that open, change or unlock an account: random, for one use, and soon over.

The mail alone holds the token (256 bits); the table holds its SHA-256, so a copy of the table opens nothing.
A link counts while it is the newest of its kind for its address, unused, and not over.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Protocol

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.askings import Answered, Asking

TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
# Whoever opens a link too late reads what became of it, and may have another one.
KEPT_AFTER_ITS_END = timedelta(days=7)


class LinkKind(StrEnum):
    """What a link is for."""

    REGISTRATION = "registration"
    RECOVERY = "recovery"
    ADDRESS = "address"
    UNLOCK = "unlock"


LIVES: Mapping[LinkKind, timedelta] = {
    LinkKind.REGISTRATION: timedelta(hours=24),
    LinkKind.RECOVERY: timedelta(hours=1),
    LinkKind.ADDRESS: timedelta(hours=24),
    LinkKind.UNLOCK: timedelta(hours=24),
}


class LinkState(Enum):
    """How a link stands; only a living one does anything."""

    LIVING = "living"
    USED = "used"
    REPLACED = "replaced"
    OVER = "over"


@dataclass(frozen=True)
class Link:
    """What the table knows of a link; ``email`` is the account's address, or the one it shall have.

    ``password_hash`` is that of a registration, ``new_email`` the address that an account moves to.
    """

    hash: str
    kind: LinkKind
    email: str
    person: str
    asked_at: datetime
    ends_at: datetime
    password_hash: str = ""
    new_email: str = ""
    used_at: datetime | None = None
    replaced_at: datetime | None = None

    @property
    def role(self) -> Role:
        """Tell whose account it is about: an agent's id is the address that opens the account."""
        return Role.AGENT if self.person == self.email else Role.TENANT

    @property
    def kept_until(self) -> datetime:
        """Give the moment at which it is cleared away."""
        return self.ends_at + KEPT_AFTER_ITS_END

    def state(self, now: datetime) -> LinkState:
        """Tell how it stands: its last second is the one before ``ends_at``."""
        if self.used_at:
            return LinkState.USED
        if self.replaced_at:
            return LinkState.REPLACED
        return LinkState.LIVING if now < self.ends_at else LinkState.OVER


class Links(Protocol):
    """Where links are kept, and what was last answered to each address."""

    def find(self, hash: str) -> Link | None:
        """Read a link as last committed, whatever its state; nothing once it was cleared away."""

    def answered(self, asking: Asking) -> Answered | None:
        """Read which asking of that kind the address was last answered."""

    def issue(self, link: Link, asking: Asking, before: Answered | None) -> bool:
        """Keep a new link; the one before is replaced.  ``False`` if another was issued since ``before``."""

    def settle(self, asking: Asking, now: datetime) -> None:
        """Take note that an asking was answered and needs nothing more."""


def new_link(
    kind: LinkKind,
    asking: Asking,
    person: str,
    now: datetime,
    *,
    password_hash: str = "",
    new_email: str = "",
    account: Account | None = None,
) -> tuple[Link, str]:
    """Make a link, and the token that only the mail will hold.

    It is no older than the ``account`` that it is for, whatever a clock says.
    """
    token = secrets.token_urlsafe(32)
    ends_at = now + LIVES[kind]
    asked_at = account.moment_in_it(asking.asked_at) if account else asking.asked_at
    link = Link(hash_of(token), kind, asking.email, person, asked_at, ends_at, password_hash, new_email)
    return link, token


def hash_of(token: str) -> str:
    """Give what the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
