"""Addresses that take no mail (« adresses en erreur »): those that bounced, and those whose owner complained.

No mail leaves for them any more: a landlord whose mails come back is soon taken for a sender of spam, and
then nobody gets any.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Trouble(StrEnum):
    """What came back instead of silence."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class BadAddress:
    """An address that takes no mail, and since when."""

    email: str
    trouble: Trouble
    since_at: datetime


class MailHealth(Protocol):
    """Where addresses in trouble are kept; the case of letters does not count."""

    def find(self, email: str) -> BadAddress | None:
        """Tell what is wrong with an address; nothing if mail may leave."""

    def record(self, bad: BadAddress) -> None:
        """Keep an address from now on; told twice, it is kept once."""
