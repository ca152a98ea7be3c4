"""The HTML side of Chalice: guarded routes, read forms, pages for answers.

Chalice turns an exception of a view into JSON before any middleware sees it (« Rest APIs » in its
documentation of middleware), so errors become pages here, around the view; ``pages_for_errors`` does the
same for what Chalice itself answers.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from chalice import Blueprint, Response
from chalice.app import Request

from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Absent
from chalicelib.web.answers import Answer, Asset, asset, headers_for
from chalicelib.web.audience import GUARDS, audience_of, refuse_other
from chalicelib.web.entering import STATUS, Entering
from chalicelib.web.entrance import Entrance

Handler = Callable[..., Answer]
View = Callable[..., Response]
BUG = 500
Middleware = Callable[[Request, Callable[[Any], Response]], Response]


class Site(Blueprint):
    """A Chalice blueprint whose pages are for who is signed in, tenants or agents, unless told otherwise.

    Its pages wait in ``views``, by « method path », until the table of contents serves them.
    """

    def __init__(self, import_name: str, entrance: Callable[[], Entrance]) -> None:
        super().__init__(import_name)
        self._entrance = entrance
        self.views: dict[str, View] = {}

    def page(self, path: str, *, public: bool = False, actions: int = 0) -> Callable[[Handler], Handler]:
        """Serve ``path`` with a page; ``actions`` is how many of the visitor's latest it shows."""
        refuse_other(path, Role.TENANT)
        return self._serve(path, "GET", public=public, actions=actions)

    def form(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Receive the form sent to ``path``."""
        refuse_other(path, Role.TENANT)
        return self._serve(path, "POST", public=public)

    def staff_page(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Serve ``path``, of which the address begins with /gestion, with a page for agents."""
        refuse_other(path, Role.AGENT)
        return self._serve(path, "GET", public=public)

    def staff_form(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Receive the form that a page for agents sends to ``path``."""
        refuse_other(path, Role.AGENT)
        return self._serve(path, "POST", public=public)

    def asset(self, path: str) -> Callable[[Callable[..., Asset]], Callable[..., Asset]]:
        """Serve ``path`` with static files: no visit, no session, no cookie."""

        def register(handler: Callable[..., Asset]) -> Callable[..., Asset]:
            @wraps(handler)
            def view(**captured: str) -> Response:
                entrance = self._entrance()
                try:
                    return asset(entrance, handler(**captured))
                except Absent as error:
                    return Entering(entrance, self.current_request, 0).error(error)

            view.guard = "static"  # type: ignore[attr-defined]
            self.route(path, methods=["GET"], content_types=[])(view)
            return handler

        return register

    def _serve(
        self, path: str, method: str, *, public: bool, actions: int = 0
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            @wraps(handler)
            def view(**captured: str) -> Response:
                request: Request = self.current_request
                entering = Entering(self._entrance(), request, actions)
                try:
                    visit = entering.visit(public=public)
                    if visit is None:
                        return entering.show_in()
                    answer = handler(visit, **{name: unquote(value) for name, value in captured.items()})
                except tuple(STATUS) as error:
                    return entering.error(error)
                return entering.respond(answer, visit)

            view.guard = "public" if public else GUARDS[audience_of(path)]  # type: ignore[attr-defined]
            self._keep(f"{method} {path}", view)
            return handler

        return register

    def _keep(self, route: str, view: View) -> None:
        if route in self.views:
            raise ValueError(f"{route} has a page already")
        self.views[route] = view


def pages_for_errors(entrance: Callable[[], Entrance], machines: frozenset[str]) -> Middleware:
    """Make a middleware that answers people with a page where Chalice would answer with JSON.

    Chalice has logged the exception by then; the page shows the request's id, and nothing else of it.  What
    machines are answered keeps its JSON, under the same headers.
    """

    def middleware(event: Request, get_response: Callable[[Any], Response]) -> Response:
        response = get_response(event)
        if event is not None and event.path in machines:
            response.headers = {**headers_for(entrance()), **response.headers}
            return response
        if not isinstance(response.body, dict) or event is None:
            return response
        status = {500: 500, 405: 405}.get(response.status_code, 404)
        entering = Entering(entrance(), event, 0)
        page = entering.fail(status) if status == BUG else entering.fail_for_whoever_it_is(status)
        if "Allow" in response.headers:
            page.headers["Allow"] = response.headers["Allow"]
        return page

    return middleware
