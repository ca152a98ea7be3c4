"""How Stripe writes requests and refusals (« format d'échange »): nested form fields in, JSON errors out."""

import json
import re
import types
import urllib.parse
from collections.abc import Callable
from typing import Any, NamedTuple, NotRequired, Required, Union, get_args, get_origin

from typing_extensions import is_typeddict

from infra.local.stripe.schema import Json, violations
from infra.local.stripe.type_hints import fields


class Answer(NamedTuple):
    """What the stand-in answers to a request."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refusal(Exception):
    """Stripe says no, in its own words; becomes ``stripe.InvalidRequestError`` and its kind at the caller."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        named = {"message": message, "type": kind, "code": code, "param": param}
        self.error = {name: value for name, value in named.items() if value is not None}

    def answer(self, request_id: str) -> Answer:
        """Write the refusal as Stripe does."""
        return json_answer(self.status, {"error": self.error}, request_id)


def json_answer(status: int, content: Json, request_id: str) -> Answer:
    """Write an answer of the API."""
    headers = {"Content-Type": "application/json", "Request-Id": request_id, "Cache-Control": "no-store"}
    return Answer(status, headers, json.dumps(content, ensure_ascii=False).encode())


def nested(form: str) -> Json:
    """Read ``line_items[0][quantity]=1`` into nested dictionaries; lists stay numbered until typed."""
    found: Json = {}
    for name, value in urllib.parse.parse_qsl(form, keep_blank_values=True):
        first, rest = re.match(r"[^\[]*", name), re.findall(r"\[([^\]]*)\]", name)
        keys = [first.group() if first else name, *rest]
        place = found
        for key in keys[:-1]:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise Refusal(f"Invalid hash: {name}", param=name)
        place[keys[-1] or str(len(place))] = value
    return found


def typed(value: Any, expected: Any) -> Any:
    """Turn the texts of a form into numbers, booleans and lists where the type of the library says so.

    What does not fit is left as it came, for the check that follows to name it.
    """
    origin, arguments = get_origin(expected), get_args(expected)
    if origin in (NotRequired, Required):
        return typed(value, arguments[0])
    if origin in (Union, types.UnionType):
        candidates = (typed(value, one) for one in arguments)
        return next((one for one in candidates if not violations(one, expected)), value)
    if origin is list and isinstance(value, dict):
        return [typed(value[key], arguments[0]) for key in sorted(value, key=_position)]
    if is_typeddict(expected) and isinstance(value, dict):
        known = fields(expected)
        return {name: typed(one, known[name]) if name in known else one for name, one in value.items()}
    return _scalar(value, expected)


def _position(key: str) -> int:
    if not key.isdigit():
        raise Refusal("Invalid array", param=key)
    return int(key)


_READERS: dict[object, tuple[str, Callable[[str], object]]] = {
    int: (r"-?\d{1,15}", int),
    bool: (r"true|false", lambda text: text == "true"),
    float: (r"-?\d{1,15}(\.\d+)?", float),
}


def _scalar(value: Any, expected: Any) -> Any:
    pattern, read = _READERS.get(expected, ("", str))
    return read(value) if isinstance(value, str) and pattern and re.fullmatch(pattern, value) else value
