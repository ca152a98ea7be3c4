"""The HTML side of Chalice: guarded routes, read forms, pages for answers.

Chalice turns an exception of a view into JSON before any middleware sees it (« Rest APIs » in its
documentation of middleware), so errors become pages here, around the view; ``pages_for_errors`` does the
same for what Chalice itself answers.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from chalice import Blueprint, Response
from chalice.app import Request

from chalicelib.domain import french
from chalicelib.domain.errors import Absent, Conflict, PortalError, Refused, Unavailable
from chalicelib.domain.sessions import IDLE, Visitor, hash_of
from chalicelib.templating import render
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Asset, Leave, Page, SeeOther, asset, elsewhere, html
from chalicelib.web.entrance import Entrance
from chalicelib.web.forms import ForeignForm, UnreadableForm, check_form, read_form
from chalicelib.web.visit import Visit

STATUS: dict[type[PortalError], int] = {
    ForeignForm: 403,
    Absent: 404,
    Conflict: 409,
    UnreadableForm: 415,
    Refused: 422,
    Unavailable: 503,
}
Handler = Callable[..., Answer]
BUG = 500
Middleware = Callable[[Request, Callable[[Any], Response]], Response]


class Site(Blueprint):
    """A Chalice blueprint whose routes are for signed-in tenants unless told otherwise."""

    def __init__(self, import_name: str, entrance: Callable[[], Entrance]) -> None:
        super().__init__(import_name)
        self._entrance = entrance

    def page(self, path: str, *, public: bool = False, actions: int = 0) -> Callable[[Handler], Handler]:
        """Serve ``path`` with a page; ``actions`` is how many of the visitor's latest it shows."""
        return self._serve(path, "GET", public=public, actions=actions)

    def form(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Receive the form sent to ``path``."""
        return self._serve(path, "POST", public=public, actions=0)

    def asset(self, path: str) -> Callable[[Callable[..., Asset]], Callable[..., Asset]]:
        """Serve ``path`` with static files: no visit, no session, no cookie."""

        def register(handler: Callable[..., Asset]) -> Callable[..., Asset]:
            @wraps(handler)
            def view(**captured: str) -> Response:
                entrance = self._entrance()
                try:
                    return asset(entrance, handler(**captured))
                except Absent as error:
                    return _Entering(entrance, self.current_request, 0).error(error)

            view.guard = "static"  # type: ignore[attr-defined]
            self.route(path, methods=["GET"], content_types=[])(view)
            return handler

        return register

    def _serve(self, path: str, method: str, *, public: bool, actions: int) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            @wraps(handler)
            def view(**captured: str) -> Response:
                request: Request = self.current_request
                entering = _Entering(self._entrance(), request, actions)
                try:
                    visit = entering.visit(public=public)
                    if visit is None:
                        return entering.show_in()
                    answer = handler(visit, **{name: unquote(value) for name, value in captured.items()})
                except tuple(STATUS) as error:
                    return entering.error(error)
                return entering.respond(answer, visit)

            view.guard = "public" if public else "tenant"  # type: ignore[attr-defined]
            self.route(path, methods=[method], content_types=[])(view)
            return handler

        return register


class _Entering:
    """One request on its way in and out: who it is, and the answer as HTTP."""

    def __init__(self, entrance: Entrance, request: Request, actions: int) -> None:
        self._entrance = entrance
        self._request = request
        self._path = _path_of(request)
        self._actions = actions
        self._cookies = jar.read_cookies(request.headers.get("cookie", ""))
        self._token = jar.read_token(entrance, self._cookies)
        self._mark = self._cookies.get(jar.name_of(entrance, jar.VISIT), "")
        self._new_mark = "" if self._mark else jar.new_mark()
        self._visitor: Visitor | None = None

    def visit(self, *, public: bool) -> Visit | None:
        """Make the visit; nothing if the page is for tenants and nobody is signed in."""
        self._visitor = self._find_visitor()
        if self._visitor is None and not public:
            return None
        form = {}
        if self._request.method == "POST":
            form = read_form(self._request)
            mark = self._token.secret if self._visitor and self._token else self._mark
            check_form(self._entrance, self._request, form, mark)
        return self._make_visit(form)

    def _find_visitor(self) -> Visitor | None:
        """Read who is signed in; a session that is idle or over is as good as none."""
        if self._token is None:
            return None
        now = self._entrance.now()
        found = self._entrance.sessions.visitor(
            self._token.tenant, hash_of(self._token.secret), actions=self._actions
        )
        if found is None or found.session.is_over(now):
            return None
        idle = now - self._token.seen_at >= IDLE
        if idle and not found.session.remembered:
            return None
        today = french.today(now)
        return replace(found, holds=tuple(hold for hold in found.holds if hold.runs_on(today)))

    def _make_visit(self, form: dict[str, str]) -> Visit:
        mark = self._token.secret if self._visitor and self._token else self._mark or self._new_mark
        return Visit(
            path=unquote(self._path),
            here=self._here(),
            now=self._entrance.now(),
            csrf=jar.form_token(self._entrance, mark),
            text_size=jar.read_text_size(self._entrance, self._cookies),
            visitor=self._visitor,
            query=dict(self._request.query_params or {}),
            form=form,
            device=self._request.headers.get("user-agent", ""),
            request_id=_request_id(self._request),
            cookies=self._cookies,
        )

    def show_in(self) -> Response:
        """Send somebody who is not signed in to the sign-in page, and back here after."""
        here = self._here()
        after = "" if here == "/" else f"?suite={quote(here)}"
        return elsewhere(self._entrance, f"/connexion{after}")

    def _here(self) -> str:
        """Give the page that is shown, its query with it; for a form, the page that sent it."""
        if self._request.method == "GET":
            query = urlencode(dict(self._request.query_params or {}))
            return quote(unquote(self._path)) + (f"?{query}" if query else "")
        sent_from = urlsplit(str(self._request.headers.get("referer", "")))
        if f"{sent_from.scheme}://{sent_from.netloc}" != self._entrance.address:
            return "/"
        return sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")

    def respond(self, answer: Answer, visit: Visit) -> Response:
        """Turn an answer into HTTP."""
        if isinstance(answer, SeeOther):
            return elsewhere(self._entrance, answer.path, answer.cookies, clear=answer.clear)
        if isinstance(answer, Leave):
            return elsewhere(self._entrance, answer.address)
        if isinstance(answer, Asset):
            return asset(self._entrance, answer)
        body = render(answer.template, {**answer.values, "visit": visit})
        return html(self._entrance, body, answer.status, answer.cookies + self._kept_cookies())

    def error(self, error: PortalError) -> Response:
        """Turn an error into its page; what is absent looks the same whatever was asked."""
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        return self.fail(status, error if isinstance(error, Refused) else None)

    def fail(self, status: int, error: Refused | None = None) -> Response:
        """Answer with the page of an error; the page shows the request's id when the fault is ours."""
        return self.respond(
            Page("error.html", {"status": status, "error": error}, status), self._make_visit({})
        )

    def fail_for_whoever_it_is(self, status: int) -> Response:
        """Answer with the page of an error, with the menu of who is signed in."""
        self._visitor = self._find_visitor()
        return self.fail(status)

    def _kept_cookies(self) -> tuple[str, ...]:
        """Say when the session was last seen, or give an anonymous visit its mark."""
        if self._visitor and self._token:
            session = self._visitor.session
            return (
                jar.session_cookie(
                    self._entrance, session.tenant, self._token.secret, remembered=session.remembered
                ),
            )
        return (jar.visit_cookie(self._entrance, self._new_mark),) if self._new_mark else ()


def pages_for_errors(entrance: Callable[[], Entrance], machines: frozenset[str]) -> Middleware:
    """Make a middleware that answers people with a page where Chalice would answer with JSON.

    Chalice has logged the exception by then; the page shows the request's id, and nothing else of it.
    """

    def middleware(event: Request, get_response: Callable[[Any], Response]) -> Response:
        response = get_response(event)
        if not isinstance(response.body, dict) or event is None or event.path in machines:
            return response
        status = {500: 500, 405: 405}.get(response.status_code, 404)
        entering = _Entering(entrance(), event, 0)
        page = entering.fail(status) if status == BUG else entering.fail_for_whoever_it_is(status)
        if "Allow" in response.headers:
            page.headers["Allow"] = response.headers["Allow"]
        return page

    return middleware


def _path_of(request: Request) -> str:
    """Give the path as it was asked; what Chalice calls the path is the route, « /demandes/{number} »."""
    path = str(request.path)
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _request_id(request: Request) -> str:
    return str((request.context or {}).get("requestId", ""))
