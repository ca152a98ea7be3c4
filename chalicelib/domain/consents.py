"""Consent to electronic receipts (« accord pour les quittances électroniques »): express, dated, revocable.

A receipt goes out in electronic form only to who agreed to it (loi 89-462, art. 21).  Each holder of a lease
decides for themselves; a decision is never rewritten, the last one counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib.domain.changes import Change, ChangeKind, new_change
from chalicelib.domain.errors import Conflict
from chalicelib.domain.timeline import Action, TimelineEvent

TRIES = 3
COLUMN = "quittances_electroniques"
YES, NO = "oui", "non"


@dataclass(frozen=True)
class Decision:
    """What a tenant decided at one moment."""

    at: datetime
    agreed: bool


@dataclass(frozen=True)
class Consent:
    """All that a tenant ever decided about the receipts of a lease, oldest first."""

    lease: str
    tenant: str
    decisions: tuple[Decision, ...] = ()

    @property
    def is_given(self) -> bool:
        """Tell whether receipts go to the tenant in electronic form."""
        return bool(self.decisions) and self.decisions[-1].agreed

    @property
    def decided_at(self) -> datetime | None:
        """Give the moment of the decision that counts; nothing if there never was one."""
        return self.decisions[-1].at if self.decisions else None

    def with_decision(self, decision: Decision) -> "Consent":
        """Add a decision to those of before."""
        return replace(self, decisions=(*self.decisions, decision))


class Consents(Protocol):
    """Where consents are kept."""

    def of(self, lease: str, tenant: str) -> Consent:
        """Read what a tenant decided about a lease, as last committed; one without decisions if nothing."""

    def decide(self, before: Consent, decision: Decision, event: TimelineEvent, change: Change) -> bool:
        """Add a decision, with its timeline event and its outgoing change, all at once.

        ``False``, and nothing is written, if the consent is not as it was read.
        """


def decide(consents: Consents, lease: str, tenant: str, now: datetime, *, agreed: bool) -> Consent:
    """Write down what a tenant decides; what is so already writes nothing, so a second click does not either.

    ``Conflict`` if it kept changing in between.
    """
    action = Action.RECEIPTS_AGREED if agreed else Action.RECEIPTS_WITHDRAWN
    event, decision = TimelineEvent(now, action, lease), Decision(now, agreed)
    for _ in range(TRIES):
        known = consents.of(lease, tenant)
        if known.is_given is agreed:
            return known
        before, after = ({COLUMN: spelled(given)} for given in (known.is_given, agreed))
        change = new_change(now, tenant, ChangeKind.RECEIPTS_CONSENT, before, after, lease)
        if consents.decide(known, decision, event, change):
            return known.with_decision(decision)
    raise Conflict(lease)


def spelled(agreed: bool) -> str:
    """Spell a decision as the table and the exchange files do."""
    return YES if agreed else NO
