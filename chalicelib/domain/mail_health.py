"""Addresses that take no mail (« adresses en erreur »): those that bounced, and those whose owner complained.

No mail leaves for them any more: a landlord whose mails come back is soon taken for a sender of spam, and
then nobody gets any.  Their owner may have us try again, a few times a month; what comes back after that
counts anew, what came back before does not, however late it is told.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.errors import Refused
from chalicelib.domain.mail import Undeliverable, deliverable
from chalicelib.domain.timeline import Action, TimelineEvent

MOST_LIFTS, WITHIN = 3, timedelta(days=30)
TOO_OFTEN = "Vous l’avez déjà demandé trois fois en trente jours."


class Trouble(StrEnum):
    """What came back instead of silence."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class BadAddress:
    """An address, its latest trouble, and when its owner asked for mail again (``lifts``, in order)."""

    email: str
    trouble: Trouble
    since_at: datetime
    lifts: tuple[datetime, ...] = ()

    @property
    def takes_no_mail(self) -> bool:
        """Tell whether mail is held back: the trouble is newer than the last wish of its owner."""
        return not self.lifts or self.lifts[-1] < self.since_at

    def may_be_lifted(self, now: datetime) -> bool:
        """Tell whether its owner may ask for mail once more: three times in thirty days."""
        return len(self._lately(now)) < MOST_LIFTS

    def lifted(self, now: datetime) -> "BadAddress":
        """Give the address as it is once mail may leave again; wishes of long ago are forgotten.

        The moment of the trouble is told by the other side's clock, which may be ahead of ours.
        """
        return replace(self, lifts=(*self._lately(now), max(now, self.since_at)))

    def _lately(self, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self.lifts if now - at < WITHIN)


class MailHealth(Protocol):
    """Where addresses in trouble are kept; the case of letters does not count, an accented domain is one."""

    def find(self, email: str) -> BadAddress | None:
        """Tell what is known of an address, lifted or not; nothing if nothing ever came back."""

    def record(self, bad: BadAddress) -> None:
        """Keep a trouble if it is newer than what is known of the address, its last lift included."""

    def lift(self, lifted: BadAddress, tenant: str, event: TimelineEvent) -> bool:
        """Let mail leave again and write it in the tenant's timeline.

        ``False``, and nothing is written, if that trouble was lifted meanwhile or a newer one told.
        """


def mail_trouble(health: MailHealth, email: str) -> BadAddress | None:
    """Tell what is wrong with an address, for its owner and for agents; nothing while mail may leave."""
    return in_force(health.find(email))


def in_force(known: BadAddress | None) -> BadAddress | None:
    """Give what is known of an address if mail to it is held back."""
    return known if known and known.takes_no_mail else None


def resume_mail(health: MailHealth, tenant: str, email: str, now: datetime) -> None:
    """Let mail leave again for a tenant's own address; where none is held back nothing is done.

    ``Refused`` the fourth time in thirty days: somebody has to find out what is wrong.
    """
    bad = mail_trouble(health, email)
    if bad is None:
        return
    if not bad.may_be_lifted(now):
        raise Refused(TOO_OFTEN)
    health.lift(bad.lifted(now), tenant, TimelineEvent(now, Action.MAIL_RESUMED, email))


def mailbox(email: str) -> str:
    """Spell an address the one way under which its trouble is kept: as SES tells of it, without case."""
    try:
        return deliverable(email).casefold()
    except Undeliverable:
        return email.strip().casefold()
