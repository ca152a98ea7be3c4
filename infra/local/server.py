"""The portal's own server on this machine: API Gateway as the portal sees it (serveur du portail).

Requests become the events that API Gateway sends to Lambda, so the same ``app`` answers here and there; what
API Gateway answers by itself (unknown paths) is the portal's error page here too, as in the template.
"""

import base64
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from chalice.app import Chalice
from chalice.local import CustomLocalChalice, LambdaContext, LocalChalice, RouteMatcher

from infra.local.serving import Answering, Call, Reply

Event = dict[str, Any]
NotFound = Callable[[Event], dict[str, Any]]


def answer_with(app: Chalice, not_found: NotFound) -> Answering:
    """Give the function that answers with ``app``; ``not_found`` does for unknown paths."""
    _keep_requests_apart(app)
    matcher = RouteMatcher(list(app.routes))

    def answer(call: Call) -> Reply:
        method = "GET" if call.method == "HEAD" and not _has(app, matcher, call, "HEAD") else call.method
        if not _has(app, matcher, call, method):
            return _reply(not_found(event_of(call, method, call.path, None, app.api.binary_types)))
        found = matcher.match_route(call.target)
        event = event_of(call, method, found.route, found.captured or None, app.api.binary_types)
        return _reply(app(event, LambdaContext("portal", 1024, max_runtime_ms=29_000)))

    return answer


def event_of(
    call: Call, method: str, route: str, captured: dict[str, str] | None, binary_types: list[str]
) -> Event:
    """Write the event that API Gateway sends for a request (REST, payload version 1.0)."""
    query = parse_qs(call.query, keep_blank_values=True)
    several: dict[str, list[str]] = {}
    for name, value in call.headers:
        several.setdefault(name.lower(), []).append(value)
    several["x-forwarded-for"] = [", ".join([*several.get("x-forwarded-for", []), call.client])]
    body, encoded = _body(call, binary_types)
    return {
        "resource": route,
        "path": call.path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": captured,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": encoded,
        "requestContext": {
            "resourcePath": route,
            "httpMethod": method,
            "path": call.path,
            "stage": "local",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": int(time.time() * 1000),
            "domainName": call.header("host"),
            "identity": {"sourceIp": call.client, "userAgent": call.header("user-agent")},
        },
    }


def _keep_requests_apart(app: Chalice) -> None:
    """Make ``app.current_request`` one per thread, as ``chalice local`` does: there are many at once here."""
    if not isinstance(app, LocalChalice):
        CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
        app.__class__ = CustomLocalChalice


def _has(app: Chalice, matcher: RouteMatcher, call: Call, method: str) -> bool:
    try:
        route = matcher.match_route(call.target).route
    except ValueError:
        return False
    return method in app.routes[route]


def _body(call: Call, binary_types: list[str]) -> tuple[str | None, bool]:
    """Give the body as text; in base64 when its type is binary or it is no text at all."""
    if not call.body:
        return None, False
    if call.header("content-type") not in binary_types:
        try:
            return call.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(call.body).decode(), True


def _reply(response: dict[str, Any]) -> Reply:
    headers = [(name, str(value)) for name, value in (response.get("headers") or {}).items()]
    for name, values in (response.get("multiValueHeaders") or {}).items():
        headers += [(name, str(value)) for value in values]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    body = response.get("body") or ""
    encoded = base64.b64decode(body) if response.get("isBase64Encoded") else str(body).encode()
    return Reply(int(response["statusCode"]), encoded, tuple(headers))
