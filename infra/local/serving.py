"""The HTTP servers of this machine, without the traps of the standard one (serveur HTTP).

Answers leave in one packet: the standard server sends headers and body apart, which with a kept-alive
connection costs 40 ms each (Nagle's algorithm waiting for a delayed acknowledgement).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST_BODY = 10 * 1024 * 1024  # API Gateway's limit
_ACCEPT_SECONDS = 30


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str

    @property
    def path(self) -> str:
        """Give the path without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """Give what follows the question mark."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """Give the last header of that name, empty if there is none."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Reply:
    """One answer: a header may come several times."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default=())


Answering = Callable[[Call], Reply]


class _Handler(BaseHTTPRequestHandler):
    """Reads a request whole, has it answered, writes the answer whole."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 75
    server: "LoopbackServer"

    def _answer(self) -> None:
        body = self._body()
        if isinstance(body, Reply):
            self.close_connection = True
            self._write(body)
            return
        call = Call(self.command, self.path, tuple(self.headers.items()), body, str(self.client_address[0]))
        reply = _BROKEN
        try:
            reply = self.server.answering(call)
        finally:
            # A bug is shown by ``handle_error``; who asked gets what API Gateway says of a broken function.
            self._write(reply)
        if self.server.on_answer is not None:
            self.server.on_answer(call, reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def _body(self) -> bytes | Reply:
        if "transfer-encoding" in self.headers:
            return _refusal(411, "Length Required")
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return _refusal(400, "Bad Request")
        if int(length) > LARGEST_BODY:
            return _refusal(413, "Request Too Long")
        return self.rfile.read(int(length))

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def version_string(self) -> str:
        return "local"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: ``on_answer`` is the log."""


class LoopbackServer(ThreadingHTTPServer):
    """A server on 127.0.0.1, one thread per connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        answering: Answering,
        on_answer: Callable[[Call, Reply], None] | None = None,
    ) -> None:
        self.answering, self.on_answer = answering, on_answer
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        """Give the address it answers at."""
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet when a browser hangs up, which is its right; show anything else."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


_BROKEN = Reply(502, b'{"message": "Internal server error"}', (("Content-Type", "application/json"),))


def _refusal(status: int, message: str) -> Reply:
    return Reply(status, f'{{"message":"{message}"}}'.encode(), (("Content-Type", "application/json"),))
