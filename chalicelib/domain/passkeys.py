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
from chalicelib.domain.sessions import Key, Place, Session, outlived, session_in
from chalicelib.domain.signing_in import Opened

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

    def add(self, passkey: Passkey, account: Account, session: Session, challenge: str) -> bool:
        """Keep a passkey that is made in a session, if the account was given no other since it was read.

        No two have one mark, whoever they belong to.
        """

    def remove(self, passkey: Passkey) -> None:
        """Take a passkey away; one that is not there is as good."""

    def admit(
        self, account: Account, session: Session, closed: tuple[Place, ...], used: Passkey, before: Passkey,
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
    account = _account_at(desk, session.email, session.holder, session.role)
    if account is None:
        raise NotThisKey(NOT_ADDED)
    if len(_passkeys_of(desk, account)) >= MOST_PASSKEYS:
        raise NotThisKey(TOO_MANY)
    answer = _asked_for(desk, written, is_ours, NOT_ADDED)
    try:
        public, counter = desk.reader.made(answer)
    except NotThisKey:
        raise NotThisKey(NOT_ADDED) from None
    called = _CONTROL.sub(" ", name).strip()[:LONGEST_NAME] or session.device or "Clé d’accès"
    added_at = account.moment_in_it(now)
    made = Passkey(answer.mark, session.holder, session.role, called, public, counter, added_at)
    if not desk.passkeys.add(made, account, session, answer.challenge):
        raise NotThisKey(NOT_ADDED)
    tell_of_what_is_done(desk.queue, Notice.PASSKEY_ADDED, session.email, now, device=called)


def remove_passkey(desk: KeyDesk, session: Session, mark: str, now: datetime) -> None:
    """Take away a passkey of who is signed in, and tell them; another's is as if it were not there."""
    for one in own_passkeys(desk, session):
        if one.mark == mark:
            desk.passkeys.remove(one)
            id = f"{Notice.PASSKEY_REMOVED.value}-{one.mark}-{int(one.added_at.timestamp())}"
            tell_of_what_is_done(
                desk.queue, Notice.PASSKEY_REMOVED, session.email, now, id=id, device=one.name
            )


def own_passkeys(desk: KeyDesk, session: Session) -> tuple[Passkey, ...]:
    """Read the passkeys of who is signed in, in the order in which they were added.

    The account is not read for it: the session says since when it is there.
    """
    there, since = desk.passkeys.of(session.holder, session.role), session.account_opened_at
    return tuple(one for one in there if since is None or one.added_at >= since)


def sign_in_with_passkey(
    desk: KeyDesk, role: Role, written: str, is_ours: Callable[[str], bool], device: str, now: datetime,
    held: Key | None = None,
) -> Opened:  # fmt: skip
    """Open a session for whose device signed our challenge; ``NotThisKey`` for everything else.

    The session that the browser ``held`` so far ends in the same write.

    A counter that does not go up says that the key has a copy: nobody comes in, and its owner is told.
    """
    answer = _asked_for(desk, written, is_ours, REFUSED)
    known = desk.passkeys.find(answer.mark)
    account = _account_of(desk, known) if known and known.role is role else None
    if known is None or account is None or not account.was_open(known.added_at):
        raise NotThisKey(REFUSED)
    counter = desk.reader.signed(answer, known.public)
    if (counter or known.counter) and counter <= known.counter:
        facts = {"device": known.name, "id": f"{Notice.PASSKEY_COPIED.value}-{answer.challenge}"[:200]}
        tell_of_what_is_done(desk.queue, Notice.PASSKEY_COPIED, account.email, now, **facts)
        raise NotThisKey(REFUSED)
    session, secret = session_in(account, remembered=False, device=device, now=now)
    used = Passkey(known.mark, known.holder, role, known.name, known.public, counter, known.added_at, now)
    closed = outlived(account, now, held)
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
    return _account_at(desk, email, known.holder, known.role) if email else None


def _account_at(desk: KeyDesk, email: str, holder: str, role: Role) -> Account | None:
    account = desk.accounts.find(email)
    return account if account and (account.role, account.person) == (role, holder) else None


def _passkeys_of(desk: KeyDesk, account: Account) -> tuple[Passkey, ...]:
    """Read the passkeys that open an account; one that was there before it, and its passkeys, are no more."""
    there = desk.passkeys.of(account.person, account.role)
    return tuple(one for one in there if account.was_open(one.added_at))
