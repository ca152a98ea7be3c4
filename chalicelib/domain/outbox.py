"""The outbox (« boîte d'envoi »): mails that wait to leave, each once, at a pace that SES takes.

A mail is put there together with the fact that it tells of.  It is claimed before it leaves and settled
after; cut between the two, SES's own word says whether it left (docs/decisions/0018).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from chalicelib.domain import french
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.insurance_calendar import SHARDS
from chalicelib.domain.mail import (
    MOST_FAILURES,
    MOST_REFUSALS,
    TOLD_WITHIN,
    Mailer,
    NotSent,
    NotTaken,
    Refused,
    Told,
    Undeliverable,
    is_hour_of_mails,
)
from chalicelib.domain.stints import Stint
from chalicelib.domain.tenants import Tenant

PARTS = SHARDS
# Before an id in what SES is told; other mails are known to it by figures and « a » to « f » alone.
MARK = "outbox"
# Tries of which nobody says what came: the tenant may have as many of that mail, and gets no more.
MOST_UNANSWERED = 5


class MailState(StrEnum):
    """Where a mail stands; the last two never change again, but that what SES sent was sent."""

    WAITING = "a_envoyer"
    SENT = "envoye"
    NOT_SENT = "non_envoye"


class Unsent(StrEnum):
    """Why a mail never left."""

    NO_TENANT = "locataire_inconnu"
    NO_ADDRESS = "sans_adresse"
    REFUSED_ADDRESS = "adresse_en_erreur"
    REFUSED_MAIL = "courriel_refuse"
    NO_ANSWER = "sans_reponse"


@dataclass(frozen=True)
class QueuedMail:
    """A mail to a tenant: its template, and what it says; the address is looked up when it leaves.

    ``claimed_at`` is set while it is about to leave, and stays if nobody says what came of it; ``unanswered``
    counts such tries before the last one, ``refused`` the days on which SES refused it.
    """

    id: str
    tenant: str
    template: str
    values: Mapping[str, str]
    queued_at: datetime
    state: MailState = MailState.WAITING
    reason: str = ""
    refused: int = 0
    refused_at: datetime | None = None
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    bounced_at: datetime | None = None
    unanswered: int = 0

    @property
    def receipt(self) -> str:
        """Give the name under which SES tells what became of the mail."""
        return MARK + self.id


def queued_mail(
    about: str, tenant: str, template: str, values: Mapping[str, str], now: datetime
) -> QueuedMail:
    """Make the mail about a fact to a tenant: the same fact makes the same mail, so it is there once."""
    return QueuedMail(sha256(f"{about}|{tenant}".encode()).hexdigest()[:32], tenant, template, values, now)


def mail_of(receipt: str) -> str | None:
    """Give the id of the mail that SES speaks of; nothing if it is not one of the outbox."""
    return receipt.removeprefix(MARK) if receipt.startswith(MARK) else None


class Outbox(Protocol):
    """Where mails wait, in parts.  Every method is one whole fact."""

    def has_waiting(self, part: int) -> bool:
        """Tell whether a mail waits in one part."""

    def waiting(self, part: int) -> Iterable[QueuedMail]:
        """Give the mails of one part that wait, the oldest first; some may just have been sent."""

    def reader(self, mail: QueuedMail) -> tuple[Tenant | None, QueuedMail]:
        """Read who is written to, and the mail again, as last committed.

        The address is that of their account, or else the one the landlord knows.
        """

    def claim(self, mail: QueuedMail, now: datetime) -> bool:
        """Write that a mail is about to leave, and its tries; ``False`` if it is not as it was read."""

    def settle(self, mail: QueuedMail, now: datetime) -> None:
        """Write that a mail was sent: it waits no more."""

    def drop(self, mail: QueuedMail, reason: Unsent, now: datetime) -> None:
        """Write that a mail never leaves, and why, unless it was settled meanwhile."""

    def release(self, mail: QueuedMail) -> None:
        """Write that a claimed mail did not leave: it waits on, with the refusals that it has."""

    def note(self, id: str, told: Told, at: datetime) -> None:
        """Write when something became of a mail; what is known stays, an unknown mail is nothing.

        What SES sent was sent: it waits no more, whoever was cut before they could say so.
        """


@dataclass(frozen=True)
class MailDesk:
    """What sending the mails of the outbox needs."""

    outbox: Outbox
    mailer: Mailer


def parts_to_send(outbox: Outbox, now: datetime) -> list[int]:
    """Find the parts in which a mail waits, at the hours at which mails leave."""
    return [part for part in range(PARTS) if outbox.has_waiting(part)] if is_hour_of_mails(now) else []


def send_waiting(desk: MailDesk, part: int, clock: Callable[[], datetime], stint: Stint) -> int:
    """Send the mails of one part, the oldest first, those that were tried before last; give how many left.

    The clock is asked for each: a part takes minutes, and at 20 h those that are left wait for the morning.
    A mail that fails keeps no other waiting; ``NotSent`` at the end if one did, or at once if SES seems away.
    """
    sent, failed = 0, list[NotSent]()
    for mail in _in_turn(desk.outbox.waiting(part)):
        if not stint.has_time() or len(failed) == MOST_FAILURES or not is_hour_of_mails(clock()):
            break
        try:
            sent += _send(desk, mail, clock, stint)
        except NotSent as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return sent


def _in_turn(waiting: Iterable[QueuedMail]) -> Iterator[QueuedMail]:
    """Give the mails that SES never failed to answer, then the others: these might fail for ever."""
    tried = []
    for mail in waiting:
        if mail.claimed_at or mail.unanswered:
            tried.append(mail)
        else:
            yield mail
    yield from tried


def _send(desk: MailDesk, found: QueuedMail, clock: Callable[[], datetime], stint: Stint) -> bool:
    """Send a mail if it still waits and this is its moment."""
    tenant, mail = desk.outbox.reader(found)
    if mail.state is not MailState.WAITING or not _is_free(mail, clock()):
        return False
    if mail.claimed_at:
        mail = replace(mail, unanswered=mail.unanswered + 1)
    if mail.unanswered >= MOST_UNANSWERED:
        _give_up(desk, mail, Unsent.NO_ANSWER, clock())
        return False
    if tenant is None or not tenant.email:
        desk.outbox.drop(mail, Unsent.NO_ADDRESS if tenant else Unsent.NO_TENANT, clock())
        return False
    stint.take()
    now = clock()  # the pace may have kept it waiting past the hour
    if not is_hour_of_mails(now) or not desk.outbox.claim(mail, now):
        return False
    return _let_go(desk, replace(mail, claimed_at=now), tenant)


def _is_free(mail: QueuedMail, now: datetime) -> bool:
    """Tell whether a mail may leave now: nobody is about to send it, nor did SES refuse it today.

    Each try without an answer doubles the time that SES has to tell of the next one.
    """
    if mail.claimed_at and now - mail.claimed_at < TOLD_WITHIN * 2**mail.unanswered:
        return False
    return mail.refused_at is None or french.today(mail.refused_at) < french.today(now)


def _let_go(desk: MailDesk, mail: QueuedMail, tenant: Tenant) -> bool:
    """Hand over a mail that is claimed, and write what came of it; if nobody knows, it stays claimed."""
    now = mail.claimed_at or mail.queued_at
    values = {**mail.values, "name": tenant.display_name}
    try:
        desk.mailer.send(tenant.email, mail.template, values, receipt=mail.receipt)
    except Undeliverable:
        desk.outbox.drop(mail, Unsent.REFUSED_ADDRESS, now)
        return False
    except Refused:
        _refuse(desk, replace(mail, refused=mail.refused + 1, refused_at=now), now)
        return False
    except NotTaken:
        desk.outbox.release(mail)
        raise
    desk.outbox.settle(mail, now)
    return True


def _refuse(desk: MailDesk, mail: QueuedMail, now: datetime) -> None:
    """Have a mail that SES refused wait for another day, or give it up: it would be tried for ever."""
    if mail.refused < MOST_REFUSALS:
        desk.outbox.release(mail)
    else:
        _give_up(desk, mail, Unsent.REFUSED_MAIL, now)


def _give_up(desk: MailDesk, mail: QueuedMail, reason: Unsent, now: datetime) -> None:
    desk.outbox.drop(mail, reason, now)
    raise_alarm(Alarm.MAIL_UNDELIVERABLE, mail=mail.id, reason=reason.value)
