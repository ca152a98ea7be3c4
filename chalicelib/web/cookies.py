"""Cookies: who is signed in, on which device, which anonymous visit a form belongs to, the size of the text.

The session cookie carries the tenant, the session's name and secret, the moment of the last page, and whether
it is remembered, signed: a session that is idle too long ends to the second, without a write to the table at
each page, and without a reading once it is over.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from chalicelib.domain.accounts import Role
from chalicelib.domain.devices import KnownDevice
from chalicelib.domain.second_factor import HALF_OPEN, HalfOpen
from chalicelib.domain.sessions import Key, Session
from chalicelib.web.entrance import Entrance

SESSION, STAFF, STEP = "session", "gestion", "etape"
VISIT, TEXT_SIZE, DEVICE = "visit", "texte", "device"
A_YEAR = timedelta(days=365)
LARGEST_TEXT = 3
SIGNATURE = 32
_PARTS, _STEP_PARTS, _DEVICE_PARTS = 6, 5, 4
_COOKIE_OF = {Role.TENANT: SESSION, Role.AGENT: STAFF}


def read_cookies(header: str) -> dict[str, str]:
    """Read a Cookie header, pair by pair: what other sites of the domain put there may be written anyhow.

    The standard library's parser drops the whole header at the first piece it does not like.
    """
    pairs = (piece.partition("=") for piece in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def name_of(entrance: Entrance, name: str) -> str:
    """Give a cookie's name: under TLS, ``__Host-`` ties it to this host, TLS and the whole site."""
    return f"__Host-{name}" if entrance.secure else name


def session_cookie(entrance: Entrance, session: Session, secret: str) -> str:
    """Write the session cookie, as of now; a remembered one lasts until its session ends."""
    now = entrance.now()
    seen, remembered = int(now.timestamp()), int(session.remembered)
    said = f"{_plain(session.holder)}~{session.family}~{secret}~{seen}~{remembered}"
    life = session.ends_at - now if session.remembered else None
    name = _COOKIE_OF[session.role]
    return _cookie(entrance, name, _signed(entrance, name, said), life)


def no_session_cookie(entrance: Entrance, role: Role = Role.TENANT) -> str:
    """Write the cookie that removes the session cookie."""
    return _cookie(entrance, _COOKIE_OF[role], "", timedelta(0))


def read_key(entrance: Entrance, cookies: dict[str, str], role: Role = Role.TENANT) -> Key | None:
    """Read the session cookie; nothing if there is none or if we did not write it."""
    parts = _read_signed(entrance, _COOKIE_OF[role], cookies)
    if len(parts) != _PARTS:
        return None
    holder, family, secret, seen, remembered, _ = parts
    seen_at = datetime.fromtimestamp(int(seen), UTC)
    return Key(unquote(holder), family, secret, seen_at, remembered=remembered == "1")


def step_cookie(entrance: Entrance, half: HalfOpen) -> str:
    """Write that the first lock of the agents' door is open, for as long as it is."""
    said = f"{_plain(half.email)}~{half.password_mark}~{half.name}~{int(half.opened_at.timestamp())}"
    return _cookie(entrance, STEP, _signed(entrance, STEP, said), HALF_OPEN)


def no_step_cookie(entrance: Entrance) -> str:
    """Write the cookie that removes it."""
    return _cookie(entrance, STEP, "", timedelta(0))


def read_step(entrance: Entrance, cookies: dict[str, str]) -> HalfOpen | None:
    """Read of whom the first lock is open; nothing once it is too late."""
    parts = _read_signed(entrance, STEP, cookies)
    if len(parts) != _STEP_PARTS:
        return None
    email, mark, name, opened, _ = parts
    half = HalfOpen(unquote(email), mark, name, datetime.fromtimestamp(int(opened), UTC))
    return None if half.is_over(entrance.now()) else half


def device_cookie(entrance: Entrance, address: str, known: KnownDevice | None, at: datetime) -> str:
    """Write, for a year, when an account's password was right on this device; one keeps its name.

    It opens nothing: tries from it are counted apart, so that a stranger's do not keep its owner out.
    """
    name = known.name if known else secrets.token_urlsafe(16)
    said = f"{_address_hash(address)}~{name}~{at.isoformat()}"
    return _cookie(entrance, DEVICE, _signed(entrance, DEVICE, said), A_YEAR)


def read_device(entrance: Entrance, cookies: dict[str, str], address: str) -> KnownDevice | None:
    """Give this device if the password of that address' account was ever right on it."""
    parts = _read_signed(entrance, DEVICE, cookies)
    if len(parts) != _DEVICE_PARTS or parts[0] != _address_hash(address):
        return None
    _, name, known_at, _ = parts
    return KnownDevice(name, datetime.fromisoformat(known_at))


def visit_cookie(entrance: Entrance, mark: str) -> str:
    """Write the cookie that ties the forms of an anonymous visit together."""
    return _cookie(entrance, VISIT, mark, None)


def new_mark() -> str:
    """Make the mark of an anonymous visit (128 bits)."""
    return secrets.token_urlsafe(16)


def form_token(entrance: Entrance, mark: str) -> str:
    """Give the token that the forms of a visit carry (signed double submit, OWASP CSRF Cheat Sheet)."""
    return sign(entrance, "form", mark)


def is_form_token(entrance: Entrance, mark: str, sent: str) -> bool:
    """Tell whether a form was written for this visit."""
    return hmac.compare_digest(form_token(entrance, mark).encode(), sent.encode())


def text_size_cookie(entrance: Entrance, size: int) -> str:
    """Write the size of the text, kept for a year: a choice of the reader, not a trace."""
    return _cookie(entrance, TEXT_SIZE, str(size), A_YEAR)


def read_text_size(entrance: Entrance, cookies: dict[str, str]) -> int:
    """Read the size of the text: 0 (as the browser has it) to 3."""
    size = cookies.get(name_of(entrance, TEXT_SIZE), "0")
    return int(size) if size in {"1", "2", "3"} else 0


def _plain(text: str) -> str:
    """Spell a text for a cookie, without the sign between its parts."""
    return quote(text, safe="").replace("~", "%7E")


def _cookie(entrance: Entrance, name: str, value: str, life: timedelta | None) -> str:
    parts = [f"{name_of(entrance, name)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if entrance.secure:
        parts.append("Secure")
    if life is not None:
        parts.append(f"Max-Age={int(life.total_seconds())}")
    return "; ".join(parts)


def _signed(entrance: Entrance, purpose: str, said: str) -> str:
    return f"{said}~{sign(entrance, purpose, said)}"


def _read_signed(entrance: Entrance, name: str, cookies: dict[str, str]) -> list[str]:
    """Give the parts of a cookie that we signed, the signature last; none of any other."""
    held = cookies.get(name_of(entrance, name), "")
    said, _, signature = held.rpartition("~")
    if not said.isascii() or not hmac.compare_digest(signature.encode(), sign(entrance, name, said).encode()):
        return []
    return held.split("~")


def _address_hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def sign(entrance: Entrance, purpose: str, said: str) -> str:
    """Sign what is said for a purpose; signed for another, it is worth nothing."""
    return hmac.new(entrance.key, f"{purpose}:{said}".encode(), hashlib.sha256).hexdigest()[:SIGNATURE]
