"""Check requests, objects and events against the types of stripe-python (« contrôle de conformité »).

The check is stricter than the library: an enumeration that it leaves open (``Literal[…] | str``) is closed
here, because the stand-in writes the values itself.  Checks are compiled once per type.
"""

import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple, NotRequired, Required, Union, get_args, get_origin

from stripe._list_object import ListObject
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject
from stripe.events._event_classes import get_v2_event_class
from typing_extensions import is_typeddict

from infra.local.stripe.type_hints import fields

Json = dict[str, Any]


class Violation(NamedTuple):
    """One thing that Stripe would never send or accept."""

    path: str
    fault: str


class SchemaViolation(Exception):
    """Something does not fit the library's own types: a mistake of ours, never of the tenant's."""

    def __init__(self, subject: str, violations: list[Violation]) -> None:
        self.subject = subject
        self.violations = violations
        super().__init__(f"{subject}: " + "; ".join(f"{path or '.'} {fault}" for path, fault in violations))


Check = Callable[[object, str], list[Violation]]
_NOTHING: list[Violation] = []
_PLAIN: Mapping[object, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    bool: (bool,),
    float: (int, float),
    Decimal: (str,),
    type(None): (type(None),),
}


def violations(value: object, expected: Any) -> list[Violation]:
    """Give everything in a value that does not fit a type of the library; nothing when it fits."""
    return _compiled(expected)(value, "")


def check_object(value: Json) -> None:
    """Refuse an object (or a list of objects) that the library's class would not describe."""
    kind = value.get("object")
    if kind == "list":
        for item in value["data"]:
            check_object(item)
        return
    found = violations(value, object_class(str(kind)))
    if found:
        raise SchemaViolation(str(kind), found)


def check_notification(value: Json) -> None:
    """Refuse a thin event of a type that the library does not know, or of another shape."""
    expected = get_v2_event_class(value["type"])
    if expected is StripeObject:
        raise SchemaViolation("v2.core.event", [Violation("/type", f"{value['type']!r} is no event")])
    found = violations(value, expected)
    if found:
        raise SchemaViolation(value["type"], found)


@cache
def object_class(kind: str) -> Any:
    """Give the class of ``checkout.session``, ``charge``…; ``SchemaViolation`` for an unknown kind."""
    found = get_object_class("V1", kind)
    if found is StripeObject:
        raise SchemaViolation(kind, [Violation("/object", "is no object of Stripe")])
    return found


def is_nullable(expected: Any) -> bool:
    """Tell whether null fits this type."""
    return type(None) in get_args(expected)


@cache
def _compiled(expected: Any) -> Check:
    if expected is Any:
        return _anything
    if expected in _PLAIN:
        return _plain(_PLAIN[expected])
    builder = _BUILDERS.get(get_origin(expected))
    return builder(get_args(expected)) if builder else _structure(expected)


def _anything(value: object, path: str) -> list[Violation]:  # noqa: ARG001 - it is a Check like the others
    return _NOTHING


def _plain(allowed: tuple[type, ...]) -> Check:
    def check(value: object, path: str) -> list[Violation]:
        if type(value) in allowed:
            return _NOTHING
        return [Violation(path, f"{allowed[0].__name__} expected, not {value!r:.60}")]

    return check


def _literal(allowed: tuple[Any, ...]) -> Check:
    def check(value: object, path: str) -> list[Violation]:
        if isinstance(value, (str, bool, int)) and value in allowed:
            return _NOTHING
        return [Violation(path, f"{value!r:.60} is not one of the {len(allowed)} values allowed")]

    return check


def _list_of(item: Check) -> Check:
    def check(value: object, path: str) -> list[Violation]:
        if not isinstance(value, list):
            return [Violation(path, f"list expected, not {value!r:.60}")]
        return [fault for index, one in enumerate(value) for fault in item(one, f"{path}/{index}")]

    return check


def _mapping_to(item: Check) -> Check:
    def check(value: object, path: str) -> list[Violation]:
        if not isinstance(value, dict):
            return [Violation(path, f"object expected, not {value!r:.60}")]
        return [fault for name, one in value.items() for fault in item(one, f"{path}/{name}")]

    return check


def _page_of(item: Check) -> Check:
    items = _list_of(item)

    def check(value: object, path: str) -> list[Violation]:
        if not isinstance(value, dict) or set(value) != {"object", "data", "has_more", "url"}:
            return [Violation(path, f"list object expected, not {value!r:.60}")]
        return items(value["data"], f"{path}/data")

    return check


def _closed(alternatives: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave ``str`` out where it only keeps an enumeration open (``Literal['']``: « may be emptied »)."""
    values = [value for one in alternatives if get_origin(one) is Literal for value in get_args(one)]
    return tuple(one for one in alternatives if one is not str) if any(values) else alternatives


def _one_of(alternatives: tuple[Any, ...]) -> Check:
    closed = _closed(alternatives)
    checks = [_compiled(one) for one in closed]

    def check(value: object, path: str) -> list[Violation]:
        best: list[Violation] | None = None
        for one, alternative in zip(checks, closed, strict=True):
            found = one(value, path)
            if not found:
                return _NOTHING
            if best is None or (isinstance(value, dict) and _is_meant(value, alternative)):
                best = found
        return best or _NOTHING

    return check


def _is_meant(value: Json, alternative: Any) -> bool:
    """Tell which of several structures a value wants to be, so that the fault named is the useful one."""
    if not isinstance(alternative, type):
        return False
    name = getattr(alternative, "OBJECT_NAME", None)
    return name == value.get("object") if name else alternative not in _PLAIN


def _is_structure(expected: Any) -> bool:
    return isinstance(expected, type) and (is_typeddict(expected) or issubclass(expected, StripeObject))


def _structure(cls: Any) -> Check:
    if not _is_structure(cls):
        raise TypeError(f"stripe-python uses a type that is not understood here: {cls!r}")

    @cache
    def parts() -> tuple[Mapping[str, Check], frozenset[str]]:
        known = fields(cls)
        required = (name for name, hint in known.items() if _is_required(cls, hint))
        return {name: _compiled(hint) for name, hint in known.items()}, frozenset(required)

    def check(value: object, path: str) -> list[Violation]:
        if not isinstance(value, dict):
            return [Violation(path, f"{cls.__name__} expected, not {value!r:.60}")]
        checks, required = parts()
        found = [Violation(f"{path}/{name}", "is missing") for name in required - value.keys()]
        for name, one in value.items():
            if name in checks:
                found += checks[name](one, f"{path}/{name}")
            else:
                found.append(Violation(f"{path}/{name}", f"is no field of {cls.__name__}"))
        return found

    return check


def _is_required(cls: type, hint: Any) -> bool:
    return get_origin(hint) is not NotRequired if is_typeddict(cls) else not is_nullable(hint)


_BUILDERS: Mapping[object, Callable[[tuple[Any, ...]], Check]] = {
    NotRequired: lambda arguments: _compiled(arguments[0]),
    Required: lambda arguments: _compiled(arguments[0]),
    Union: _one_of,
    types.UnionType: _one_of,
    Literal: _literal,
    list: lambda arguments: _list_of(_compiled(arguments[0])),
    dict: lambda arguments: _mapping_to(_compiled(arguments[1])),
    UntypedStripeObject: lambda arguments: _mapping_to(_compiled(arguments[0])),
    ListObject: lambda arguments: _page_of(_compiled(arguments[0])),
}
