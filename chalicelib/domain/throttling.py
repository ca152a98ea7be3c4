"""Throttling (« limites d’essais »): how often something may be tried before the next try has to wait.

What was tried is kept as moments, so that a limit holds over any stretch of its length.  A try that has to
wait is not counted: nobody keeps a neighbour out by knocking on and on.
"""

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.domain import french
from chalicelib.domain.errors import Refused, Unavailable

ROUNDS = 12
UNKNOWN = "unknown"
_NO_TIME, _MINUTE, _HOUR = timedelta(0), timedelta(minutes=1), timedelta(hours=1)


class SubjectKind(StrEnum):
    """On what tries are counted; askings of a network are not its tries at passwords.

    Nor are the passwords typed to confirm an address those of its account, which there is none of yet.
    """

    ACCOUNT = "account"
    NETWORK = "ip"
    LEASE = "lease"
    MAIL = "mail"
    ASKING = "asking"
    CONFIRMATION = "confirmation"
    VERIFICATION = "verification"


class Subject(NamedTuple):
    """One account, network, lease or address of mail; an account has a tally for each device it knows."""

    kind: SubjectKind
    name: str
    device: str = ""


@dataclass(frozen=True)
class Rule:
    """How many tries are taken ``within`` a time, and the pause after each, once ``free`` ones are used up.

    The first pause is ``pause``; it doubles with each try, up to ``longest``.
    """

    most: int
    within: timedelta
    free: int = 0
    pause: timedelta = _NO_TIME
    longest: timedelta = _NO_TIME

    def lately(self, tried_at: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
        """Give the tries that still count."""
        return tuple(at for at in tried_at if now < at + self.within)

    def ready_at(self, tried_at: Sequence[datetime], now: datetime) -> datetime | None:
        """Give the moment from which the next try is taken; nothing if that is now."""
        counted = self.lately(tried_at, now)
        if len(counted) >= self.most:
            return counted[-self.most] + self.within
        if not self.pause or len(counted) <= self.free:
            return None
        doublings = min(len(counted) - self.free - 1, self.most.bit_length())
        at = counted[-1] + min(self.pause * 2**doublings, self.longest)
        return at if now < at else None


# Sources: OWASP ASVS 5.0, 6.1.1 and 6.3.1; NIST SP 800-63B-4, 3.2.2 (at most 100 failures of an account).
PASSWORDS = Rule(100, timedelta(hours=24), free=4, pause=timedelta(seconds=30), longest=timedelta(minutes=15))
NETWORK = Rule(30, timedelta(minutes=5))
CONTRACT = Rule(5, _HOUR)
REGISTRATIONS = Rule(10, _HOUR)
MAILS = Rule(3, _HOUR)
# An office that checks a pile of receipts is no guesser, and nobody guesses one of 2**80 codes.
VERIFICATIONS = Rule(30, timedelta(minutes=5))


@dataclass(frozen=True)
class Tally:
    """The tries that were counted on a subject, oldest first; ``mark`` is that of the last one to write it.

    ``told_at`` says when its owner last heard of many failures.
    """

    subject: Subject
    tried_at: tuple[datetime, ...] = ()
    told_at: datetime | None = None
    mark: str = ""

    def with_try(self, rule: Rule, now: datetime, mark: str) -> "Tally":
        """Count one more; what is too long ago to count is forgotten."""
        return replace(self, tried_at=(*rule.lately(self.tried_at, now), now)[-rule.most :], mark=mark)


class Change(NamedTuple):
    """A tally as it was read, and as it shall be."""

    before: Tally
    after: Tally


class Tallies(Protocol):
    """Where tries are counted."""

    def read(self, subjects: Sequence[Subject]) -> list[Tally]:
        """Read tallies as last committed, in one request, in the order asked for; a new one is empty."""

    def change(self, changes: Sequence[Change]) -> bool:
        """Write all of them, or none: ``False`` if one is not what it was when it was read."""


class TooManyTries(Refused):
    """It has to wait (answers 429); the reason says until when."""

    def __init__(
        self, ready_at: datetime, now: datetime, what: str = "Trop d’essais n’ont pas abouti."
    ) -> None:
        super().__init__(f"{what} Réessayez {_from_when(ready_at, now)}.")
        self.ready_at = ready_at


def take(tallies: Tallies, limits: Mapping[Subject, Rule], now: datetime) -> datetime | None:
    """Count one try on each subject, or on none; give the moment to come back at if one has had enough.

    ``Unavailable`` if others kept counting in between: the try was not counted, and must not be made.
    """
    mark = new_mark()
    for _ in range(ROUNDS):
        read = tallies.read(list(limits))
        if any(tally.mark == mark for tally in read):
            return None  # it was counted, only the answer was lost
        if wait := first_ready(read, limits, now):
            return wait
        if tallies.change(tries(read, limits, now, mark)):
            return None
    raise Unavailable("tallies")


def first_ready(tallies: Sequence[Tally], limits: Mapping[Subject, Rule], now: datetime) -> datetime | None:
    """Give the moment from which all of the subjects take another try; nothing if that is now."""
    waits = [limits[tally.subject].ready_at(tally.tried_at, now) for tally in tallies]
    return max((wait for wait in waits if wait), default=None)


def tries(tallies: Sequence[Tally], limits: Mapping[Subject, Rule], now: datetime, mark: str) -> list[Change]:
    """Count one try on each."""
    return [Change(tally, tally.with_try(limits[tally.subject], now, mark)) for tally in tallies]


def new_mark() -> str:
    """Make the mark by which somebody knows their own write."""
    return secrets.token_hex(8)


def network_of(address: str) -> str:
    """Name the network of an address: itself, or for IPv6 its /64, which is one household's."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{ipaddress.IPv6Address(int(found) >> 64 << 64)}/64"


def _from_when(ready_at: datetime, now: datetime) -> str:
    """Say from when on, rounded up to the minute: « dans 8 minutes, à partir de 9 h 50 »."""
    shown_at = ready_at.replace(second=0, microsecond=0)
    if shown_at < ready_at:
        shown_at += _MINUTE
    wait = ready_at - now
    if wait <= _MINUTE:
        return "dans une minute"
    if wait <= _HOUR:
        return f"dans {-(-wait // _MINUTE)}\u00a0minutes, à partir de {french.hour(shown_at)}"
    return f"à partir du {french.day(french.today(shown_at))} à {french.hour(shown_at)}"
