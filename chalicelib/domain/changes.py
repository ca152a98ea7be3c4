"""Outgoing changes (« modifications »): what tenants change here, for the landlord's software to take over.

Each is written in one transaction with the thing that it tells of.  Fields bear the names of the columns of
the exchange files (docs/exchange.md).
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class ChangeKind(StrEnum):
    """What can change here."""

    EMAIL = "e-mail"
    PHONES = "telephones"
    PROFESSION = "profession"
    BILLING_ADDRESS = "adresse_facturation"
    OCCUPANT_ADDED = "occupant_ajoute"
    OCCUPANT_LEFT = "occupant_parti"
    OCCUPANT_CHANGED = "occupant_modifie"
    CERTIFICATE_SENT = "attestation_envoyee"
    CERTIFICATE_ACCEPTED = "attestation_acceptee"
    CERTIFICATE_REFUSED = "attestation_refusee"
    RECEIPTS_CONSENT = "quittances_electroniques"


@dataclass(frozen=True)
class Change:
    """One change at one moment; ``lease`` is empty when it is about the person.

    ``before`` and ``after`` hold the fields that changed, and no others: what is new has no ``before``.
    """

    id: str
    at: datetime
    tenant: str
    lease: str
    kind: ChangeKind
    before: Mapping[str, str]
    after: Mapping[str, str]


class Changes(Protocol):
    """Where outgoing changes are kept; they are written by the stores of what they tell of."""

    def made_on(self, day: date) -> Iterator[Change]:
        """Give the changes of a day in metropolitan France, the earliest first."""


def new_change(
    at: datetime,
    tenant: str,
    kind: ChangeKind,
    before: Mapping[str, str],
    after: Mapping[str, str],
    lease: str = "",
) -> Change:
    """Make a change of two states of a thing, each whole: only the fields that differ are kept."""
    differing = {name for name in {**before, **after} if before.get(name, "") != after.get(name, "")}
    return Change(
        uuid.uuid4().hex,
        at,
        tenant,
        lease,
        kind,
        {name: value for name, value in before.items() if name in differing},
        {name: value for name, value in after.items() if name in differing},
    )
