"""The stand-in behind a loopback HTTP server (« serveur local »): the API and the payment page.

Whoever owns the server calls ``answer`` for each request; calls may come from several threads.
"""

import re
import urllib.parse
from collections.abc import Mapping

from infra.local.stripe import hosted_page
from infra.local.stripe.core import StandIn
from infra.local.stripe.schema import SchemaViolation
from infra.local.stripe.wire import Answer, Refusal

_PAGE = re.compile(r"/pay/(?P<session>[A-Za-z0-9_]+)(?P<question>/authenticate)?")


def answer(core: StandIn, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """Answer a request to ``<base>/v1/…``, ``<base>/pay/…`` or ``<base>/style.css``; 404 for any other.

    ``path`` is as requested, with its query, with or without the base address's own path in front.  A request
    that does not fit the library's types gives a 400 that says where.
    """
    address = urllib.parse.urlsplit(path)
    local = address.path.removeprefix(urllib.parse.urlsplit(core.base_address).path)
    if local.startswith("/v1/"):
        return _api(core, method, path, headers, body)
    with core.lock:
        found = _page(core, "GET" if method == "HEAD" else method, local, body)
    return found._replace(body=b"") if method == "HEAD" else found


def _api(core: StandIn, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    try:
        return core.handle(method, path, headers, body)
    except SchemaViolation as violation:
        param = violation.violations[0].path.lstrip("/").replace("/", ".")
        return Refusal(str(violation), code="parameter_invalid", param=param).answer("req_refused")


def _page(core: StandIn, method: str, path: str, body: bytes) -> Answer:
    if method == "GET" and path == "/style.css":
        return hosted_page.stylesheet()
    found = _PAGE.fullmatch(path)
    if found is None or not core.has_session(found["session"]):
        return hosted_page.absent(core)
    session_id, is_question = found["session"], found["question"] is not None
    if method == "GET":
        return (hosted_page.ask if is_question else hosted_page.show)(core, session_id)
    if method == "POST":
        fields = dict(urllib.parse.parse_qsl(body.decode(errors="replace")))
        return (hosted_page.answer_bank if is_question else hosted_page.pay)(core, session_id, fields)
    return Answer(405, {"Allow": "GET, POST", "Content-Type": "text/plain; charset=utf-8"}, b"")
