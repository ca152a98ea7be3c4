"""Visitors: the portal's real routes, asked as a browser without JavaScript asks them.

Requests go through the same door as those of the local server, as the events that API Gateway sends, or
through another one that is given; a visitor keeps cookies, follows redirections, and sends the forms that it
finds in pages.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import app
from chalicelib.domain.devices import device_in_words
from chalicelib.domain.sessions import Session, new_session
from chalicelib.portal import portal
from chalicelib.web.cookies import session_cookie
from infra.local.portal_app import not_found
from infra.local.server import answer_with
from infra.local.serving import Call, Reply
from tests.reading import ReadPage

FORM = "application/x-www-form-urlencoded"
ANSWER = answer_with(app.app, not_found)
PASSWORD = "Bonjour-2026!"
MOST_STEPS = 5
_OF_VISIT = re.compile(r'name="(csrf|retour)" value="[^"]*"')


class Door(Protocol):
    """Where a visitor's requests go in; ``host`` is what they say of where they are going."""

    host: str

    @property
    def address(self) -> str:
        """Give the address under which the portal knows itself."""

    def answer(self, call: Call) -> Reply:
        """Have a request answered."""


class OwnDoor:
    """The portal in this process."""

    host = "127.0.0.1:8000"

    @property
    def address(self) -> str:
        return portal().entrance.address

    def answer(self, call: Call) -> Reply:
        return ANSWER(call)


@dataclass(frozen=True)
class Seen:
    """An answer as a visitor sees it."""

    path: str
    reply: Reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def html(self) -> str:
        return self.reply.body.decode()

    @cached_property
    def page(self) -> ReadPage:
        return ReadPage(self.html)

    @property
    def location(self) -> str:
        return self.header("location")

    @property
    def set_cookies(self) -> list[str]:
        return [value for name, value in self.reply.headers if name.lower() == "set-cookie"]

    def header(self, name: str) -> str:
        return next((value for key, value in self.reply.headers if key.lower() == name.lower()), "")

    def names(self) -> list[str]:
        """Give the names of the headers, sorted."""
        return sorted(name.lower() for name, _ in self.reply.headers)

    def without_visit(self) -> tuple[int, list[str], str]:
        """Give the answer without what belongs to the visit: its token, and the address asked for."""
        return self.status, self.names(), _OF_VISIT.sub("", self.html)


@dataclass
class Visitor:
    """One browser."""

    cookies: dict[str, str] = field(default_factory=dict)
    client: str = "192.0.2.7"
    agent: str = "Mozilla/5.0 (tests)"
    door: Door = field(default_factory=OwnDoor)

    def ask(self, method: str, target: str, body: bytes = b"", /, **headers: str) -> Seen:
        """Send one request, keep the cookies that come back, follow nothing."""
        given = {"host": self.door.host, "user-agent": self.agent}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call(method, target, tuple((name, value) for name, value in given.items()), body, self.client)
        seen = Seen(target, self.door.answer(call))
        for line in seen.set_cookies:
            self._keep(line)
        return seen

    def get(self, target: str, **headers: str) -> Seen:
        """Open a page and follow where it leads, on this site."""
        seen = self.ask("GET", target, **headers)
        for _ in range(MOST_STEPS):
            if not seen.location.startswith("/"):
                return seen
            seen = self.ask("GET", seen.location)
        raise AssertionError(f"{target} leads nowhere")

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Seen:
        """Send a form as our own pages do; without following."""
        own = {"content_type": FORM, "origin": self.door.address} | headers
        return self.ask("POST", path, urlencode(fields).encode(), **own)

    def send(self, seen: Seen, action: str, **typed: str) -> Seen:
        """Fill in a form that a page shows and send it; names take ``-`` for ``_``."""
        form = seen.page.form(action)
        assert form.method == "POST"
        fields = form.fields | {name.replace("_", "-"): value for name, value in typed.items()}
        return self.post(action, fields)

    def follow(self, seen: Seen) -> Seen:
        """Go where an answer leads on this site."""
        assert seen.status == 303
        assert seen.location.startswith("/")
        return self.get(seen.location)

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> Seen:
        """Fill in the sign-in page."""
        page = self.get("/connexion")
        return self.send(page, "/connexion", identifiant=email, mot_de_passe=password, **more)

    def enter(self, tenant: str, *, remembered: bool = False, email: str | None = None) -> str:
        """Open a session without the password, which is slow to check; give its secret."""
        entrance = portal().entrance
        session, secret = new_session(
            tenant,
            f"{tenant}@demo.example" if email is None else email,
            remembered=remembered,
            device=device_in_words(self.agent),
            now=entrance.now(),
        )
        entrance.sessions.open(session)
        self.hold(session, secret)
        return secret

    def hold(self, session: Session, secret: str) -> None:
        """Keep the cookie of a session that was opened elsewhere."""
        self._keep(session_cookie(portal().entrance, session, secret))

    def token(self, path: str = "/contacts") -> str:
        """Give the token that forms of this visit carry."""
        return self.get(path).page.form("/preferences/texte").fields["csrf"]

    def _keep(self, line: str) -> None:
        pair, *attributes = line.split("; ")
        name, _, value = pair.partition("=")
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def own_path(address: str) -> str:
    """Give the path and query of an address of this site."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
