"""Forms: read within limits, and taken only when our own page sent them.

A form is refused (403) unless the browser says it comes from our pages (Fetch Metadata; Origin, then
Referer, for browsers that do not) and it carries the token of this very visit.
"""

from urllib.parse import parse_qsl

from chalice.app import Request

from chalicelib.domain.errors import PortalError
from chalicelib.web.cookies import is_form_token
from chalicelib.web.entrance import Entrance

FORM = "application/x-www-form-urlencoded"
LARGEST_BYTES = 64 * 1024
MOST_FIELDS = 100


class ForeignForm(PortalError):
    """A form that no page of ours sent in this visit (answers 403)."""


class UnreadableForm(PortalError):
    """A body that is not a form of ours: type, size, encoding (answers 415)."""


def read_form(request: Request) -> dict[str, str]:
    """Read the fields of a form; a field sent twice counts once, the first one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = raw_body(request)
    if kind != FORM or len(body) > LARGEST_BYTES:
        raise UnreadableForm(kind)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise UnreadableForm("encoding") from error
    return dict(reversed(pairs))


def check_form(
    entrance: Entrance, request: Request, form: dict[str, str], mark: str, *, unreferred: bool = False
) -> None:
    """Refuse a form that was not sent by a page of ours in this visit.

    Of an ``unreferred`` page, which hides its address, browsers hide the origin as well (« null »); those
    that know of Fetch Metadata still say that it is ours, of the others the token alone must do.
    """
    if not _from_our_pages(entrance, request, unreferred=unreferred) or not mark:
        raise ForeignForm("origin")
    if not is_form_token(entrance, mark, form.get("csrf", "")):
        raise ForeignForm("token")


def raw_body(request: Request) -> bytes:
    """Give the body as it was sent; signatures are computed on these bytes."""
    body = request.raw_body
    return body.encode() if isinstance(body, str) else bytes(body)


def _from_our_pages(entrance: Entrance, request: Request, *, unreferred: bool) -> bool:
    headers = request.headers
    if site := headers.get("sec-fetch-site", ""):
        return bool(site == "same-origin")
    if origin := headers.get("origin", ""):
        return bool(origin == entrance.address) or (unreferred and origin == "null")
    return bool(headers.get("referer", "").startswith(f"{entrance.address}/"))
