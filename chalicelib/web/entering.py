"""One request on its way in and out (« visite »): who it is, and the answer as HTTP.

Who is signed in is found out by the cookie of whoever the page is for: a tenant's opens no page of agents,
and the other way round.
"""

from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, unquote, urlencode, urlsplit

from chalice import Response
from chalice.app import Request

from chalicelib.domain import french
from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Absent, Conflict, PortalError, Refused, Unavailable
from chalicelib.domain.sessions import (
    Entry,
    Session,
    Shown,
    StaffEntry,
    StaffVisitor,
    Visitor,
    come_in,
    let_agent_in,
    renew,
)
from chalicelib.domain.throttling import TooManyTries, network_of
from chalicelib.templating import render
from chalicelib.web import cookies as jar
from chalicelib.web.answers import Answer, Asset, Leave, Page, SeeOther, asset, elsewhere, html
from chalicelib.web.audience import DOORS, HOMES, audience_of
from chalicelib.web.entrance import Entrance
from chalicelib.web.forms import ForeignForm, UnreadableForm, check_form, read_form
from chalicelib.web.visit import Visit

STATUS: dict[type[PortalError], int] = {
    ForeignForm: 403,
    Absent: 404,
    Conflict: 409,
    UnreadableForm: 415,
    TooManyTries: 429,
    Refused: 422,
    Unavailable: 503,
}


class Entering:
    """One request on its way in and out: who it is, and the answer as HTTP."""

    def __init__(self, entrance: Entrance, request: Request, actions: int) -> None:
        self._entrance = entrance
        self._request = request
        self._path = _path_of(request)
        self._holds_token = "{token}" in str(request.path)
        self._actions = actions
        self._role = audience_of(str(request.path))
        self._cookies = jar.read_cookies(request.headers.get("cookie", ""))
        self._key = jar.read_key(entrance, self._cookies, self._role)
        self._mark = self._cookies.get(jar.name_of(entrance, jar.VISIT), "")
        self._new_mark = "" if self._mark else jar.new_mark()
        self._session: Session | None = None
        self._visitor: Visitor | None = None
        self._agent: StaffVisitor | None = None
        self._shown = Shown.JUST_BEFORE
        self._nobody_knows = False

    def visit(self, *, public: bool) -> Visit | None:
        """Make the visit; nothing if the page is for who is signed in, and nobody is.

        While sessions cannot be read, public pages are as for nobody, and the others are not shown.
        """
        try:
            self._find_visitor()
        except Unavailable:
            if not public:
                raise
        if self._session is None and not public:
            return None
        form = {}
        if self._request.method == "POST":
            form = read_form(self._request)
            check_form(self._entrance, self._request, form, self._form_mark(), unreferred=self._holds_token)
        return self._make_visit(form)

    def _find_visitor(self) -> None:
        """Find who is signed in."""
        entrance, now = self._entrance, self._entrance.now()
        if self._key is None or self._key.is_idle(now):
            return
        self._nobody_knows = True
        entry: Entry | StaffEntry | None
        if self._role is Role.AGENT:
            entry = let_agent_in(entrance.sessions, entrance.access, self._key, now)
        else:
            entry = come_in(entrance.sessions, entrance.access, self._key, now, actions=self._actions)
        self._nobody_knows = False
        if entry:
            self._session, self._shown = entry.visitor.session, entry.shown
        if self._session and self._shown is Shown.FIRST:
            with suppress(Unavailable):  # it is written at the next page then
                entrance.sessions.take_up(self._session)
        if isinstance(entry, StaffEntry):
            self._agent = entry.visitor
        elif entry:
            today, found = french.today(now), entry.visitor
            holds = tuple(hold for hold in found.holds if hold.runs_on(today))
            self._visitor = replace(found, holds=holds)

    def _form_mark(self) -> str:
        """Give what ties forms to this visit: the session, while it lives or nobody can tell, else a cookie.

        The session's name stays when its secret changes, so a form that was opened before still counts.
        """
        if self._key and (self._session or self._nobody_knows):
            return self._key.family
        return self._mark

    def _make_visit(self, form: dict[str, str]) -> Visit:
        return Visit(
            path=unquote(self._path),
            here=self._here(),
            now=self._entrance.now(),
            csrf=jar.form_token(self._entrance, self._form_mark() or self._new_mark),
            text_size=jar.read_text_size(self._entrance, self._cookies),
            role=self._role,
            visitor=self._visitor,
            staff=self._agent,
            query=dict(self._request.query_params or {}),
            form=form,
            client=self._client(),
            device=self._request.headers.get("user-agent", ""),
            request_id=_request_id(self._request),
            cookies=self._cookies,
        )

    def _client(self) -> str:
        """Name the network of who asks, as the gateway tells it; what the browser says of it is not read."""
        header, context = self._entrance.viewer_header, self._request.context or {}
        told = self._request.headers.get(header, "") if header else ""
        return network_of(told or str((context.get("identity") or {}).get("sourceIp", "")))

    def show_in(self) -> Response:
        """Send somebody who is not signed in to the sign-in page, and back here after."""
        here = self._here()
        after = "" if here == HOMES[self._role] else f"?suite={quote(here)}"
        return elsewhere(self._entrance, DOORS[self._role] + after)

    def _here(self) -> str:
        """Give the page that is shown, its query with it; for a form, the page that sent it."""
        if self._request.method == "GET":
            query = urlencode(dict(self._request.query_params or {}))
            return quote(unquote(self._path)) + (f"?{query}" if query else "")
        sent_from = urlsplit(str(self._request.headers.get("referer", "")))
        if f"{sent_from.scheme}://{sent_from.netloc}" != self._entrance.address:
            return HOMES[self._role]
        return sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")

    def respond(self, answer: Answer, visit: Visit) -> Response:
        """Turn an answer into HTTP; an address that holds a token is told to no other page, ours included."""
        response = self._response(answer, visit)
        if self._holds_token:
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _response(self, answer: Answer, visit: Visit) -> Response:
        if isinstance(answer, Asset):
            return asset(self._entrance, answer)
        if isinstance(answer, SeeOther):
            cookies = answer.cookies or self._renewed_cookie()
            return elsewhere(self._entrance, answer.path, cookies, clear=answer.clear)
        if isinstance(answer, Leave):
            return elsewhere(self._entrance, answer.address, self._renewed_cookie())
        body = render(answer.template, {**answer.values, "visit": visit, "scripts": answer.scripts})
        cookies = answer.cookies + self._kept_cookies()
        entrance, status = self._entrance, answer.status
        return html(entrance, body, status, cookies, scripts=answer.scripts, sends_to=answer.sends_to)

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
        """Answer with the page of an error, with the menu of who is signed in, if that can be told."""
        with suppress(Unavailable):
            self._find_visitor()
        return self.fail(status)

    def _kept_cookies(self) -> tuple[str, ...]:
        """Say when the session was last seen, or give an anonymous visit its mark."""
        if self._session and self._key and self._shown in {Shown.PRESENT, Shown.FIRST}:
            return (jar.session_cookie(self._entrance, self._session, self._key.secret),)
        if self._session:
            return self._renewed_cookie()
        return (jar.visit_cookie(self._entrance, self._new_mark),) if self._new_mark else ()

    def _renewed_cookie(self) -> tuple[str, ...]:
        """Give a remembered device that comes back its new secret; if it cannot be written, the next time."""
        if self._session and self._key and self._shown is Shown.DUE:
            entrance = self._entrance
            with suppress(Unavailable):
                if secret := renew(entrance.sessions, self._session, self._key.secret, entrance.now()):
                    return (jar.session_cookie(entrance, self._session, secret),)
        return ()


def _path_of(request: Request) -> str:
    """Give the path as it was asked; what Chalice calls the path is the route, « /demandes/{number} »."""
    path = str(request.path)
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _request_id(request: Request) -> str:
    """Give the id under which the function's log has this request; the gateway calls it by another."""
    own = getattr(request.lambda_context, "aws_request_id", "")
    return str(own or (request.context or {}).get("requestId", ""))
