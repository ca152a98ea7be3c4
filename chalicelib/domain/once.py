"""Forms sent once (« double envoi »): a form is marked when it is shown, and what it led to is kept a week.

A second click, a page that is reloaded, an answer that was lost on its way: the same mark leads to the same
place, and nothing is done again.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

FIELD = "envoi"
KEPT = timedelta(days=7)
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Sending:
    """A form that a tenant sends, by its mark, and the page that it leads to."""

    tenant: str
    mark: str
    path: str


class Sendings(Protocol):
    """Where it is kept what forms led to; it is written with what they did, in one transaction."""

    def led_to(self, tenant: str, mark: str) -> str:
        """Give the path that a tenant's form led to when it was sent before; nothing if it was not."""


def new_mark() -> str:
    """Make the mark of a form that is shown: 128 random bits."""
    return secrets.token_urlsafe(16)


def mark_of(mark: str, *said: str) -> str:
    """Make the mark of a form as it is filled in: the same for the same words, another for others.

    A browser may show the form again that was sent: what is then written in it is new.
    """
    digest = sha256(repr((mark, said)).encode()).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def is_mark(text: str) -> bool:
    """Tell whether a text can be a mark that we made."""
    return _SHAPE.fullmatch(text) is not None
