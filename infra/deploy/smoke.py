"""The first questions after a deployment: does the portal answer, and only where it should (« essai »)."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from infra.deploy.place import Place

SECONDS = 30
ALIVE = '{"etat":"ok"}'
UNKNOWN = "/nulle-part"
TITLE = re.compile(r"<h1\b[^>]*>\s*\S")
UNREACHABLE = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Door:
    """Where the portal is asked: its address, and the host to connect to when DNS may not lead there yet."""

    address: str
    through: str = ""


@dataclass(frozen=True)
class Question:
    """One request, with what is expected of the answer: ``wrong`` says in a line what is not right."""

    door: Door
    path: str
    wrong: Callable[[int, str], str]


class _Through(http.client.HTTPSConnection):
    """Connects to one host and asks for another, as a browser does once DNS leads there."""

    def __init__(self, host: str, port: int | None, through: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=SECONDS, context=context)
        self._through, self._own_context = through, context

    def connect(self) -> None:
        """Connect through the other host; the certificate has to be that of the one we ask for."""
        there = socket.create_connection((self._through, self.port), SECONDS)
        self.sock = self._own_context.wrap_socket(there, server_hostname=self.host)


def ask(door: Door, path: str, context: ssl.SSLContext | None = None) -> tuple[int, str]:
    """Ask for a page; give the status and the text.  No redirection is followed."""
    parts = urlsplit(door.address.rstrip("/") + path)
    host = parts.hostname or ""
    there: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = context or ssl.create_default_context()
        there = _Through(host, parts.port, door.through or host, trusted)
    else:
        there = http.client.HTTPConnection(door.through or host, parts.port, timeout=SECONDS)
    try:
        there.request("GET", parts.path, headers={"Host": parts.netloc, "Accept": "text/html"})
        answer = there.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        there.close()


def door_of(place: Place, outputs: Mapping[str, str]) -> Door:
    """Give the portal's own door: its host at CloudFront, or the local cloud's API."""
    if place.on_aws:
        return Door(outputs["PortalAddress"], outputs["DistributionDomain"])
    return Door(f"{place.endpoint}/restapis/{outputs['RestAPIId']}/api/_user_request_")


def questions(place: Place, outputs: Mapping[str, str]) -> list[Question]:
    """List what is asked after a deployment."""
    door = door_of(place, outputs)
    asked = [
        Question(door, "/sante", _alive),
        Question(door, "/connexion", _page(200)),
        Question(door, UNKNOWN, _page(404) if place.on_aws else _refused),
    ]
    if place.on_aws:
        asked.append(Question(Door(outputs["EndpointURL"]), "/sante", _closed))
    return asked


def smoke_test(place: Place, outputs: Mapping[str, str]) -> list[str]:
    """Ask everything, again for a while where the answer is wrong; give a line for what stays wrong."""
    deadline = time.monotonic() + place.patience.answer
    waiting, wrong = questions(place, outputs), [""]
    while waiting:
        wrong = []
        for question in list(waiting):
            if fault := _fault(question):
                wrong.append(fault)
            else:
                waiting.remove(question)
                place.say(f"  {question.door.address}{question.path}: as it should be")
        if wrong and time.monotonic() > deadline:
            return wrong
        if wrong:
            time.sleep(place.patience.look)
    return []


def _fault(question: Question) -> str:
    where = f"{question.door.address}{question.path}"
    try:
        wrong = question.wrong(*ask(question.door, question.path))
    except UNREACHABLE as error:
        wrong = f"does not answer ({type(error).__name__}: {error})"
    return f"{where} {wrong}" if wrong else ""


def _alive(status: int, text: str) -> str:
    return (
        "" if (status, text) == (200, ALIVE) else f"answers {status}, {text[:80]!r} instead of 200, {ALIVE!r}"
    )


def _page(expected: int) -> Callable[[int, str], str]:
    def wrong(status: int, text: str) -> str:
        if status != expected:
            return f"answers {status} instead of {expected}"
        return "" if TITLE.search(text) else f"answers {status} with a page that has no title (h1)"

    return wrong


def _refused(status: int, _text: str) -> str:
    """The local cloud has no pages for what its API refuses by itself."""
    return "" if status in {403, 404} else f"answers {status} instead of 403 or 404"


def _closed(status: int, _text: str) -> str:
    return (
        "" if status == 403 else f"answers {status} instead of 403: the API can be reached around CloudFront"
    )
