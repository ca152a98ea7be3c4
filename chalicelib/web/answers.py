"""Answers: a page, another place to go, a file of ours; and the headers that all of them carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalice import Response

from chalicelib.web.entrance import Entrance

HTML = "text/html; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Page:
    """A template and what goes into it; with ``scripts``, those of ours may run on it.

    ``sends_to`` is the one address beside ours that its forms may send to.
    """

    template: str
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    cookies: tuple[str, ...] = ()
    scripts: bool = False
    sends_to: str = ""


@dataclass(frozen=True)
class SeeOther:
    """Go and look there, on this site: the answer to every form that was accepted."""

    path: str
    cookies: tuple[str, ...] = ()
    clear: bool = False


@dataclass(frozen=True)
class Leave:
    """Go to another site: the payment page, a file in S3."""

    address: str


@dataclass(frozen=True)
class Asset:
    """A static file."""

    content: str
    media_type: str


Answer = Page | SeeOther | Leave | Asset


def headers_for(entrance: Entrance, *, scripts: bool = False, sends_to: str = "") -> dict[str, str]:
    """Give the headers of every answer, errors included (OWASP Secure Headers, ASVS 3.4).

    ``form-action`` names the payment page too, since browsers follow the redirection of a form under it.
    """
    targets = " ".join(["'self'", entrance.checkout_origin, *([sends_to] if sends_to else [])])
    own_scripts = "script-src 'self'; " if scripts else ""
    policy = (
        f"default-src 'none'; {own_scripts}style-src 'self'; img-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; "
        f"form-action {targets}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cache-Control": "no-store",
    }
    if entrance.secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


def elsewhere(
    entrance: Entrance, address: str, cookies: tuple[str, ...] = (), *, clear: bool = False
) -> Response:
    """Answer with another place to go."""
    headers = headers_for(entrance) | {"Location": address, "Content-Type": HTML}
    if clear:
        headers["Clear-Site-Data"] = '"cache", "storage"'
    return Response("", headers=_with_cookies(headers, cookies), status_code=303)


def html(
    entrance: Entrance,
    body: str,
    status: int,
    cookies: tuple[str, ...] = (),
    *,
    scripts: bool = False,
    sends_to: str = "",
) -> Response:
    """Answer with a page."""
    headers = headers_for(entrance, scripts=scripts, sends_to=sends_to) | {"Content-Type": HTML}
    return Response(body, headers=_with_cookies(headers, cookies), status_code=status)


def asset(entrance: Entrance, found: Asset) -> Response:
    """Answer with a static file, to be kept for ever: its address changes with its content."""
    headers = headers_for(entrance) | {"Content-Type": found.media_type, "Cache-Control": FOR_EVER}
    return Response(found.content, headers=dict(headers))


def _with_cookies(headers: Mapping[str, str], cookies: tuple[str, ...]) -> dict[str, Any]:
    return {**headers, "Set-Cookie": list(cookies)} if cookies else dict(headers)
