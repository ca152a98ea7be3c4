"""Security checks C3, C7 and C8: many tenants in one warm process, and not a word of one at another's.

Every field of every tenant is a mark of theirs (tests/canaries.py).  They read all pages in turns, with
nobody between them and with pages that break in the middle; then in threads, on the local server.  A few
tenants each time; twenty, and twenty thousand requests, in the long suite.
"""

import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from io import BytesIO
from typing import Any

import pytest
from chalice.app import RestAPIEventHandler
from pypdf import PdfReader

import app
from chalicelib.templating import render
from infra.local.portal_app import not_found
from infra.local.resources import Resources
from infra.local.server import answer_with
from infra.local.serving import LoopbackServer
from tests.canaries import Canary, strangers_in
from tests.handlers.crawling import Walk
from tests.letters import letters
from tests.town import Provider, work
from tests.visitors import Seen, Visitor

LONG = pytest.mark.long
ONE_IN = 10
PAPERS = 4  # the ticket and the receipt of a payment, each shown and downloaded
PATHS = ("/", "/informations-personnelles", "/paiement", "/demandes", "/contacts", "/contrat", "/documents")


@dataclass
class Reader:
    """A tenant, or nobody, who walks through the whole site."""

    canary: Canary | None
    visitor: Visitor
    walk: Walk
    crossed: list[str] = field(default_factory=list)
    own: int = 0
    papers: int = 0

    def read(self, canaries: list[Canary]) -> bool:
        """Take one step, and look for others on the page; tell whether there was one left."""
        seen = self.walk.step()
        if seen is None:
            return False
        text = all_of(seen)
        if seen.location.startswith("http"):
            text += text_of_file(seen.location)
            self.papers += self.canary is not None and self.canary.among(text.casefold())
        if strangers_in(text, self.canary, canaries):
            self.crossed.append(seen.path)
        self.own += self.canary is not None and self.canary.among(text.casefold())
        if seen.status == 500:
            self.walk.once_more(seen.path)
        return True


def all_of(seen: Seen) -> str:
    """Give every byte of an answer, as text."""
    headers = "\n".join(f"{name}: {value}" for name, value in seen.reply.headers)
    return f"{headers}\n{seen.reply.body.decode(errors='replace')}"


def text_of_file(address: str) -> str:
    """Open the address of a file as a browser that was sent there, and read the paper."""
    with urllib.request.urlopen(address) as answer:
        content = answer.read()
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@dataclass
class Breaking:
    """The making of pages, one in ten of which breaks once it is made, from the moment it is told to."""

    begun: bool = False
    made: int = 0
    broken: int = 0

    def render(self, template: str, values: dict[str, Any]) -> str:
        html = render(template, values)
        self.made += self.begun
        if self.begun and template != "error.html" and self.made % ONE_IN == 0:
            self.broken += 1
            raise KeyError(html[:500])
        return html


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    made = Breaking()
    monkeypatch.setattr("chalicelib.web.entering.render", made.render)
    return made


def pay_all(canaries: list[Canary], visitors: list[Visitor], provider: Provider, table: Resources) -> None:
    """Have everybody pay what they owe, all of them before the first ticket is made."""
    for page in [one.payment_page(visitor) for one, visitor in zip(canaries, visitors, strict=True)]:
        provider.pay(page)
    provider.advance(1)
    work(table)


@pytest.mark.parametrize(("tenants", "rounds"), [(3, 1), pytest.param(20, 14, marks=LONG)])
def test_no_byte_of_a_tenant_reaches_another_or_nobody(
    provider: Provider, table: Resources, breaking: Breaking, tenants: int, rounds: int
) -> None:
    canaries = [Canary(number) for number in range(tenants)]
    visitors = [one.settle_in() for one in canaries]
    pay_all(canaries, visitors, provider, table)
    breaking.begun = True
    errors = ("/nulle-part", "/demandes/D2026-999999", "/paiement/rien", "/contrat?contrat=rien")
    steps, pages = 0, 0
    for _ in range(rounds):
        readers = [Reader(None, nobody := Visitor(), Walk(nobody, "/connexion", *errors))]
        for one, visitor in zip(canaries, visitors, strict=True):
            readers.append(Reader(one, visitor, Walk(visitor, *errors, "/")))
        while taken := sum([one.read(canaries) for one in readers]):
            steps += taken
        pages += sum(len(one.walk.seen) for one in readers)

        assert {str(one.canary): one.crossed for one in readers if one.crossed} == {}
        assert {one.papers for one in readers[1:]} == {PAPERS}
        assert all(one.own > 15 for one in readers[1:])
        assert readers[0].own == 0
    assert breaking.broken == steps - pages > pages / ONE_IN / 2
    mails = letters(table)
    assert len(mails) == tenants
    for mail in mails:
        (own,) = (one for one in canaries if one.email == mail.to)
        assert strangers_in(f"{mail}", own, canaries) == []
        assert own.among(f"{mail}".casefold())


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


class Hasty(threading.Thread):
    """One tenant who reads page after page on one connection, while others do."""

    def __init__(self, port: int, own: Canary, canaries: list[Canary], visitor: Visitor, times: int) -> None:
        super().__init__()
        self._port, self._own, self._canaries = port, own, canaries
        self._session, self._times = visitor.cookies["session"], times
        self.crossed: list[str] = []
        self.wrong: list[str] = []
        self.tokens: set[str] = set()
        self.answers = 0

    def run(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        for number in range(self._times):
            path = PATHS[number % len(PATHS)]
            connection.request("GET", path, headers={"Cookie": f"session={self._session}"})
            answer = connection.getresponse()
            html = answer.read().decode()
            self.answers += 1
            text = f"{answer.headers}{html}"
            if answer.status != 200 or self._own.mark not in html:
                self.wrong.append(path)
            if strangers_in(text, self._own, self._canaries) or self._own.mark not in str(answer.headers):
                self.crossed.append(path)
            self.tokens.update(re.findall(r'name="csrf" value="(\w+)"', html))
        connection.close()


@pytest.mark.parametrize(("tenants", "times"), [(4, 50), pytest.param(20, 500, marks=LONG)])
def test_requests_of_tenants_in_threads_do_not_cross(
    server: LoopbackServer, tenants: int, times: int
) -> None:
    canaries = [Canary(number) for number in range(tenants)]
    visitors = [one.settle_in() for one in canaries]
    readers = [
        Hasty(server.server_port, own, canaries, visitor, times)
        for own, visitor in zip(canaries, visitors, strict=True)
    ]

    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert [reader.answers for reader in readers] == [times] * tenants
    assert [reader.crossed for reader in readers] == [[]] * tenants
    assert [reader.wrong for reader in readers] == [[]] * tenants
    assert [len(reader.tokens) for reader in readers] == [1] * tenants
    assert len(set.union(*(reader.tokens for reader in readers))) == tenants
