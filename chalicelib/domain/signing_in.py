"""Signing in, showing the password again, and changing it (« connexion », « mot de passe »).

A try at a password costs two requests: one reads the account with the tallies, one writes what came of it.
Nothing is answered before it is written, on the condition that the tallies are as they were read: of many
tries at once only as many are answered as may be, and none of those is uncounted.  An address without an
account is treated as one with an account, to the last request.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from chalicelib.domain.access import AccessQueue, Notice, notify, once_a_day
from chalicelib.domain.accounts import (
    LONGEST_ADDRESS,
    LONGEST_PASSWORD,
    Account,
    Opening,
    PasswordHasher,
    Role,
    same_address,
)
from chalicelib.domain.devices import KnownDevice
from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.sessions import Key, Place, Session, outlived, session_in
from chalicelib.domain.throttling import (
    NETWORK,
    PASSWORDS,
    ROUNDS,
    Change,
    Rule,
    Subject,
    SubjectKind,
    Tally,
    TooManyTries,
    first_ready,
    new_mark,
    tries,
)
from chalicelib.domain.timeline import Action, TimelineEvent

TOLD_FROM = 10
TOLD_EVERY = timedelta(hours=24)
CHANGES = 5


@dataclass(frozen=True)
class Found:
    """What one request brings of an address: its account, if there is one, and the tallies."""

    account: Account | None
    tallies: tuple[Tally, ...]


Looked = TypeVar("Looked", bound=Found)


@dataclass(frozen=True)
class Attempt:
    """A try at an account's password: from which network, and on which device if the account ever knew it.

    ``held`` is the key of the session that the browser held so far: it ends when another one opens.
    """

    email: str
    password: str = field(repr=False)
    network: str
    device: KnownDevice | None = None
    held: Key | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Give the address as accounts spell it; what is too long for one is nobody's, and kept apart."""
        return same_address(self.email)[: LONGEST_ADDRESS + 1]

    @property
    def limits(self) -> dict[Subject, Rule]:
        """Give what this try may be counted on; with a device, the account says on which (``counted``).

        A device is of one account, whose tally it may come back to: it tries no others from its network.
        """
        account = Subject(SubjectKind.ACCOUNT, self.address)
        if self.device is None:
            return {account: PASSWORDS, Subject(SubjectKind.NETWORK, self.network): NETWORK}
        return {account: PASSWORDS, account._replace(device=self.device.name): PASSWORDS}

    def counted(self, found: Looked) -> Looked:
        """Keep the tallies that this try is counted on: a device that is known has its own, and no other."""
        if self.device is None:
            return found
        apart = self.device.is_known_to(found.account)
        return replace(
            found, tallies=tuple(one for one in found.tallies if bool(one.subject.device) == apart)
        )

    @property
    def spelled(self) -> str:
        """Give the password as it is hashed."""
        return unicodedata.normalize("NFC", self.password)[:LONGEST_PASSWORD]


@dataclass(frozen=True)
class Admission:
    """What a right password writes: the session, who is out for it, and a better hash if there is one.

    ``account`` is as it was read and the first tally, the account's own, is cleared; the others must stand.
    """

    account: Account
    session: Session
    closed: tuple[Place, ...]
    tallies: tuple[Tally, ...]
    password_hash: str


class Threshold(Protocol):
    """Where tries at passwords are read and written; a write is whole, or ``False``: something changed."""

    def look(self, email: str, subjects: Sequence[Subject]) -> Found:
        """Read the account and the tallies, in the order asked for, as last committed: one request."""

    def refuse(self, changes: Sequence[Change]) -> bool:
        """Write the tallies of a wrong password."""

    def admit(self, admission: Admission) -> bool:
        """Open a session."""

    def prove(self, session: Session, account: Account, tallies: Sequence[Tally], at: datetime) -> bool:
        """Write that the password was typed again, and clear the account's tally."""

    def replace_password(
        self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
    ) -> bool:
        """Write another password: all the account's sessions are closed but the second one, which is new.

        ``Absent`` if the one that was shown is gone.
        """


@dataclass(frozen=True)
class Doorkeeper:
    """What it takes to judge a password."""

    threshold: Threshold
    hasher: PasswordHasher
    queue: AccessQueue


@dataclass(frozen=True)
class Opened:
    """A session that was opened, and the secret for its device."""

    session: Session
    secret: str


def sign_in(
    keeper: Doorkeeper, attempt: Attempt, role: Role, now: datetime, *, remembered: bool, device: str
) -> Opened | None:
    """Open a session for who has the password of an account of that role; nothing if it is not.

    Unknown addresses, wrong passwords and accounts of another role cost the same and look the same.
    ``TooManyTries`` when it has to wait, whatever the password is.
    """
    opened: list[Opened] = []

    def admit(account: Account, tallies: tuple[Tally, ...]) -> bool:
        session, secret = session_in(account, remembered=remembered, device=device, now=now)
        opened[:] = [Opened(session, secret)]
        kept = hash_to_keep(keeper.hasher, account, attempt)
        closed = outlived(account, now, attempt.held)
        return keeper.threshold.admit(Admission(account, session, closed, tallies, kept))

    right = _judge(keeper, attempt, lambda account: account.role is role, now, admit)
    return opened[0] if right else None


def prove(keeper: Doorkeeper, attempt: Attempt, session: Session, now: datetime) -> bool:
    """Take note that who is signed in typed the password again; a wrong one counts as at the door."""

    def admit(account: Account, tallies: tuple[Tally, ...]) -> bool:
        return keeper.threshold.prove(session, account, tallies, now)

    return _judge(keeper, attempt, lambda account: account.person == session.holder, now, admit)


def change_password(keeper: Doorkeeper, session: Session, password: str, now: datetime) -> Opened:
    """Give an account another password, end all its sessions, open a new one on this device, and tell.

    The sessions that end are those of the account at the moment of writing: one that is being opened with
    the old password meanwhile is not left over.  ``Absent`` if the session was shut out by then: whoever was
    shown out writes no password.
    """
    made = keeper.hasher.hash(unicodedata.normalize("NFC", password))
    event = TimelineEvent(now, Action.PASSWORD_CHANGED, "")
    for _ in range(CHANGES):
        account = keeper.threshold.look(session.email, []).account
        if account is None or account.person != session.holder:
            raise Absent(session.email)
        fresh, secret = session_in(account, remembered=session.remembered, device=session.device, now=now)
        if keeper.threshold.replace_password(account, made, session, fresh, event):
            return Opened(fresh, secret)
    raise Conflict("account")


def _judge(
    keeper: Doorkeeper,
    attempt: Attempt,
    may_open: Callable[[Account], bool],
    now: datetime,
    admit: Callable[[Account, tuple[Tally, ...]], bool],
) -> bool:
    """Compare the password once, and say what came of it once that is written."""
    fits: dict[str | None, bool] = {}

    def opens(found: Found) -> bool:
        account = found.account if found.account and may_open(found.account) else None
        stored = account.password_hash if account else None
        if stored not in fits:
            fits[stored] = keeper.hasher.matches(stored, attempt.spelled)
        return account is not None and fits[stored]

    return judge(
        keeper,
        attempt,
        lambda: keeper.threshold.look(attempt.address, list(attempt.limits)),
        opens,
        lambda found: found.account is not None and admit(found.account, found.tallies),
        now,
    )


def judge(
    keeper: Doorkeeper,
    attempt: Attempt,
    look: Callable[[], Looked],
    opens: Callable[[Looked], bool],
    admit: Callable[[Looked], bool],
    now: datetime,
) -> bool:
    """Say whether what was tried opens, once what comes of it is written.

    When somebody else wrote in between, everything is read again; by then it may have to wait, and the
    comparison is told to nobody.
    """
    mark = new_mark()
    for _ in range(ROUNDS):
        found = look()
        if any(tally.mark == mark for tally in found.tallies):
            return False  # it was counted, only the answer was lost
        found = attempt.counted(found)
        if wait := first_ready(found.tallies, attempt.limits, now):
            raise TooManyTries(wait, now)
        if opens(found):
            if admit(found):
                return True
        elif _refuse(keeper, attempt, found.tallies, now, mark):
            return False
    raise Unavailable("tallies")


def _refuse(keeper: Doorkeeper, attempt: Attempt, tallies: Sequence[Tally], now: datetime, mark: str) -> bool:
    """Count a wrong password; from the tenth on the address hears of it, once a day.

    It is told first: cut in between, the next failure tells it again, and the worker knows it by its id.
    """
    own, *others = tries(tallies, attempt.limits, now, mark)
    told_at = own.before.told_at
    if len(own.after.tried_at) >= TOLD_FROM and (told_at is None or now >= told_at + TOLD_EVERY):
        id = once_a_day(Notice.MANY_FAILURES, attempt.address, now)
        notify(keeper.queue, Notice.MANY_FAILURES, attempt.address, now, id=id)
        own = Change(own.before, _told(own.after, now))
    return keeper.threshold.refuse([own, *others])


def _told(tally: Tally, now: datetime) -> Tally:
    return Tally(tally.subject, tally.tried_at, now, tally.mark)


def openings(account: Account, session: Session, closed: Sequence[str] = ()) -> tuple[Opening, ...]:
    """Give the sessions of an account once another one is open."""
    kept = [one for one in account.sessions if one.family not in closed]
    return (*kept, Opening(session.family, session.ends_at))


def hash_to_keep(hasher: PasswordHasher, account: Account, attempt: Attempt) -> str:
    """Give the hash to keep: a former site's is replaced, now that the password is known."""
    if hasher.needs_upgrade(account.password_hash):
        return hasher.hash(attempt.spelled)
    return account.password_hash
