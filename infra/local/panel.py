"""The local panel: what is asked for goes to a page, to the JSON, or to the Stripe stand-in (panneau local).

It changes the clock and hands out passwords, so it answers to this machine only: a name that a stranger's
site points here (DNS rebinding) and a form posted from another site are refused.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from infra.local.mailbox import UnknownMail
from infra.local.panel_api import Api, json_reply
from infra.local.panel_pages import Pages
from infra.local.parts import PanelRefusal, Parts
from infra.local.serving import Call, Reply

_HOSTS = ("127.0.0.1", "localhost", "::1")
_NAME = r"([^/]+)"

Route = tuple[str, re.Pattern[str], Callable[..., Reply]]


class Panel:
    """Answers every request of the panel's port."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._pages = Pages(parts)
        self._routes = [*_page_routes(self._pages), *_api_routes(Api(parts))]

    def answer(self, call: Call) -> Reply:
        """Answer one request."""
        try:
            _check_origin(call)
            if call.path.startswith("/stripe/"):
                return self._parts.provider.answer(call)
            return self._routed(call)
        except PanelRefusal as refusal:
            return self._refused(call, refusal)
        except UnknownMail:
            return self._refused(call, PanelRefusal(404, "Ce message ou cette pièce jointe n’existe pas."))

    def _routed(self, call: Call) -> Reply:
        method = "GET" if call.method == "HEAD" else call.method
        allowed = set()
        for route_method, pattern, function in self._routes:
            if found := pattern.fullmatch(call.path):
                if route_method == method:
                    return function(call, *found.groups())
                allowed.add(route_method)
        if allowed:
            raise PanelRefusal(405, f"Cette adresse attend {' ou '.join(sorted(allowed))}.")
        raise PanelRefusal(404, "Cette adresse n’existe pas.")

    def _refused(self, call: Call, refusal: PanelRefusal) -> Reply:
        if call.path.startswith("/api/"):
            return json_reply({"error": refusal.message}, refusal.status)
        return self._pages.refused(call, refusal)


def _page_routes(pages: Pages) -> list[Route]:
    return [
        _route("GET", "/", pages.home),
        _route("GET", "/courrier", pages.mails),
        _route("GET", "/courrier/([0-9-]+)", pages.mail),
        _route("GET", "/courrier/([0-9-]+)/html", pages.mail_html),
        _route("GET", "/courrier/([0-9-]+)/pieces/([0-9]{1,3})", pages.attachment),
        _route("GET", "/taches", pages.jobs),
        _route("POST", f"/taches/{_NAME}", pages.fire),
        _route("GET", "/horloge", pages.clock),
        _route("POST", "/horloge", pages.move_clock),
        _route("GET", "/paiements", pages.payments),
        _route("POST", "/paiements", pages.set_faults),
        _route("POST", f"/paiements/{_NAME}/(rembourser|contester)", pages.give_back),
        _route("GET", "/files", pages.queues),
        _route("POST", f"/files/{_NAME}", pages.redrive),
        _route("GET", "/(portal.css|panel.css)", pages.sheet),
    ]


def _api_routes(api: Api) -> list[Route]:
    return [
        _json("GET", "/api/health", lambda _: api.health()),
        _json("GET", "/api/demo", lambda _: api.demo()),
        _json("GET", "/api/mail", api.mail),
        _json("GET", "/api/jobs", lambda _: api.jobs()),
        _json("POST", f"/api/jobs/{_NAME}", lambda _, name: api.fire(name)),
        _json("GET", "/api/clock", lambda _: api.clock()),
        _json("POST", "/api/clock", api.move_clock),
        _json("GET", "/api/stripe", lambda _: api.stripe()),
        _json("POST", "/api/stripe/webhooks", api.set_faults),
        _json("GET", "/api/queues", lambda _: api.queues()),
        _json("POST", f"/api/queues/{_NAME}/redrive", lambda _, name: api.redrive(name)),
    ]


def _route(method: str, pattern: str, function: Callable[..., Reply]) -> Route:
    return method, re.compile(pattern), function


def _json(method: str, pattern: str, function: Callable[..., Any]) -> Route:
    return method, re.compile(pattern), lambda call, *groups: json_reply(function(call, *groups))


def _check_origin(call: Call) -> None:
    """Let through what this machine asks for; ``PanelRefusal`` for the rest."""
    host = call.header("host")
    if urlsplit(f"//{host}").hostname not in _HOSTS:
        raise PanelRefusal(421, "Le panneau ne répond qu’à cette machine : ouvrez-le par http://127.0.0.1.")
    if call.method in ("GET", "HEAD"):
        return
    origin = call.header("origin")
    if call.header("sec-fetch-site") not in ("", "same-origin", "none") or origin not in (
        "",
        f"http://{host}",
    ):
        raise PanelRefusal(403, "Cette demande vient d’un autre site.")
