"""What can be done from the panel, whether a page or a script asks (gestes du panneau).

Every refusal is a ``PanelRefusal`` with a French sentence; nothing else comes out.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local.clock import WrongMove
from infra.local.parts import PanelRefusal, Parts
from infra.local.provider import UnknownCharge
from infra.local.queues import UnknownQueue
from infra.local.schedules import Outcome, UnknownJob

_SECONDS = {"days": 86_400, "hours": 3_600}
_FARTHEST = 3660 * 24
_FAULTS = ("lose", "double", "delay", "reorder", "ungenerated")


def fire_job(parts: Parts, name: str) -> Outcome:
    """Fire a job and wait for its end."""
    try:
        return parts.schedules.fire(name)
    except UnknownJob as unknown:
        known = ", ".join(job.name for job in parts.schedules.jobs()) or "aucune"
        raise PanelRefusal(
            404, f"Aucune tâche ne s’appelle « {name} ». Tâches connues : {known}."
        ) from unknown


def move_clock(parts: Parts, move: Mapping[str, Any]) -> tuple[datetime, list[str]]:
    """Move the clock; give the new moment and the jobs that this made due, already run.

    Payments expire and webhooks arrive before the jobs run, as they would have in the time that passed.
    """
    unknown = [name for name in move if name not in _SECONDS]
    if unknown or not move:
        raise PanelRefusal(400, 'Indiquez « days » ou « hours », par exemple {"days": 30}.')
    seconds = sum(int(_positive(name, value) * _SECONDS[name]) for name, value in move.items())
    try:
        parts.clock.advance(seconds)
    except WrongMove as wrong:
        raise PanelRefusal(400, str(wrong)) from wrong
    parts.provider.tick()
    return parts.clock(), parts.schedules.check()


def set_faults(parts: Parts, faults: Mapping[str, Any]) -> dict[str, Any]:
    """Set what Stripe does wrong from now on, exactly this and nothing else; nothing at all if empty."""
    parts_of: dict[str, Any] = {}
    for name, value in faults.items():
        if name not in _FAULTS:
            raise PanelRefusal(400, f"« {name} » est inconnu ; au choix : {', '.join(_FAULTS)}.")
        parts_of[name] = _fault(name, value)
    try:
        parts.provider.set_faults({name: value for name, value in parts_of.items() if value})
    except ValueError as wrong:
        raise PanelRefusal(
            400,
            "Valeurs attendues : une part de 0.0 à 1.0 ou un nombre de fois ; pour « delay », des secondes.",
        ) from wrong
    return dict(parts.provider.faults())


def give_back(parts: Parts, act: str, charge: str) -> None:
    """Refund a charge, or have it disputed."""
    try:
        (parts.provider.refund if act == "refund" else parts.provider.dispute)(charge)
    except UnknownCharge as unknown:
        raise PanelRefusal(404, "Ce paiement n’existe pas, ou son argent a déjà été rendu.") from unknown


def redrive(parts: Parts, name: str) -> int:
    """Put the given-up messages of a queue back into it; give how many."""
    try:
        return parts.queues.redrive(name)
    except UnknownQueue as unknown:
        raise PanelRefusal(404, f"Aucune file ne s’appelle « {name} ».") from unknown


def _fault(name: str, value: Any) -> float | int | bool:
    """Read a fault's value: ``true`` is always, a whole number the next so many, a share from 0.0 to 1.0."""
    if isinstance(value, bool):
        if name == "delay":
            raise PanelRefusal(400, "« delay » attend un nombre de secondes.")
        return value if name == "reorder" else float(value)
    if not isinstance(value, int | float) or not 0 <= value <= 1_000_000:
        raise PanelRefusal(400, f"« {name} » attend un nombre positif.")
    if name == "reorder":
        return bool(value)
    return value


def _positive(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _FARTHEST:
        raise PanelRefusal(400, f"« {name} » attend un nombre positif, dix ans au plus.")
    return value
