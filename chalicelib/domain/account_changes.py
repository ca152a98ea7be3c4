"""What a link does to an account (« effets des liens »): each is one fact with the link's being used up."""

from datetime import datetime
from enum import Enum
from typing import Protocol

from chalicelib.domain.accounts import Account
from chalicelib.domain.links import Link
from chalicelib.domain.timeline import TimelineEvent


class Outcome(Enum):
    """What came of using a link; all but ``DONE`` changed nothing."""

    DONE = "done"
    SPENT = "spent"
    TAKEN = "taken"
    CHANGED = "changed"


class AccountChanges(Protocol):
    """Where links are used.  Whatever is written, a link that does not live any more says ``SPENT``."""

    def open(self, link: Link, now: datetime) -> Outcome:
        """Open the account of a registration; ``TAKEN`` if the address or the person has one."""

    def set_password(self, link: Link, account: Account, password_hash: str, event: TimelineEvent) -> Outcome:
        """Write another password, take all passkeys out, end all sessions; forget a tenant's failed tries.

        ``CHANGED`` if the account is not what it was when it was read.
        """

    def move(self, link: Link, account: Account, staying: str, event: TimelineEvent) -> Outcome:
        """Move an account to another address, and end all its sessions but the one that is staying, if any.

        ``TAKEN`` if that address opens an account by now, ``CHANGED`` if the account is not what it was.
        """

    def unlock(self, link: Link, now: datetime) -> Outcome:
        """Forget a tenant's failed tries; a link for an agent's account is ``SPENT``."""
