"""A browser of the portal's, in this process: API Gateway's event in, its answer out (« navigateur »)."""

from typing import Any
from urllib.parse import urlencode

from chalice.app import Chalice
from chalice.local import LambdaContext, RouteMatcher

from benchmarks import household
from benchmarks.place import ADDRESS
from infra.local.server import event_of
from infra.local.serving import Call

Reply = dict[str, Any]


class Browser:
    """Asks ``app`` for pages, and keeps its cookies."""

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._matcher = RouteMatcher(list(app.routes))
        self.cookies: dict[str, str] = {}
        self.context = LambdaContext("portal", 1024, max_runtime_ms=29_000)

    def event(self, method: str, target: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        """Write the event of a request, with the headers that browsers send."""
        sent = {
            "host": ADDRESS.removeprefix("http://"),
            "user-agent": household.DEVICE,
            "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "accept-language": "fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3",
            "accept-encoding": "gzip, deflate, br, zstd",
            "sec-fetch-site": "same-origin",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        call = Call(method, target, tuple(sent.items()), body, "127.0.0.1")
        found = self._matcher.match_route(target)
        return event_of(call, method, found.route, found.captured or None, self._app.api.binary_types)

    def get(self, target: str) -> Reply:
        """Ask for a page."""
        return self.send(self.event("GET", target))

    def post(self, target: str, csrf: str, **fields: str) -> Reply:
        """Send a form."""
        body = urlencode({**fields, "csrf": csrf}).encode()
        return self.send(self.event("POST", target, body, content_type="application/x-www-form-urlencoded"))

    def send(self, event: dict[str, Any]) -> Reply:
        """Hand an event to the application; a server error is a bug, never a figure."""
        reply: Reply = self._app(event, self.context)
        if reply["statusCode"] >= 400:
            raise AssertionError(f"{event['httpMethod']} {event['path']}: {reply['statusCode']}")
        for cookie in reply["multiValueHeaders"].get("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    def sign_in(self) -> Reply:
        """Sign in as the household's tenant, by the form."""
        page = self.get("/connexion")["body"]
        return self.post(
            "/connexion",
            token_of(page),
            **{"identifiant": household.TENANT.email, "mot-de-passe": household.PASSWORD},
        )


def token_of(page: str) -> str:
    """Find the token of a page's forms."""
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def address_of(reply: Reply) -> str:
    """Give where an answer sends the browser."""
    return str({**reply["headers"], **{k: v[0] for k, v in reply["multiValueHeaders"].items()}}["Location"])
