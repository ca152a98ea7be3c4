"""The agents' second factor (« double authentification »): codes of a telephone, and some for its loss.

The password opens nothing by itself: it gives a half-open door (« étape ») for five minutes, and no session.
Codes are those of RFC 6238 (30 seconds, one step of leeway), and each opens once: the step of the last one is
kept, on the condition that it is later than the one before.  Wrong codes count as tries of the account.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.sessions import Session
from chalicelib.domain.signing_in import Admission, Doorkeeper, Found
from chalicelib.domain.staff import Agent
from chalicelib.domain.throttling import Subject, Tally

HALF_OPEN = timedelta(minutes=5)
STEP_S, LEEWAY = 30, 1
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
# 80 bits are 16 letters of base 32, which knows neither 0, 1, 8 nor 9: none is taken for another.
_CODE, _RECOVERY = re.compile(r"[0-9]{6}"), re.compile(r"[A-Z2-7]{16}")
_BETWEEN = re.compile(r"[\s\-–.]+")


@dataclass(frozen=True)
class HalfOpen:
    """A door of which the first lock is open: for whom, since when, and with which password.

    ``name`` (128 random bits) is of this opening alone; the key to enrol a telephone with comes of it.
    """

    email: str
    password_mark: str
    name: str
    opened_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether the second step comes too late."""
        return now >= self.opened_at + HALF_OPEN

    def fits(self, account: Account) -> bool:
        """Tell whether it was opened with the password that the account has now."""
        same = hmac.compare_digest(self.password_mark, mark_of(account.password_hash))
        return account.role is Role.AGENT and same


@dataclass(frozen=True)
class Factor:
    """What an agent has beside the password: the sealed key of the telephone, and hashes of recovery codes.

    ``last_step`` is that of the latest code that opened; codes of it, and of those before, open no more.
    """

    sealed_key: str = field(repr=False)
    last_step: int
    recovery: tuple[str, ...]
    enrolled_at: datetime


@dataclass(frozen=True)
class FoundStep(Found):
    """What one request brings for the second step."""

    agent: Agent | None = None
    factor: Factor | None = None


class Proof(NamedTuple):
    """What showed that it is the agent: a code's ``step``, or the hash of a ``recovery`` code."""

    step: int = 0
    recovery: str = ""


class SecondSteps(Protocol):
    """Where the second step is read and written; a write is whole, or ``False``: something changed."""

    def look(self, email: str, subjects: Sequence[Subject]) -> FoundStep:
        """Read account, agent, factor and tallies, as last committed: one request.

        A factor that is older than the account is none of its own.
        """

    def stand(self, account: Account, tallies: Sequence[Tally], password_hash: str) -> bool:
        """Say that account and tallies are as they were read, and keep a better hash if there is one."""

    def admit(self, admission: Admission, factor: Factor, proof: Proof, sealed_key: str) -> bool:
        """Open a session and use the proof up; ``sealed_key`` is the key as it is sealed from now on."""

    def enrol(self, admission: Admission, factor: Factor) -> bool:
        """Open a session and keep a factor where there is none; one of an account before it is none."""

    def change(self, session: Session, tallies: Sequence[Tally], factor: Factor, after: Factor) -> bool:
        """Keep another factor in place of the one that was read, and clear the account's tally.

        ``Absent`` if the session that asks is gone.
        """


class Seal(Protocol):
    """What closes texts so that the table alone does not give them away."""

    def close(self, text: str, context: str) -> str:
        """Seal a text; it opens in that context only."""

    def open(self, sealed: str, context: str) -> str:
        """Give back what was sealed; ``Unreadable`` if no key of ours opens it there."""

    def is_fresh(self, sealed: str) -> bool:
        """Tell whether it is sealed with the newest key."""

    def derive(self, context: str) -> bytes:
        """Give 32 bytes that only who has the key can find, always the same in a context."""


class Unreadable(Exception):
    """A sealed text that does not open: another key, another context, or other bytes."""


class OneTimeCodes(Protocol):
    """The codes that a telephone shows (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds)."""

    def code(self, key: str, step: int) -> str:
        """Give the code of a step."""

    def address(self, key: str, account: str, issuer: str) -> str:
        """Give the address that an application reads from the picture (``otpauth://``)."""

    def picture(self, address: str) -> tuple[int, str]:
        """Draw the QR code of an address: its side in modules, and an SVG path."""


@dataclass(frozen=True)
class SecondLock:
    """What it takes to judge the second step."""

    keeper: Doorkeeper
    steps: SecondSteps
    seal: Seal
    codes: OneTimeCodes


def mark_of(password_hash: str) -> str:
    """Give a mark of a password's hash that tells nothing of it."""
    return hashlib.sha256(f"mark:{password_hash}".encode()).hexdigest()[:32]


def step_of(now: datetime) -> int:
    """Give the step of a moment."""
    return int(now.timestamp()) // STEP_S


def key_of(lock: SecondLock, email: str, name: str) -> str:
    """Give the key (160 bits, base 32) to enrol a telephone with: under the same ``name`` it is the same.

    It is kept nowhere before a code shows that the telephone has it.
    """
    return base64.b32encode(lock.seal.derive(f"enrolment:{email}:{name}")[:20]).decode()


def name_of_change(session: Session, present: Factor) -> str:
    """Name the change of a telephone in a session: once made, the name is another, and so the key.

    The key that a page shows is thus never that of the telephone which opens.  When the password is shown
    again the name is another too: what was begun before goes on no more.
    """
    proved_at = session.proved_at.isoformat() if session.proved_at else ""
    return f"{session.family}:{proved_at}:{present.enrolled_at.isoformat()}"


def new_factor(
    lock: SecondLock, email: str, key: str, step: int, now: datetime
) -> tuple[Factor, tuple[str, ...]]:
    """Make the factor of somebody whose telephone has the key, and the recovery codes to show."""
    shown, hashes = new_recovery_codes(email)
    return Factor(lock.seal.close(key, context_of(email)), step, hashes, now), shown


def new_recovery_codes(email: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Draw recovery codes, 80 bits each, « ABCD-EFGH-IJKL-MNOP »; give them and what the table keeps."""
    drawn = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    shown = ("-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in drawn)
    return tuple(shown), tuple(recovery_hash(email, code) for code in drawn)


def recovery_hash(email: str, code: str) -> str:
    """Give what the table keeps of a recovery code; 80 random bits need no slow function."""
    return hashlib.sha256(f"recovery:{email}:{code}".encode()).hexdigest()


def context_of(email: str) -> str:
    """Say where the key of a telephone is sealed: moved to another account, it does not open."""
    return f"second-factor:{email}"


def proof_of(lock: SecondLock, factor: Factor, email: str, typed: str, now: datetime) -> Proof | None:
    """Find what a typed code proves: a code of the telephone not used yet, a recovery code, or nothing."""
    code = bare(typed)
    if _CODE.fullmatch(code):
        step = matching_step(lock, _opened(lock, factor, email), code, now)
        return Proof(step=step) if step > factor.last_step else None
    if _RECOVERY.fullmatch(code) and (found := recovery_hash(email, code)) in factor.recovery:
        return Proof(recovery=found)
    return None


def bare(typed: str) -> str:
    """Give a code without what people put between its letters."""
    return _BETWEEN.sub("", typed).upper()


def matching_step(lock: SecondLock, key: str, code: str, now: datetime) -> int:
    """Give the latest step near now whose code it is, 0 if there is none."""
    if not key or not _CODE.fullmatch(code):
        return 0
    present = step_of(now)
    near = range(present + LEEWAY, present - LEEWAY - 1, -1)
    return next((step for step in near if hmac.compare_digest(lock.codes.code(key, step), code)), 0)


def sealed_anew(lock: SecondLock, factor: Factor, email: str) -> str:
    """Give the sealed key, closed with the newest key of ours."""
    if lock.seal.is_fresh(factor.sealed_key):
        return factor.sealed_key
    key = _opened(lock, factor, email)
    return lock.seal.close(key, context_of(email)) if key else factor.sealed_key


def _opened(lock: SecondLock, factor: Factor, email: str) -> str:
    """Open the key of a telephone; one that does not open is none, and recovery codes still do."""
    try:
        return lock.seal.open(factor.sealed_key, context_of(email))
    except Unreadable:
        raise_alarm(Alarm.HASH_UNREADABLE, kind="second factor")
        return ""
