"""The local server gives the portal what API Gateway would, to many people at once (serveur du portail)."""

import base64
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.app import Chalice, Response

from infra.local.server import Event, answer_with
from infra.local.serving import LARGEST_BODY, LoopbackServer


def a_small_app() -> Chalice:
    app = Chalice(app_name="small")
    together = threading.Barrier(4, timeout=5)

    @app.route("/whoami/{name}", methods=["GET"])
    def whoami(name: str) -> dict[str, Any]:
        first: Any = app.current_request
        before = first.headers["cookie"]
        together.wait()  # four requests are inside at this moment
        request: Any = app.current_request
        return {"name": name, "before": before, "after": request.headers["cookie"], "uri": request.uri_params}

    @app.route("/echo", methods=["POST"], content_types=[])
    def echo() -> dict[str, Any]:
        request: Any = app.current_request
        return {
            "body": base64.b64encode(request.raw_body).decode(),
            "source": request.context["identity"]["sourceIp"],
            "query": {name: request.query_params.getlist(name) for name in request.query_params or {}},
        }

    @app.route("/cookies", methods=["GET"])
    def cookies() -> Response:
        return Response("é", {"Set-Cookie": ["a=1", "b=2"], "Content-Type": "text/html; charset=utf-8"})

    @app.route("/path/{name}", methods=["GET"])
    def path(name: str) -> dict[str, str]:
        return {"name": name}

    return app


def absent(event: Event) -> dict[str, Any]:
    return {"statusCode": 404, "headers": {"Content-Type": "text/html"}, "body": f"absent {event['path']}"}


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    made = LoopbackServer(0, answer_with(a_small_app(), absent))
    made.start()
    yield made
    made.stop()


def call(
    server: LoopbackServer, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, target, body or None, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


def test_no_request_is_crossed_between_four_threads_and_four_people(server: LoopbackServer) -> None:
    def visit(person: int) -> list[dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        seen = []
        for turn in range(100):
            connection.request(
                "GET", f"/whoami/p{person}-{turn}", headers={"Cookie": f"session={person}-{turn}"}
            )
            seen.append(json.loads(connection.getresponse().read()))
        connection.close()
        return seen

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(visit, range(4)))

    assert answers == [
        [
            {
                "name": f"p{person}-{turn}",
                "before": f"session={person}-{turn}",
                "after": f"session={person}-{turn}",
                "uri": {"name": f"p{person}-{turn}"},
            }
            for turn in range(100)
        ]
        for person in range(4)
    ]


@pytest.mark.parametrize("body", ["Éloïse &amp; « co »".encode(), bytes(range(256))])
def test_a_body_arrives_byte_for_byte(server: LoopbackServer, body: bytes) -> None:
    _, _, content = call(server, "POST", "/echo?a=1&a=2&b=", body)

    answer = json.loads(content)

    assert base64.b64decode(answer["body"]) == body
    assert answer["query"] == {"a": ["1", "2"], "b": [""]}
    assert answer["source"] == "127.0.0.1"


def test_several_cookies_are_several_headers(server: LoopbackServer) -> None:
    status, headers, content = call(server, "GET", "/cookies")

    assert (status, content.decode()) == (200, "é")
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_a_path_parameter_stays_encoded_as_on_aws(server: LoopbackServer) -> None:
    _, _, content = call(server, "GET", "/path/%C3%A9%2Fb/")

    assert json.loads(content) == {"name": "%C3%A9%2Fb"}


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/nowhere"), ("GET", "/echo"), ("DELETE", "/cookies")]
)
def test_what_no_route_answers_gets_the_portals_own_page(
    server: LoopbackServer, method: str, target: str
) -> None:
    status, headers, content = call(server, method, target)

    assert (status, headers["Content-Type"]) == (404, "text/html")
    assert content == f"absent {target}".encode()


def test_head_answers_without_a_body_and_keeps_the_connection(server: LoopbackServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("HEAD", "/cookies")
    first = connection.getresponse()
    assert (first.status, first.read(), first.headers["Content-Length"]) == (200, b"", "2")

    connection.request("GET", "/cookies")

    assert connection.getresponse().read().decode() == "é"
    connection.close()


def test_what_api_gateway_would_not_take_is_refused(server: LoopbackServer) -> None:
    def say(head: str) -> bytes:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as raw:
            raw.sendall(f"POST /echo HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n".encode())
            return raw.recv(100)

    assert b" 413 " in say(f"Content-Length: {LARGEST_BODY + 1}")
    assert b" 400 " in say("Content-Length: -1")
    assert b" 411 " in say("Transfer-Encoding: chunked")


def test_a_bug_is_answered_and_the_server_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(_: object) -> Any:
        raise ZeroDivisionError("a bug")

    server = LoopbackServer(0, broken)
    server.start()

    statuses = [call(server, "GET", "/")[0] for _ in range(2)]
    server.stop()

    shown, deadline = "", time.monotonic() + 5
    while (
        shown.count("ZeroDivisionError: a bug") < 2 and time.monotonic() < deadline
    ):  # told just after the answer has left
        shown += capfd.readouterr().err
    assert statuses == [502, 502]
    assert shown.count("ZeroDivisionError: a bug") == 2
