"""Requests of tenants (« demandes »): what was asked, where it stands, who answers."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

NUMBER_SHAPE = re.compile(r"[A-Za-z0-9-]{1,14}")


class RequestState(StrEnum):
    """Where a request stands."""

    IN_PROGRESS = "en_cours"
    WAITING = "en_attente"
    PLANNED = "planifiee"
    DONE = "terminee"
    CANCELLED = "annulee"


LABELS = {
    RequestState.IN_PROGRESS: "En cours de traitement",
    RequestState.WAITING: "En attente d’information",
    RequestState.PLANNED: "Planifiée",
    RequestState.DONE: "Terminée",
    RequestState.CANCELLED: "Annulée",
}
CLASSES = {
    RequestState.IN_PROGRESS: "",
    RequestState.WAITING: "wait",
    RequestState.PLANNED: "set",
    RequestState.DONE: "done",
    RequestState.CANCELLED: "",
}


@dataclass(frozen=True)
class RequestMessage:
    """One line of a request's thread; ``from_landlord`` tells whose it is."""

    at: datetime
    text: str
    from_landlord: bool
    attachment: str = ""


@dataclass(frozen=True)
class ServiceRequest:
    """A tenant's request: « Votre demande concerne MAJ OCCUPANTS pour Sortie - Occupant. »."""

    number: str
    tenant: str
    lease: str
    topic: str
    detail: str
    opened_at: datetime
    state: RequestState
    handler: str = ""
    comment: str = ""
    thread: tuple[RequestMessage, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still works on it."""
        return self.state not in {RequestState.DONE, RequestState.CANCELLED}

    @property
    def state_label(self) -> str:
        """Give the state in words."""
        return LABELS[self.state]

    @property
    def state_class(self) -> str:
        """Give the name under which the stylesheet draws the state."""
        return CLASSES[self.state]


class ServiceRequests(Protocol):
    """Where requests are kept.  Every method is one whole fact: it happens or it does not."""

    def get(self, tenant: str, number: str) -> ServiceRequest:
        """Read one of the tenant's requests; ``Absent`` if there is none of that number for them."""

    def of_tenant(self, tenant: str, after: str = "", limit: int = 20) -> tuple[list[ServiceRequest], str]:
        """Read the tenant's requests, latest first, and where the next page starts (nothing: no more)."""
