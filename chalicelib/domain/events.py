"""Events that the payment provider sent: kept by their id, so that anyone can look up what came and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ProviderEvent:
    """An event as it came in: it names an object of the provider, and says nothing we rely on."""

    id: str
    type: str
    object_kind: str
    object_id: str
    received_at: datetime


class EventLog(Protocol):
    """Where received events are kept."""

    def keep(self, event: ProviderEvent) -> bool:
        """Keep an event; ``False`` if it had come before."""
