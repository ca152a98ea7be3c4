"""The panel's pages, in French, without script (pages du panneau local)."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.templating import FILTERS
from infra.local import panel_acts
from infra.local.parts import PanelRefusal, Parts
from infra.local.serving import Call, Reply

PAGES = Path(__file__).parent / "pages"
STATIC = Path(__file__).resolve().parents[2] / "static"
_SHEETS = {"portal.css": STATIC, "panel.css": PAGES}
_MAILS_SHOWN = 100
_HTML = ("Content-Type", "text/html; charset=utf-8")
# The page of a mail is the portal's own, yet shown as a stranger's: nothing in it runs, sends or leads away.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:"
)
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Pages:
    """What a browser sees; an act answers with a redirection that says what it did."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def home(self, call: Call) -> Reply:
        """Show where the portal is and who lives in it."""
        return self._page(call, "home.html", {"people": self._parts.people()})

    def mails(self, call: Call) -> Reply:
        """Show the mails, newest first."""
        return self._page(call, "mails.html", {"mails": self._parts.mailbox.mails(_MAILS_SHOWN)})

    def mail(self, call: Call, number: str) -> Reply:
        """Show one mail."""
        return self._page(call, "mail.html", {"mail": self._parts.mailbox.get(number)})

    def mail_html(self, _call: Call, number: str) -> Reply:
        """Give a mail's page as its reader's program shows it, shut into a sandbox."""
        shown = self._parts.mailbox.shown_html(number)
        return Reply(200, shown.encode(), (_HTML, ("Content-Security-Policy", _MAIL_POLICY)))

    def attachment(self, _call: Call, number: str, place: str) -> Reply:
        """Give a file that came with a mail."""
        found = self._parts.mailbox.attachment(number, int(place))
        name = quote(found.name)
        return Reply(
            200,
            found.content,
            (
                ("Content-Type", found.content_type),
                ("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),
                ("X-Content-Type-Options", "nosniff"),
            ),
        )

    def jobs(self, call: Call) -> Reply:
        """Show the jobs."""
        return self._page(call, "jobs.html", {"jobs": self._parts.schedules.jobs()})

    def fire(self, _call: Call, name: str) -> Reply:
        """Fire a job."""
        outcome = panel_acts.fire_job(self._parts, unquote(name))
        said = f"La tâche a échoué : {outcome.error}" if outcome.error else "La tâche est faite."
        return _see("/taches", said)

    def clock(self, call: Call) -> Reply:
        """Show the clock."""
        return self._page(call, "clock.html", {})

    def move_clock(self, call: Call) -> Reply:
        """Move the clock: by one of the buttons, or freely by days."""
        fields = _fields(call)
        unit, text = fields.get("unite", "days"), fields.get("nombre", "").strip()
        if not (text.isascii() and text.isdigit()):
            raise PanelRefusal(400, "Indiquez un nombre entier positif.")
        _, fired = panel_acts.move_clock(self._parts, {unit: int(text)})
        return _see("/horloge", f"L’horloge a avancé. Tâches passées : {', '.join(fired) or 'aucune'}.")

    def payments(self, call: Call) -> Reply:
        """Show what Stripe does, has seen and has delivered."""
        provider = self._parts.provider
        return self._page(
            call,
            "payments.html",
            {
                "faults": provider.faults(),
                "charges": provider.charges(),
                "deliveries": [
                    {"at": datetime.fromtimestamp(one.at, self._parts.clock().tzinfo), "delivery": one}
                    for one in provider.deliveries()
                ],
            },
        )

    def set_faults(self, call: Call) -> Reply:
        """Set what Stripe does wrong: how often it loses or doubles, how late it is, whether it shuffles."""
        fields, faults = _fields(call), dict[str, Any]()
        for name in ("lose", "double", "delay"):
            text = fields.get(name, "").strip() or "0"
            if not (text.isascii() and text.isdigit()):
                raise PanelRefusal(400, "Indiquez des nombres entiers positifs.")
            faults[name] = int(text)
        faults["reorder"] = "reorder" in fields
        panel_acts.set_faults(self._parts, faults)
        return _see("/paiements", "C’est réglé.")

    def give_back(self, _call: Call, charge: str, act: str) -> Reply:
        """Refund or dispute a payment."""
        panel_acts.give_back(self._parts, {"rembourser": "refund", "contester": "dispute"}[act], charge)
        return _see("/paiements", "C’est fait ; le portail l’apprend par un webhook.")

    def queues(self, call: Call) -> Reply:
        """Show the queues and their given-up messages."""
        states = self._parts.queues.states()
        dead = {state.name: self._parts.queues.dead_letters(state.name) for state in states if state.dead}
        return self._page(call, "queues.html", {"queues": states, "dead": dead})

    def redrive(self, _call: Call, name: str) -> Reply:
        """Put given-up messages back into their queue."""
        moved = panel_acts.redrive(self._parts, unquote(name))
        return _see("/files", f"Messages remis dans la file : {moved}.")

    def sheet(self, _call: Call, name: str) -> Reply:
        """Give a stylesheet: the portal's own, or the few rules of the panel."""
        return Reply(200, (_SHEETS[name] / name).read_bytes(), (("Content-Type", "text/css; charset=utf-8"),))

    def refused(self, call: Call, refusal: PanelRefusal) -> Reply:
        """Show why something could not be done."""
        return self._page(call, "refused.html", {"refusal": refusal}, refusal.status)

    def _page(self, call: Call, template: str, values: Mapping[str, Any], status: int = 200) -> Reply:
        common = {
            "path": call.path,
            "said": parse_qs(call.query).get("dit", [""])[-1][:500],
            "settings": self._parts.settings,
            "now": self._parts.clock(),
            "ahead_days": round(self._parts.clock.ahead_seconds / 86_400, 1),
        }
        html = _environment().get_template(template).render({**common, **values})
        return Reply(status, html.encode(), (_HTML, ("Content-Security-Policy", _PAGE_POLICY)))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made


def _fields(call: Call) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(call.body.decode(errors="replace")).items()}


def _see(path: str, said: str) -> Reply:
    return Reply(303, b"", (("Location", f"{path}?dit={quote(said)}"),))
