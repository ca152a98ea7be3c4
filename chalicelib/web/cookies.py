"""Cookies: who is signed in, which anonymous visit a form belongs to, and the size of the text.

The session cookie carries the tenant, the session's secret and the moment of the last page, signed: a
session that is idle too long ends to the second, without a write to the table at each page.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.domain.sessions import REMEMBERED
from chalicelib.web.entrance import Entrance

SESSION, VISIT, TEXT_SIZE = "session", "visit", "texte"
LARGEST_TEXT = 3
SIGNATURE = 32
_PARTS = 4


@dataclass(frozen=True)
class Token:
    """What a session cookie says, once its signature is checked."""

    tenant: str
    secret: str
    seen_at: datetime


def read_cookies(header: str) -> dict[str, str]:
    """Read a Cookie header, pair by pair: what other sites of the domain put there may be written anyhow.

    The standard library's parser drops the whole header at the first piece it does not like.
    """
    pairs = (piece.partition("=") for piece in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def name_of(entrance: Entrance, name: str) -> str:
    """Give a cookie's name: under TLS, ``__Host-`` ties it to this host, TLS and the whole site."""
    return f"__Host-{name}" if entrance.secure else name


def session_cookie(entrance: Entrance, tenant: str, secret: str, *, remembered: bool) -> str:
    """Write the session cookie, as of now."""
    seen = int(entrance.now().timestamp())
    said = f"{tenant}~{secret}~{seen}"
    life = REMEMBERED if remembered else None
    return _cookie(entrance, SESSION, f"{said}~{_sign(entrance, 'session', said)}", life)


def no_session_cookie(entrance: Entrance) -> str:
    """Write the cookie that removes the session cookie."""
    return _cookie(entrance, SESSION, "", timedelta(0))


def read_token(entrance: Entrance, cookies: dict[str, str]) -> Token | None:
    """Read the session cookie; nothing if there is none or if we did not write it."""
    said, _, signature = cookies.get(name_of(entrance, SESSION), "").rpartition("~")
    if not said.isascii() or not hmac.compare_digest(
        signature.encode(), _sign(entrance, "session", said).encode()
    ):
        return None
    parts = said.split("~")
    if len(parts) != _PARTS - 1:
        return None
    return Token(parts[0], parts[1], datetime.fromtimestamp(int(parts[2]), UTC))


def visit_cookie(entrance: Entrance, mark: str) -> str:
    """Write the cookie that ties the forms of an anonymous visit together."""
    return _cookie(entrance, VISIT, mark, None)


def new_mark() -> str:
    """Make the mark of an anonymous visit (128 bits)."""
    return secrets.token_urlsafe(16)


def form_token(entrance: Entrance, mark: str) -> str:
    """Give the token that the forms of a visit carry (signed double submit, OWASP CSRF Cheat Sheet)."""
    return _sign(entrance, "form", mark)


def is_form_token(entrance: Entrance, mark: str, sent: str) -> bool:
    """Tell whether a form was written for this visit."""
    return hmac.compare_digest(form_token(entrance, mark).encode(), sent.encode())


def text_size_cookie(entrance: Entrance, size: int) -> str:
    """Write the size of the text, kept for a year: a choice of the reader, not a trace."""
    return _cookie(entrance, TEXT_SIZE, str(size), timedelta(days=365))


def read_text_size(entrance: Entrance, cookies: dict[str, str]) -> int:
    """Read the size of the text: 0 (as the browser has it) to 3."""
    size = cookies.get(name_of(entrance, TEXT_SIZE), "0")
    return int(size) if size in {"1", "2", "3"} else 0


def _cookie(entrance: Entrance, name: str, value: str, life: timedelta | None) -> str:
    parts = [f"{name_of(entrance, name)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if entrance.secure:
        parts.append("Secure")
    if life is not None:
        parts.append(f"Max-Age={int(life.total_seconds())}")
    return "; ".join(parts)


def _sign(entrance: Entrance, purpose: str, said: str) -> str:
    return hmac.new(entrance.key, f"{purpose}:{said}".encode(), hashlib.sha256).hexdigest()[:SIGNATURE]
