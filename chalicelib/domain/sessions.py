"""Sessions: somebody signed in on one device, until they leave, are idle, or are shown out.

The device holds a random secret; the table holds its SHA-256 only, so a copy of the table opens no door.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.domain.service_requests import ServiceRequest
from chalicelib.domain.tenants import Hold, Tenant
from chalicelib.domain.timeline import TimelineEvent

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class Session:
    """One device's right to enter, for one tenant, until ``ends_at`` or until it is removed.

    ``email`` is the address that was signed in with: where the tenant surely reads.
    """

    tenant: str
    email: str
    secret_hash: str
    opened_at: datetime
    ends_at: datetime
    remembered: bool
    device: str = ""

    def is_over(self, now: datetime) -> bool:
        """Tell whether its longest life is past; the table may keep it long after."""
        return now >= self.ends_at


@dataclass(frozen=True)
class Visitor:
    """A tenant who is signed in, with all that lies beside the session: one read brings it."""

    session: Session
    tenant: Tenant
    holds: tuple[Hold, ...]
    request_count: int = 0
    open_requests: tuple[ServiceRequest, ...] = ()
    actions: tuple[TimelineEvent, ...] = ()

    @property
    def email(self) -> str:
        """Give the address to write to."""
        return self.session.email or self.tenant.email

    def holds_lease(self, number: str) -> bool:
        """Tell whether the lease is one of the visitor's."""
        return any(hold.lease == number for hold in self.holds)


class Sessions(Protocol):
    """Where sessions are kept, beside the tenant they belong to."""

    def open(self, session: Session) -> None:
        """Keep a new session."""

    def close(self, tenant: str, secret_hash: str) -> None:
        """Remove a session; one that is not there is as good."""

    def visitor(self, tenant: str, secret_hash: str, *, actions: int = 0) -> Visitor | None:
        """Read whose session it is, with their latest actions, in one request; nothing if it is gone."""


def hash_of(secret: str) -> str:
    """Give what the table keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_session(
    tenant: str, email: str, *, remembered: bool, device: str, now: datetime
) -> tuple[Session, str]:
    """Make a session and the secret (256 bits) that only the device will hold."""
    secret = secrets.token_urlsafe(32)
    ends_at = now + (REMEMBERED if remembered else LONGEST)
    return Session(tenant, email, hash_of(secret), now, ends_at, remembered, device[:80]), secret
