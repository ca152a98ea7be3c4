"""The stand-in on a real loopback port, and a browser without script, for the tests of this folder."""

import html
import http.client
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from infra.local.stripe.core import StandIn
from infra.local.stripe.server import answer
from tests.infra.local.stripe.orders import NOW

PREFIX = "/stripe"


@contextmanager
def serving() -> Iterator[StandIn]:
    """Serve a fresh stand-in under a prefix of a free port."""
    core: StandIn

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = answer(core, self.command, self.path, dict(self.headers), body)
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        do_GET = do_POST = do_HEAD = do_PUT = _answer  # noqa: N815 - the server's own names

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    core = StandIn(f"http://127.0.0.1:{server.server_port}{PREFIX}", NOW)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield core
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Page(NamedTuple):
    """What a browser got: where it is, the status, the headers and the text."""

    address: str
    status: int
    headers: dict[str, str]
    text: str

    @property
    def action(self) -> str:
        """Where its form goes."""
        found = re.search(r'<form method="post" action="([^"]+)"', self.text)
        assert found, self.text
        return urllib.parse.urljoin(self.address, html.unescape(found[1]))

    @property
    def words(self) -> str:
        """What is read on it, without its tags."""
        body = html.unescape(re.sub(r"<[^>]+>", " ", self.text.split("<body>")[-1]))
        return re.sub(r"[ \n]+", " ", body)


def visit(address: str, fields: dict[str, str] | None = None, method: str = "") -> Page:
    """Fetch one page, or send a form; redirections are not followed."""
    place = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(place.netloc, timeout=10)
    try:
        sent = None if fields is None else urllib.parse.urlencode(fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method or ("GET" if sent is None else "POST"), place.path, sent, headers)
        given = connection.getresponse()
        return Page(address, given.status, dict(given.getheaders()), given.read().decode())
    finally:
        connection.close()


def send(page: Page, **fields: str) -> Page:
    """Send a page's form and follow the redirections that stay on the stand-in."""
    found = visit(page.action, fields)
    while found.status == 303 and PREFIX in found.headers["Location"]:
        found = visit(found.headers["Location"])
    return found
