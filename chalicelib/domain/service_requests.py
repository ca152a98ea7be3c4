"""Requests of tenants (« demandes »): what was asked, where it stands, who answers."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain import french
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.once import Sending, Sendings

if TYPE_CHECKING:
    from chalicelib.domain.changes import Change

NUMBER_SHAPE = re.compile(r"[A-Za-z0-9-]{1,14}")
TRIES = 5


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
    """One line of a request's thread; ``from_landlord`` tells whose it is.

    ``attachment`` is the name of a file; with ``upload``, the id of what was sent here, it can be opened.
    """

    at: datetime
    text: str
    from_landlord: bool
    attachment: str = ""
    upload: str = ""


@dataclass(frozen=True)
class ServiceRequest:
    """A tenant's request: « Votre demande concerne MAJ OCCUPANTS pour Sortie - Occupant. ».

    ``about`` names the thing of the lease that it is about, in the portal's own way, so that nobody asks the
    same twice.  ``opened_here`` are those that were sent by the portal.
    """

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
    about: str = ""
    opened_here: bool = False

    @property
    def path(self) -> str:
        """Give its page."""
        return f"/demandes/{self.number}"

    @property
    def takes_files(self) -> bool:
        """Tell whether the tenant may add files to it: who looks at them is still at work on it."""
        return self.opened_here and self.is_open

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

    def take_number(self, year: int) -> int:
        """Give a number of that year that nobody else was or will be given; one that is not used is lost."""

    def open(self, request: ServiceRequest, change: "Change", sending: Sending, known: int) -> bool:
        """Write a new request, one more on the tenant's count, its event, the outgoing change and the mark.

        ``False``, and nothing is written, if there is one of that number, or the form was sent before;
        ``Conflict`` if the tenant has not as many requests as are ``known``: another one came meanwhile.
        """


def open_request(
    requests: ServiceRequests,
    sendings: Sendings,
    asked: ServiceRequest,
    change: "Change",
    mark: str,
    known: int,
) -> str:
    """Open a request under a number of its own, once for each mark; give its page.

    ``asked`` has no number yet.  ``known`` is how many requests the tenant had when none of them was found to
    say the same.  A number may be taken where the landlord's software uses the like.
    """
    year = french.today(asked.opened_at).year
    for _ in range(TRIES):
        number = f"D{year}-{requests.take_number(year):06d}"
        request = replace(asked, number=number, opened_here=True)
        told = replace(change, after={**change.after, "demande": number})
        if requests.open(request, told, Sending(asked.tenant, mark, request.path), known):
            return request.path
        if path := sendings.led_to(asked.tenant, mark):
            return path
    raise Unavailable("request numbers")
