"""Two thousand requests by four tenants in four threads on the local server: none crossed."""

import re
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from chalice.app import RestAPIEventHandler

import app
from infra.local.portal_app import not_found
from infra.local.server import answer_with
from infra.local.serving import LoopbackServer
from tests import mothers
from tests.mothers import a_request, a_tenant
from tests.town import Provider
from tests.visitors import Visitor

TENANTS = ("canari-un", "canari-deux", "canari-trois", "canari-quatre")
REQUESTS_EACH = 500
PATHS = (
    "/",
    "/informations-personnelles",
    "/paiement",
    "/demandes",
    "/contacts",
    "/demandes/D-{}",
    "/contrat",
)


@pytest.fixture
def dawdling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each request wait between its arrival and its page, while the others arrive."""
    handle = RestAPIEventHandler._main_rest_api_handler

    def dawdle(self: Any, event: Any, context: Any) -> Any:
        time.sleep(0.0005)
        return handle(self, event, context)

    monkeypatch.setattr(RestAPIEventHandler, "_main_rest_api_handler", dawdle)


@pytest.fixture
def server(provider: Provider, dawdling: None) -> Iterator[LoopbackServer]:
    started = LoopbackServer(0, answer_with(app.app, not_found))
    started.start()
    yield started
    started.stop()


def settle(place: int) -> Visitor:
    """Settle in a tenant whose every field is a mark of theirs."""
    mark = TENANTS[place]
    tenant = a_tenant(mark, first_name=mark, last_name=mark, email=f"{mark}@demo.example", employer=mark)
    mothers.settle_in(
        tenant,
        (f"{7000 + place}",),
        owed_cents=100_00 + place,
        requests=[a_request(f"D-{place}", mark, lease=f"{7000 + place}")],
    )
    visitor = Visitor()
    visitor.enter(mark)
    return visitor


def marks_of(place: int) -> tuple[str, ...]:
    return (TENANTS[place], f"L/{7000 + place}", f"100,0{place}", f"D-{place}")


class Reader(threading.Thread):
    """One tenant who reads page after page on one connection."""

    def __init__(self, server: LoopbackServer, place: int, visitor: Visitor) -> None:
        super().__init__()
        self._server, self._place, self._session = server, place, visitor.cookies["session"]
        self.crossed: list[str] = []
        self.wrong: list[str] = []
        self.tokens: set[str] = set()
        self.answers = 0

    def run(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._server.server_port, timeout=30)
        others = [mark for place in range(len(TENANTS)) if place != self._place for mark in marks_of(place)]
        for number in range(REQUESTS_EACH):
            path = PATHS[number % len(PATHS)].format(self._place)
            connection.request("GET", path, headers={"Cookie": f"session={self._session}"})
            answer = connection.getresponse()
            html = answer.read().decode()
            self.answers += 1
            cookie = answer.headers["Set-Cookie"] or ""
            if answer.status != 200 or TENANTS[self._place] not in html:
                self.wrong.append(path)
            if any(mark in html for mark in others) or not cookie.startswith(
                f"session={TENANTS[self._place]}~"
            ):
                self.crossed.append(path)
            self.tokens.update(re.findall(r'name="csrf" value="(\w+)"', html))
        connection.close()


def test_two_thousand_requests_of_four_tenants_do_not_cross(server: LoopbackServer) -> None:
    visitors = [settle(place) for place in range(len(TENANTS))]
    readers = [Reader(server, place, visitor) for place, visitor in enumerate(visitors)]

    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert sum(reader.answers for reader in readers) == len(TENANTS) * REQUESTS_EACH == 2000
    assert [reader.crossed for reader in readers] == [[], [], [], []]
    assert [reader.wrong for reader in readers] == [[], [], [], []]
    assert [len(reader.tokens) for reader in readers] == [1, 1, 1, 1]
    assert len(set.union(*(reader.tokens for reader in readers))) == len(TENANTS)
