"""What somebody asks of the worker of accounts (« demandes d’accès »), and how much of it may be asked.

The pages take an asking and say no more than that: whether there is such a contract or account is found out
behind them.  What is counted is counted alike for what exists and what does not.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.access import AccessQueue
from chalicelib.domain.throttling import (
    REGISTRATIONS,
    Rule,
    Subject,
    SubjectKind,
    Tallies,
    TooManyTries,
    take,
)


class Wish(StrEnum):
    """What can be asked; what the portal itself has told is a ``Notice``."""

    REGISTRATION = "registration"
    RECOVERY = "recovery"
    ADDRESS = "address"


@dataclass(frozen=True)
class Asking:
    """One asking; ``email`` is the address that opens the account, or shall open it."""

    id: str
    kind: str
    email: str
    asked_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def spelled(self) -> dict[str, str]:
        """Spell it for the queue."""
        said = {"id": self.id, "kind": self.kind, "email": self.email, "asked_at": self.asked_at.isoformat()}
        return said | dict(self.facts)


@dataclass(frozen=True)
class Answered:
    """The asking of a kind that an address was last answered; ``sent_at`` once all its mails have left."""

    id: str
    asked_at: datetime
    link: str = ""
    sent_at: datetime | None = None

    def leaves(self, asking: Asking) -> bool:
        """Tell whether an asking still wants an answer: it is not done, and no newer one came before it."""
        if self.id == asking.id:
            return self.sent_at is None
        return self.asked_at <= asking.asked_at


@dataclass(frozen=True)
class FrontDesk:
    """What it takes to take askings."""

    queue: AccessQueue
    tallies: Tallies


def new_asking(kind: Wish, email: str, now: datetime, **facts: str) -> Asking:
    """Make an asking that is not yet handed over."""
    return Asking(uuid.uuid4().hex, kind.value, email, now, facts)


def read_asking(said: Mapping[str, str]) -> Asking:
    """Read an asking off the queue; ``KeyError`` or ``ValueError`` for what is none."""
    known = {"id", "kind", "email", "asked_at"}
    facts = {name: value for name, value in said.items() if name not in known}
    return Asking(said["id"], said["kind"], said["email"], datetime.fromisoformat(said["asked_at"]), facts)


def count_asking(
    front: FrontDesk, network: str, now: datetime, more: Mapping[Subject, Rule] | None = None
) -> None:
    """Count an asking of a network, and on what else it has to be; ``TooManyTries`` when it has to wait."""
    limits = {Subject(SubjectKind.ASKING, network): REGISTRATIONS, **(more or {})}
    if wait := take(front.tallies, limits, now):
        raise TooManyTries(wait, now)
