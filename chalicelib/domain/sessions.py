"""Sessions: somebody signed in on one device, until they leave, are idle, or are shown out.

The device holds a random secret; the table holds its SHA-256 only, so a copy of the table opens no door.  A
session keeps its name (« family ») for life and changes its secret each time a remembered device comes back:
the secret of before then shows that somebody has a copy of it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from chalicelib.domain.access import AccessQueue, Notice, notify
from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.service_requests import ServiceRequest
from chalicelib.domain.staff import Agent
from chalicelib.domain.tenants import Hold, Tenant
from chalicelib.domain.timeline import TimelineEvent

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
REMEMBERED = timedelta(days=30)
PROVEN = timedelta(minutes=15)
OVERLAP = timedelta(seconds=60)
MOST_SESSIONS = 10


@dataclass(frozen=True)
class Session:
    """One device's right to enter, for one tenant or agent, until ``ends_at`` or until it is removed.

    ``email`` is the address that was signed in with: where the tenant surely reads.  ``previous_hash`` is the
    secret of before ``rotated_at``, ``taken_up`` says that the device has shown the present one; the password
    was last typed at ``proved_at``.  ``account_opened_at`` is the account's: what is older is none of it.
    """

    holder: str
    family: str
    email: str
    secret_hash: str
    opened_at: datetime
    ends_at: datetime
    remembered: bool
    device: str = ""
    previous_hash: str = ""
    rotated_at: datetime | None = None
    proved_at: datetime | None = None
    role: Role = Role.TENANT
    taken_up: bool = False
    account_opened_at: datetime | None = None

    @property
    def seen_at(self) -> datetime:
        """Give the last moment at which the table heard of the device."""
        return self.rotated_at or self.opened_at

    def is_over(self, now: datetime) -> bool:
        """Tell whether its longest life is past; the table may keep it for an hour more."""
        return now >= self.ends_at

    def is_proven(self, now: datetime) -> bool:
        """Tell whether the password was typed lately enough for what is sensitive."""
        return self.proved_at is not None and now < self.proved_at + PROVEN

    def holds(self, secret: str) -> bool:
        """Tell whether that is its secret."""
        return hmac.compare_digest(self.secret_hash, hash_of(secret))

    def held(self, secret: str) -> bool:
        """Tell whether that was its secret just before the present one."""
        return hmac.compare_digest(self.previous_hash, hash_of(secret))

    def just_rotated(self, now: datetime) -> bool:
        """Tell whether the secret changed a moment ago: requests that left together arrive together."""
        return self.rotated_at is not None and now <= self.rotated_at + OVERLAP

    @property
    def awaits_use(self) -> bool:
        """Tell whether the device has not shown the present secret yet: it may have been lost on its way."""
        return bool(self.previous_hash) and not self.taken_up


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


@dataclass(frozen=True)
class StaffVisitor:
    """An agent who is signed in."""

    session: Session
    agent: Agent

    @property
    def email(self) -> str:
        """Give the address to write to."""
        return self.session.email


class Sessions(Protocol):
    """Where sessions are kept, beside the tenant or the agent they belong to."""

    def open(self, session: Session) -> None:
        """Keep a new session; of more than ten the oldest are closed."""

    def rotate(self, session: Session, shown_hash: str, new_hash: str, now: datetime) -> bool:
        """Change the secret, that which was shown being the one of before.

        ``False`` if it is not what it was when it was read, or the session is gone.
        """

    def take_up(self, session: Session) -> None:
        """Write that the device has shown the secret that was read; nothing if it changed meanwhile."""

    def close(self, session: Session) -> None:
        """Remove a session; one that is not there is as good."""

    def close_others(self, session: Session) -> None:
        """Remove all the sessions of its holder but this one."""

    def of(self, holder: str, role: Role = Role.TENANT) -> tuple[Session, ...]:
        """Read somebody's sessions, the latest opened first; some may be over."""

    def visitor(self, holder: str, family: str, *, actions: int = 0) -> Visitor | None:
        """Read whose session it is, with their latest actions, in one request; nothing if it is gone."""

    def staff_visitor(self, holder: str, family: str) -> StaffVisitor | None:
        """Read which agent's session it is, in one request.

        Nothing if it is gone, and nothing from the moment at which the right is: no account, another role, an
        account that is younger than the session.
        """


@dataclass(frozen=True)
class Key:
    """What a device shows: its holder's name, the session, the secret, and when it was last seen here.

    Unless the session is ``remembered``, nothing has to be read to know that it was away for too long.
    """

    holder: str
    family: str
    secret: str
    seen_at: datetime
    remembered: bool = True

    def is_idle(self, now: datetime) -> bool:
        """Tell whether it opens nothing any more, whatever has become of the session."""
        return not self.remembered and now >= self.seen_at + IDLE


class Place(NamedTuple):
    """Where a session lies: whose it is, and its name."""

    holder: str
    family: str


class Shown(Enum):
    """What the secret is that a device showed."""

    PRESENT = "the one it shall hold"
    FIRST = "the one it shall hold, shown for the first time: the one of before is worth nothing from now on"
    DUE = "the one it held before it was away: it shall get another with the answer"
    JUST_BEFORE = "the one of a moment ago: another request of the same device was given the new one"


@dataclass(frozen=True)
class Entry:
    """Who came in, and with what secret."""

    visitor: Visitor
    shown: Shown


@dataclass(frozen=True)
class StaffEntry:
    """Which agent came in, and with what secret."""

    visitor: StaffVisitor
    shown: Shown


def come_in(
    sessions: Sessions, queue: AccessQueue, key: Key, now: datetime, *, actions: int = 0
) -> Entry | None:
    """Let in who shows a key that opens; a session that is idle or over is as good as none.

    A secret that is neither the present one nor that of a moment ago was copied: the session ends for whoever
    holds it, and its owner is told.  As long as a new secret was not shown, it may have been lost on its way:
    the one of before gets another.
    """
    visitor = sessions.visitor(key.holder, key.family, actions=actions)
    shown = _shown(sessions, queue, visitor.session, visitor.email, key, now) if visitor else None
    return Entry(visitor, shown) if visitor and shown else None


def let_agent_in(sessions: Sessions, queue: AccessQueue, key: Key, now: datetime) -> StaffEntry | None:
    """Let in the agent who shows a key that opens, by the same rules."""
    visitor = sessions.staff_visitor(key.holder, key.family)
    shown = _shown(sessions, queue, visitor.session, visitor.email, key, now) if visitor else None
    return StaffEntry(visitor, shown) if visitor and shown else None


def _shown(
    sessions: Sessions, queue: AccessQueue, session: Session, email: str, key: Key, now: datetime
) -> Shown | None:
    """Tell what the secret of a key is to a session; nothing if it does not open."""
    if session.is_over(now):
        return None
    if session.holds(key.secret):
        if now < key.seen_at + IDLE:
            return Shown.FIRST if session.awaits_use else Shown.PRESENT
        return Shown.DUE if session.remembered else None
    if session.held(key.secret) and session.just_rotated(now):
        return Shown.JUST_BEFORE
    if session.held(key.secret) and session.awaits_use:
        return Shown.DUE
    facts = {"id": f"{Notice.SESSION_REPLAYED.value}-{session.family}", "device": session.device}
    try:
        notify(queue, Notice.SESSION_REPLAYED, email, now, **facts)
    finally:  # whoever can be told or not, it ends
        sessions.close(session)
    return None


def renew(sessions: Sessions, session: Session, shown: str, now: datetime) -> str:
    """Give a device that was away another secret than it showed; none if another request was quicker.

    To be done when the answer is ready: a secret that never arrives would look stolen the next time.
    """
    secret = secrets.token_urlsafe(32)
    return secret if sessions.rotate(session, hash_of(shown), hash_of(secret), now) else ""


def outlived(account: Account, now: datetime, held: Key | None = None) -> tuple[Place, ...]:
    """Say which sessions go when an account opens another: those that are over, and the oldest of ten.

    That which the browser ``held`` so far goes too, whoever's it is: nobody comes back to it from there.
    """
    mine = {Place(account.person, one.family): one.ends_at for one in account.sessions}
    left = [Place(held.holder, held.family)] if held else []
    living = [place for place, ends_at in mine.items() if now < ends_at and place not in left]
    staying = living[-(MOST_SESSIONS - 1) :]
    return tuple(dict.fromkeys(place for place in (*mine, *left) if place not in staying))


def hash_of(secret: str) -> str:
    """Give what the table keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_session(
    holder: str, email: str, *, remembered: bool, device: str, now: datetime, role: Role = Role.TENANT
) -> tuple[Session, str]:
    """Make a session of somebody whose password was just checked, and the secret (256 bits) for the device.

    Names of sessions begin with the moment: in their order, the oldest comes first.
    """
    secret = secrets.token_urlsafe(32)
    family = f"{int(now.timestamp()):08x}{secrets.token_hex(8)}"
    ends_at = now + (REMEMBERED if remembered else LONGEST)
    mine = hash_of(secret)
    session = Session(
        holder, family, email, mine, now, ends_at, remembered, device[:80], proved_at=now, role=role
    )
    return session, secret


def session_in(account: Account, *, remembered: bool, device: str, now: datetime) -> tuple[Session, str]:
    """Make a session of an account, which is no older than the account, whatever a clock says."""
    session, secret = new_session(
        account.person, account.email, remembered=remembered, device=device, now=now, role=account.role
    )
    own = replace(session, opened_at=account.moment_in_it(now), account_opened_at=account.opened_at)
    return own, secret
