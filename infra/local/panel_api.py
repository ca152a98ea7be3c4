"""The panel for scripts: JSON in, JSON out, never a 500 for what was asked wrongly (panneau, JSON)."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from infra.local import panel_acts
from infra.local.mailbox import Mail
from infra.local.parts import PanelRefusal, Parts
from infra.local.schedules import Job
from infra.local.serving import Call, Reply

MAILS_AT_MOST = 1000

Answer = Callable[[Call, str], Any]


class Api:
    """What answers under ``/api``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def health(self) -> dict[str, Any]:
        """Tell whether everything runs; 503 if the local AWS has stopped."""
        if not self._parts.cloud_alive():
            raise PanelRefusal(503, "Le nuage local ne répond plus : relancez « make run ».")
        return {
            "ok": True,
            "portal": self._parts.settings.portal_address,
            "panel": self._parts.settings.panel_address,
            "now": self._parts.clock().isoformat(),
        }

    def demo(self) -> dict[str, Any]:
        """Give the people of the demonstration, with what they sign in with."""
        return {"portal": self._parts.settings.portal_address, "people": self._parts.people()}

    def mail(self, call: Call) -> list[dict[str, Any]]:
        """Give the mails, newest first; ``?to=`` and ``?limit=`` choose."""
        query = parse_qs(call.query)
        limit = query.get("limit", [str(MAILS_AT_MOST)])[-1]
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MAILS_AT_MOST):
            raise PanelRefusal(400, f"« limit » attend un nombre entier de 1 à {MAILS_AT_MOST}.")
        mails = self._parts.mailbox.mails(int(limit), query.get("to", [""])[-1])
        return [self._mail(mail) for mail in mails]

    def jobs(self) -> list[dict[str, Any]]:
        """Give the jobs with their hours and how they last went."""
        return [_job(job) for job in self._parts.schedules.jobs()]

    def fire(self, name: str) -> dict[str, Any]:
        """Fire a job; 502 with its error if it failed."""
        outcome = panel_acts.fire_job(self._parts, unquote(name))
        if outcome.error:
            raise PanelRefusal(502, f"La tâche a échoué : {outcome.error}")
        return {"ok": True, "job": unquote(name), "fired_at": outcome.fired_at.isoformat()}

    def clock(self) -> dict[str, Any]:
        """Give the portal's present and how far it is ahead."""
        clock = self._parts.clock
        return {"now": clock().isoformat(), "ahead_seconds": clock.ahead_seconds}

    def move_clock(self, call: Call) -> dict[str, Any]:
        """Move the clock by ``days`` or ``hours``; the jobs that became due have run when this answers."""
        _, fired = panel_acts.move_clock(self._parts, json_object(call))
        return {**self.clock(), "fired": fired}

    def stripe(self) -> dict[str, Any]:
        """Give what Stripe does wrong, the payments it has seen and its deliveries."""
        return {
            "faults": self._parts.provider.faults(),
            "payments": [
                {**vars(charge), "at": charge.at.isoformat()} for charge in self._parts.provider.charges()
            ],
            "deliveries": [delivery._asdict() for delivery in self._parts.provider.deliveries()],
        }

    def set_faults(self, call: Call) -> dict[str, Any]:
        """Set what Stripe does wrong; an empty object ends it."""
        return {"faults": panel_acts.set_faults(self._parts, json_object(call))}

    def queues(self) -> list[dict[str, Any]]:
        """Count the messages of each queue."""
        return [vars(state) for state in self._parts.queues.states()]

    def redrive(self, name: str) -> dict[str, Any]:
        """Put the given-up messages of a queue back into it."""
        return {"moved": panel_acts.redrive(self._parts, unquote(name))}

    def _mail(self, mail: Mail) -> dict[str, Any]:
        address = f"{self._parts.settings.panel_address}/courrier/{mail.number}"
        return {
            "number": mail.number,
            "at": mail.at.isoformat(),
            "to": mail.to,
            "from": mail.sender,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "links": list(mail.links),
            "attachments": [
                {
                    "name": attachment.name,
                    "content_type": attachment.content_type,
                    "size": len(attachment.content),
                    "address": f"{address}/pieces/{place}",
                }
                for place, attachment in enumerate(mail.attachments)
            ],
        }


def json_object(call: Call) -> dict[str, Any]:
    """Read the body as a JSON object; anything else is a ``PanelRefusal``."""
    try:
        found = json.loads(call.body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise PanelRefusal(400, "Le corps de la requête n’est pas du JSON.") from wrong
    if not isinstance(found, dict):
        raise PanelRefusal(400, 'Un objet JSON est attendu, par exemple {"days": 30}.')
    return found


def json_reply(content: Any, status: int = 200) -> Reply:
    """Write a JSON answer."""
    body = json.dumps(content, ensure_ascii=False, indent=1).encode()
    return Reply(
        status, body, (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"))
    )


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _job(job: Job) -> dict[str, Any]:
    return {
        "name": job.name,
        "schedule": job.expression,
        "description": job.description,
        "next_due_at": job.next_due_at.isoformat(),
        "last_fired_at": job.last.fired_at.isoformat() if job.last else None,
        "last_error": job.last.error if job.last else None,
    }
