"""Coming in by the agents' door (« connexion des gestionnaires »): the password, then a code, then a session.

Every try is judged as at the tenants' door: nothing is answered before it is written, and the password and
the codes of an account have one tally.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.access import Notice
from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.notices import tell_of_what_is_done
from chalicelib.domain.second_factor import (
    Factor,
    FoundStep,
    HalfOpen,
    Proof,
    SecondLock,
    bare,
    key_of,
    mark_of,
    matching_step,
    name_of_change,
    new_factor,
    new_recovery_codes,
    proof_of,
    sealed_anew,
)
from chalicelib.domain.sessions import Session, outlived, session_in
from chalicelib.domain.signing_in import Admission, Attempt, Opened, judge
from chalicelib.domain.throttling import Tally


@dataclass(frozen=True)
class Enrolled:
    """A telephone that is enrolled: the session, and the recovery codes, which are shown this once."""

    opened: Opened
    recovery: tuple[str, ...] = field(repr=False)


class NotThePresentOne(Refused):
    """What was typed is no code of the telephone that opens now, and no recovery code; it was counted."""

    def __init__(self) -> None:
        super().__init__("Ce code n’est pas le bon, ou il a déjà servi.")


class DoorClosed(Refused):
    """The door has closed: too late, another password, no right any more, a session that was ended."""

    def __init__(self) -> None:
        super().__init__("Trop de temps a passé. Recommencez par votre mot de passe.")


def half_open(lock: SecondLock, attempt: Attempt, now: datetime) -> HalfOpen | None:
    """Open the first lock of an agent's door for who has the password; nothing if it is not.

    Unknown addresses, wrong passwords and tenants cost the same and look the same.
    """
    kept: list[str] = []
    fits: dict[str | None, bool] = {}
    hasher = lock.keeper.hasher

    def opens(found: FoundStep) -> bool:
        account = found.account if found.account and found.account.role is Role.AGENT else None
        stored = account.password_hash if account else None
        if stored not in fits:
            fits[stored] = hasher.matches(stored, attempt.spelled)
        return account is not None and found.agent is not None and fits[stored]

    def stand(found: FoundStep) -> bool:
        if found.account is None:
            return False
        stored = found.account.password_hash
        kept[:] = [hasher.hash(attempt.spelled) if hasher.needs_upgrade(stored) else stored]
        return lock.steps.stand(found.account, found.tallies, kept[0])

    def look() -> FoundStep:
        return lock.steps.look(attempt.address, list(attempt.limits))

    right = judge(lock.keeper, attempt, look, opens, stand, now)
    return HalfOpen(attempt.address, mark_of(kept[0]), secrets.token_urlsafe(16), now) if right else None


def is_enrolled(lock: SecondLock, half: HalfOpen, now: datetime) -> bool:
    """Tell whether an agent has a telephone already; ``DoorClosed`` if the door is not half open any more."""
    return _standing(half, lock.steps.look(half.email, []), now).factor is not None


def pass_code(
    lock: SecondLock, half: HalfOpen, attempt: Attempt, typed: str, device: str, now: datetime
) -> Opened | None:
    """Open a session for who shows a code behind a half-open door; nothing if it is wrong or was used.

    ``TooManyTries`` when it has to wait, ``DoorClosed`` when the password has to be typed again.
    """
    opened: list[Opened] = []
    proofs: list[Proof | None] = []

    def opens(found: FoundStep) -> bool:
        factor = _standing(half, found, now).factor
        proofs[:] = [proof_of(lock, factor, half.email, typed, now) if factor else None]
        return proofs[0] is not None

    def admit(found: FoundStep) -> bool:
        proof = proofs[0]
        if found.account is None or found.factor is None or proof is None:
            return False
        admission, secret = _admission(found.account, found.tallies, attempt, device, now)
        opened[:] = [Opened(admission.session, secret)]
        return lock.steps.admit(admission, found.factor, proof, sealed_anew(lock, found.factor, half.email))

    if not judge(lock.keeper, attempt, lambda: _look(lock, attempt), opens, admit, now):
        return None
    if proofs[0] and proofs[0].recovery:
        _tell(lock, Notice.RECOVERY_CODE_USED, half.email, device, now)
    return opened[0]


def enrol(
    lock: SecondLock, half: HalfOpen, attempt: Attempt, typed: str, device: str, now: datetime
) -> Enrolled | None:
    """Enrol a telephone whose code shows that it has the key; nothing if the code is wrong.

    ``DoorClosed`` if another telephone was quicker.
    """
    done: list[Enrolled] = []
    key, code = key_of(lock, half.email, half.name), bare(typed)

    def opens(found: FoundStep) -> bool:
        if _standing(half, found, now).factor is not None:
            raise DoorClosed
        return matching_step(lock, key, code, now) > 0

    def admit(found: FoundStep) -> bool:
        if found.account is None:
            return False
        enrolled_at, step = found.account.moment_in_it(now), matching_step(lock, key, code, now)
        factor, shown = new_factor(lock, half.email, key, step, enrolled_at)
        admission, secret = _admission(found.account, found.tallies, attempt, device, now)
        done[:] = [Enrolled(Opened(admission.session, secret), shown)]
        return lock.steps.enrol(admission, factor)

    if not judge(lock.keeper, attempt, lambda: _look(lock, attempt), opens, admit, now):
        return None
    _tell(lock, Notice.SECOND_FACTOR_ADDED, half.email, device, now)
    return done[0]


def renew_recovery_codes(
    lock: SecondLock, attempt: Attempt, session: Session, typed: str, now: datetime
) -> tuple[str, ...] | None:
    """Replace the recovery codes of an agent who is signed in and shows a telephone's code, and tell them.

    ``DoorClosed`` if the session was ended meanwhile.
    """

    def after(factor: Factor) -> tuple[Factor, tuple[str, ...]] | None:
        proof = proof_of(lock, factor, attempt.address, typed, now)
        if proof is None or not proof.step:
            return None
        shown, hashes = new_recovery_codes(attempt.address)
        sealed = sealed_anew(lock, factor, attempt.address)
        return Factor(sealed, proof.step, hashes, factor.enrolled_at), shown

    codes = _change(lock, attempt, session, after, now)
    if codes:
        _tell(lock, Notice.RECOVERY_CODES_RENEWED, attempt.address, session.device, now)
    return codes


def change_telephone(
    lock: SecondLock, attempt: Attempt, session: Session, present: str, typed: str, now: datetime
) -> tuple[str, ...] | None:
    """Enrol another telephone for an agent who is signed in; the one before opens no more.

    The page has asked for the password again; ``present`` is a code of the telephone before, or a recovery
    code, ``NotThePresentOne`` if it is neither.  Nothing if the new telephone's code is wrong.  The recovery
    codes are new as well, so that ``present`` is used up, and the agent is told.  ``DoorClosed`` if the
    session was ended meanwhile.
    """
    proofs: list[Proof | None] = []

    def after(factor: Factor) -> tuple[Factor, tuple[str, ...]] | None:
        proofs[:] = [proof_of(lock, factor, attempt.address, present, now)]
        key = key_of(lock, attempt.address, name_of_change(session, factor))
        step = matching_step(lock, key, bare(typed), now)
        later = max(now, factor.enrolled_at + timedelta.resolution)
        return new_factor(lock, attempt.address, key, step, later) if proofs[0] and step else None

    shown = _change(lock, attempt, session, after, now)
    if shown is None and proofs == [None]:
        raise NotThePresentOne
    if shown:
        _tell(lock, Notice.SECOND_FACTOR_ADDED, attempt.address, session.device, now)
    return shown


def _change(
    lock: SecondLock,
    attempt: Attempt,
    session: Session,
    after: Callable[[Factor], tuple[Factor, tuple[str, ...]] | None],
    now: datetime,
) -> tuple[str, ...] | None:
    """Keep what the factor is after, if what was typed makes it another; give the codes to show."""
    made: list[tuple[Factor, tuple[str, ...]] | None] = []

    def opens(found: FoundStep) -> bool:
        made[:] = [after(found.factor) if found.factor else None]
        return made[0] is not None

    def admit(found: FoundStep) -> bool:
        if found.factor is None or made[0] is None:
            return False
        try:
            return lock.steps.change(session, found.tallies, found.factor, made[0][0])
        except Absent:
            raise DoorClosed from None

    right = judge(lock.keeper, attempt, lambda: _look(lock, attempt), opens, admit, now)
    return made[0][1] if right and made[0] else None


def _tell(lock: SecondLock, kind: Notice, email: str, device: str, now: datetime) -> None:
    tell_of_what_is_done(lock.keeper.queue, kind, email, now, device=device)


def _look(lock: SecondLock, attempt: Attempt) -> FoundStep:
    return lock.steps.look(attempt.address, list(attempt.limits))


def _standing(half: HalfOpen, found: FoundStep, now: datetime) -> FoundStep:
    """Give back what was found while the door is still half open for it."""
    if half.is_over(now) or found.account is None or found.agent is None or not half.fits(found.account):
        raise DoorClosed
    return found


def _admission(
    account: Account, tallies: tuple[Tally, ...], attempt: Attempt, device: str, now: datetime
) -> tuple[Admission, str]:
    session, secret = new_agent_session(account, device, now)
    kept = account.password_hash
    return Admission(account, session, outlived(account, now, attempt.held), tallies, kept), secret


def new_agent_session(account: Account, device: str, now: datetime) -> tuple[Session, str]:
    """Make a session of an agent: never remembered, it ends after 30 minutes without a page."""
    return session_in(account, remembered=False, device=device, now=now)
