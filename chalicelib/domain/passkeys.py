"""Passkeys (« clés d’accès », WebAuthn): a device signs a challenge in place of a password.

The device checks who holds it (a finger, a face, its own code): for agents one gesture is both factors.  The
table holds public keys only.  Each challenge serves once: it is written down in the transaction that uses it.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.domain.access import AccessQueue, Notice
from chalicelib.domain.accounts import Account, Accounts, Role
from chalicelib.domain.errors import Refused
from chalicelib.domain.notices import tell_of_what_is_done
from chalicelib.domain.sessions import Session, new_session
from chalicelib.domain.signing_in import Opened, outlived

CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS, LONGEST_NAME = 10, 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
REFUSED = "Cette clé d’accès n’a pas été reconnue. Recommencez, ou utilisez votre mot de passe."
NOT_ADDED = "Cette clé d’accès n’a pas pu être ajoutée. Recommencez."
TOO_MANY = f"Vous avez déjà {MOST_PASSKEYS}\u00a0clés d’accès\u00a0: retirez-en une d’abord."


class NotThisKey(Refused):
    """What a device answered opens nothing; why is nobody's business."""


@dataclass(frozen=True)
class Passkey:
    """One device's key: whose it is, what it is called, and how often it says that it has signed.

    ``mark`` is the hash of the credential's id; ``public`` says all that checking a signature takes.
    """

    mark: str
    holder: str
    role: Role
    name: str
    public: str
    counter: int
    added_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What a device answered, read and not yet believed: which key it says it is, and which challenge."""

    mark: str
    challenge: str
    written: str = field(repr=False)


class PasskeyReader(Protocol):
    """Reads and checks what devices answer: origin, host, challenge, signature, a holder who was verified."""

    @property
    def possible(self) -> bool:
        """Tell whether browsers make passkeys for our address: not for a bare number."""

    def read(self, written: str) -> Answer:
        """Read an answer; ``NotThisKey`` for what is none."""

    def made(self, answer: Answer) -> tuple[str, int]:
        """Give the public part and the counter of a new key; ``NotThisKey`` if it is not made for us."""

    def signed(self, answer: Answer, public: str) -> int:
        """Check a signature, and give the counter that it comes with; ``NotThisKey`` if it is not good."""


class Passkeys(Protocol):
    """Where passkeys are kept; a write is whole, or ``False``: something changed, or was used."""

    def find(self, mark: str) -> Passkey | None:
        """Read a passkey by its mark."""

    def of(self, holder: str, role: Role) -> tuple[Passkey, ...]:
        """Read somebody's passkeys, in the order in which they were added."""

    def add(self, passkey: Passkey, session: Session, challenge: str) -> bool:
        """Keep a passkey that is made in a session; no two have one mark, whoever they belong to."""

    def remove(self, passkey: Passkey) -> None:
        """Take a passkey away; one that is not there is as good."""

    def admit(
        self, account: Account, session: Session, closed: tuple[str, ...], used: Passkey, before: Passkey,
        challenge: str,
    ) -> bool:  # fmt: skip
        """Open a session, and keep the counter, if account and passkey are as they were read."""


@dataclass(frozen=True)
class KeyDesk:
    """What it takes to deal with passkeys."""

    passkeys: Passkeys
    reader: PasskeyReader
    accounts: Accounts
    queue: AccessQueue


def mark_of(credential: bytes) -> str:
    """Give the mark under which a credential is kept."""
    return hashlib.sha256(credential).hexdigest()


def add_passkey(
    desk: KeyDesk, session: Session, name: str, written: str, is_ours: Callable[[str], bool], now: datetime
) -> None:
    """Keep the passkey that a device made for who is signed in, and tell them; ``NotThisKey`` if it is none.

    ``is_ours`` tells whether we gave a challenge, to this very visit, a moment ago.
    """
    if len(desk.passkeys.of(session.holder, session.role)) >= MOST_PASSKEYS:
        raise NotThisKey(TOO_MANY)
    answer = _asked_for(desk, written, is_ours, NOT_ADDED)
    try:
        public, counter = desk.reader.made(answer)
    except NotThisKey:
        raise NotThisKey(NOT_ADDED) from None
    called = _CONTROL.sub(" ", name).strip()[:LONGEST_NAME] or session.device or "Clé d’accès"
    made = Passkey(answer.mark, session.holder, session.role, called, public, counter, now)
    if not desk.passkeys.add(made, session, answer.challenge):
        raise NotThisKey(NOT_ADDED)
    tell_of_what_is_done(desk.queue, Notice.PASSKEY_ADDED, session.email, now, device=called)


def remove_passkey(desk: KeyDesk, session: Session, mark: str) -> None:
    """Take away one of the passkeys of who is signed in; another's is as if it were not there."""
    for one in desk.passkeys.of(session.holder, session.role):
        if one.mark == mark:
            desk.passkeys.remove(one)


def sign_in_with_passkey(
    desk: KeyDesk, role: Role, written: str, is_ours: Callable[[str], bool], device: str, now: datetime
) -> Opened:
    """Open a session for whose device signed our challenge; ``NotThisKey`` for everything else.

    A counter that does not go up says that the key has a copy: nobody comes in, and its owner is told.
    """
    answer = _asked_for(desk, written, is_ours, REFUSED)
    known = desk.passkeys.find(answer.mark)
    account = _account_of(desk, known) if known and known.role is role else None
    if known is None or account is None:
        raise NotThisKey(REFUSED)
    counter = desk.reader.signed(answer, known.public)
    if (counter or known.counter) and counter <= known.counter:
        facts = {"device": known.name, "id": f"{Notice.PASSKEY_COPIED.value}-{answer.challenge}"[:200]}
        tell_of_what_is_done(desk.queue, Notice.PASSKEY_COPIED, account.email, now, **facts)
        raise NotThisKey(REFUSED)
    session, secret = new_session(
        account.person, account.email, remembered=False, device=device, now=now, role=role
    )
    used = Passkey(known.mark, known.holder, role, known.name, known.public, counter, known.added_at, now)
    closed = outlived(account, now)
    if not desk.passkeys.admit(account, session, closed, used, known, answer.challenge):
        raise NotThisKey(REFUSED)
    return Opened(session, secret)


def _asked_for(desk: KeyDesk, written: str, is_ours: Callable[[str], bool], reason: str) -> Answer:
    try:
        answer = desk.reader.read(written)
    except NotThisKey:
        raise NotThisKey(reason) from None
    if not is_ours(answer.challenge):
        raise NotThisKey(reason)
    return answer


def _account_of(desk: KeyDesk, known: Passkey) -> Account | None:
    """Find the account of a passkey's holder: of an agent the address is the id."""
    email = known.holder if known.role is Role.AGENT else desk.accounts.address_of(known.holder)
    account = desk.accounts.find(email) if email else None
    return account if account and (account.role, account.person) == (known.role, known.holder) else None
