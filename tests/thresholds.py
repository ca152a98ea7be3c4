"""Thresholds to try passwords at: one in memory, which keeps the contract of the one in the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from chalicelib.domain.access import AccessQueue
from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.devices import KnownDevice
from chalicelib.domain.errors import Absent
from chalicelib.domain.sessions import Key, Place, Session
from chalicelib.domain.signing_in import (
    Admission,
    Attempt,
    Doorkeeper,
    Found,
    Opened,
    Threshold,
    openings,
    sign_in,
)
from chalicelib.domain.throttling import Change, Subject, SubjectKind, Tally
from chalicelib.domain.timeline import TimelineEvent
from tests.mothers import NOW

EMAIL, RIGHT, WRONG, HERE = "eloise@demo.example", "Bonjour-2026!", "Bonjour-2027!", "192.0.2.7"


@dataclass
class CountingHasher:
    """Hashes that can be read, and how often one was worked out."""

    worked: list[tuple[str | None, str]] = field(default_factory=list)

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def matches(self, password_hash: str | None, password: str) -> bool:
        self.worked.append((password_hash, password))
        return password_hash in {self.hash(password), f"old {self.hash(password)}"}

    def needs_upgrade(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")


@dataclass
class FakeQueue:
    """Who takes askings, and keeps them in memory."""

    taken: list[dict[str, str]] = field(default_factory=list)

    def ask(self, asking: Mapping[str, str]) -> None:
        self.taken.append(dict(asking))


@dataclass
class FakeThreshold:
    """Accounts, sessions and tallies in memory; what is written by several at once is written one by one."""

    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    tallies: dict[Subject, Tally] = field(default_factory=dict)
    events: list[TimelineEvent] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def look(self, email: str, subjects: Sequence[Subject]) -> Found:
        return Found(self.accounts.get(email), tuple(self.read(subjects)))

    def read(self, subjects: Sequence[Subject]) -> list[Tally]:
        return [self.tallies.get(subject, Tally(subject)) for subject in subjects]

    def change(self, changes: Sequence[Change]) -> bool:
        with self._lock:
            if not all(self._is_as_read(change.before) for change in changes):
                return False
            self.tallies |= {change.after.subject: change.after for change in changes}
            return True

    def refuse(self, changes: Sequence[Change]) -> bool:
        return self.change(changes)

    def admit(self, admission: Admission) -> bool:
        account, session = admission.account, admission.session
        with self._lock:
            if self.accounts.get(account.email) != account or not all(
                self._is_as_read(tally) for tally in admission.tallies
            ):
                return False
            self._write(account, admission.password_hash, session, admission.closed)
            self.tallies.pop(admission.tallies[0].subject, None)
            return True

    def prove(self, session: Session, account: Account, tallies: Sequence[Tally], at: datetime) -> bool:
        key = (session.holder, session.family)
        with self._lock:
            known = self.accounts.get(account.email)
            if known is None or known.password_hash != account.password_hash or key not in self.sessions:
                return False
            if not all(self._is_as_read(tally) for tally in tallies):
                return False
            self.sessions[key] = replace(self.sessions[key], proved_at=at)
            self.tallies.pop(tallies[0].subject, None)
            return True

    def replace_password(
        self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
    ) -> bool:
        with self._lock:
            if (shown.holder, shown.family) not in self.sessions:
                raise Absent(shown.family)
            if self.accounts.get(account.email) != account:
                return False
            closed = [Place(*key) for key in self.sessions if key[0] == session.holder]
            self._write(account, password_hash, session, closed, event.at)
            self.events.append(event)
            return True

    def _write(
        self,
        account: Account,
        password_hash: str,
        session: Session,
        closed: Sequence[Place],
        changed_at: datetime | None = None,
    ) -> None:
        for place in closed:
            self.sessions.pop((place.holder, place.family), None)
        self.sessions[session.holder, session.family] = session
        self.accounts[account.email] = replace(
            account,
            password_hash=password_hash,
            sessions=openings(account, session, [place.family for place in closed]),
            password_changed_at=account.moment_in_it(changed_at)
            if changed_at
            else account.password_changed_at,
        )

    def _is_as_read(self, tally: Tally) -> bool:
        return self.tallies.get(tally.subject, Tally(tally.subject)).mark == tally.mark


def an_own_account(password_hash: str = "", email: str = EMAIL, role: Role = Role.TENANT) -> Account:
    return Account(email, role, "9126-1", password_hash or f"hash of {RIGHT}")


def an_attempt(
    password: str = WRONG, email: str = EMAIL, network: str = HERE, device: str = "", held: Key | None = None
) -> Attempt:
    return Attempt(email, password, network, KnownDevice(device, NOW) if device else None, held)


def a_keeper(threshold: Threshold, queue: AccessQueue | None = None) -> tuple[Doorkeeper, CountingHasher]:
    hasher = CountingHasher()
    return Doorkeeper(threshold, hasher, queue or FakeQueue()), hasher


def enter(
    keeper: Doorkeeper, attempt: Attempt, now: datetime = NOW, *, remembered: bool = False
) -> Opened | None:
    """Try at the tenants' door."""
    return sign_in(keeper, attempt, Role.TENANT, now, remembered=remembered, device="Firefox sur Linux")


def signed_in(threshold: FakeThreshold, now: datetime = NOW, held: Key | None = None) -> Session:
    """Have the account's owner come in."""
    keeper, _ = a_keeper(threshold)
    opened = enter(keeper, an_attempt(RIGHT, held=held), now)
    assert opened is not None
    return opened.session


def known(*accounts: Account) -> FakeThreshold:
    """Give a threshold that knows accounts, or an own one."""
    return FakeThreshold({account.email: account for account in accounts or (an_own_account(),)})


def fail(threshold: FakeThreshold, count: int, now: datetime = NOW, device: str = "") -> None:
    """Have so many failures stand in an account's tally."""
    subject = Subject(SubjectKind.ACCOUNT, EMAIL, device)
    threshold.tallies[subject] = Tally(subject, (now,) * count, mark="before")
