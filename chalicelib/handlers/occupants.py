"""Occupants: somebody arrives, leaves, or is written wrong; each opens a request (« MAJ OCCUPANTS »)."""

from collections.abc import Mapping

from chalicelib.domain import once
from chalicelib.domain.errors import Refused
from chalicelib.domain.leases import Lease, Occupant
from chalicelib.domain.occupants import (
    BORN,
    FIELDS,
    NAME,
    RELATION,
    RELATIONS,
    Move,
    Told,
    already_told,
    arrival,
    correction,
    departure,
)
from chalicelib.domain.service_requests import ServiceRequest, open_request
from chalicelib.handlers.door import new_site
from chalicelib.portal import portal
from chalicelib.web.answers import Answer, Page, SeeOther
from chalicelib.web.visit import Visit

site = new_site(__name__)
STALE = "Cette page n’était plus à jour. Vérifiez ce qui suit, puis envoyez de nouveau."
GONE = "Cette personne n’est plus dans la liste des occupants."
TEMPLATES = {
    Move.ARRIVAL: "leases/occupant_arrival.html",
    Move.DEPARTURE: "leases/occupant_departure.html",
    Move.CORRECTION: "leases/occupant_correction.html",
}


@site.page("/contrat/occupants/ajout")
def show_arrival(visit: Visit) -> Answer:
    """Ask who comes to live there."""
    return _form(visit, _running(visit, visit.query.get("contrat", "")), Move.ARRIVAL)


@site.form("/contrat/occupants/ajout")
def receive_arrival(visit: Visit) -> Answer:
    """Open the request of an arrival."""
    return _receive(visit, Move.ARRIVAL)


@site.page("/contrat/occupants/sortie")
def show_departure(visit: Visit) -> Answer:
    """Ask when somebody leaves, and first who, where several live there."""
    return _ask_about_somebody(visit, Move.DEPARTURE)


@site.form("/contrat/occupants/sortie")
def receive_departure(visit: Visit) -> Answer:
    """Open the request of a departure."""
    return _receive(visit, Move.DEPARTURE)


@site.page("/contrat/occupants/modification")
def show_correction(visit: Visit) -> Answer:
    """Ask what is wrong about somebody, and first about whom, where several live there."""
    return _ask_about_somebody(visit, Move.CORRECTION)


@site.form("/contrat/occupants/modification")
def receive_correction(visit: Visit) -> Answer:
    """Open the request of a correction."""
    return _receive(visit, Move.CORRECTION)


def _running(visit: Visit, asked: str) -> Lease:
    lease = portal().leases.get(visit.lease(asked))
    lease.check_running(visit.today)
    return lease


def _ask_about_somebody(visit: Visit, move: Move) -> Page:
    lease = _running(visit, visit.query.get("contrat", ""))
    there = lease.occupants_on(visit.today)
    somebody = _somebody(visit, lease, visit.query.get("occupant", ""))
    if somebody is None and len(there) == 1 and "occupant" not in visit.query:
        somebody = there[0]
    if somebody is None:
        return _choice(visit, lease, move)
    return _form(visit, lease, move, somebody, already=_already(visit, lease, move, somebody.reference))


def _receive(visit: Visit, move: Move) -> Answer:
    """Open the request once, whatever is sent again; else show the form again with all that was typed."""
    number, shown, tenant = (
        visit.lease(visit.text("contrat")),
        visit.text(once.FIELD),
        visit.signed_in.tenant.id,
    )
    mark = once.mark_of(shown, move.value, visit.text("occupant"), *(visit.text(field) for field in FIELDS))
    if path := portal().sendings.led_to(tenant, mark):
        return SeeOther(path)
    lease = _running(visit, number)
    somebody = _somebody(visit, lease, visit.text("occupant"))
    if somebody is None and move is not Move.ARRIVAL:
        return _choice(visit, lease, move, Refused(GONE))
    try:
        told = _read(visit, lease, move, somebody)
        if not once.is_mark(shown):
            raise Refused(STALE)
    except Refused as error:
        return _form(visit, lease, move, somebody, error=error)
    if already := _already(visit, lease, move, told.about):
        return _form(visit, lease, move, somebody, already=already)
    asked, change = told.request(tenant, number, visit.now), told.change(tenant, number, visit.now)
    known = visit.signed_in.request_count
    return SeeOther(open_request(portal().requests, portal().sendings, asked, change, mark, known))


def _read(visit: Visit, lease: Lease, move: Move, somebody: Occupant | None) -> Told:
    typed = {field: visit.text(field) for field in FIELDS}
    if somebody is None:
        return arrival(lease, typed, visit.today)
    if move is Move.DEPARTURE:
        return departure(lease, somebody, typed, visit.today)
    return correction(somebody, typed, visit.today)


def _somebody(visit: Visit, lease: Lease, reference: str) -> Occupant | None:
    return next((one for one in lease.occupants_on(visit.today) if one.reference == reference), None)


def _already(visit: Visit, lease: Lease, move: Move, about: str) -> ServiceRequest | None:
    return already_told(visit.signed_in.open_requests, lease.number, move, about)


def _choice(visit: Visit, lease: Lease, move: Move, error: Refused | None = None) -> Page:
    values = {"lease": lease, "occupants": lease.occupants_on(visit.today), "move": move, "error": error}
    return Page("leases/occupant_choice.html", values, 422 if error else 200)


def _form(
    visit: Visit,
    lease: Lease,
    move: Move,
    somebody: Occupant | None = None,
    *,
    error: Refused | None = None,
    already: ServiceRequest | None = None,
) -> Page:
    mark = visit.form.get(once.FIELD, "")
    values = {
        "lease": lease,
        "occupant": somebody,
        "relations": _relations(somebody),
        "typed": visit.form or _known(somebody),
        "mark": mark if once.is_mark(mark) else once.new_mark(),
        "error": error,
        "already": already,
    }
    return Page(TEMPLATES[move], values, 422 if error or (already and visit.form) else 200)


def _relations(somebody: Occupant | None) -> list[str]:
    """Give the list to choose from; what the landlord wrote otherwise can stay."""
    own = [somebody.relation] if somebody and somebody.relation not in RELATIONS else []
    return [*own, *RELATIONS]


def _known(somebody: Occupant | None) -> Mapping[str, str]:
    if somebody is None:
        return {}
    born_on = somebody.born_on.isoformat() if somebody.born_on else ""
    return {NAME: somebody.name, BORN: born_on, RELATION: somebody.relation}
