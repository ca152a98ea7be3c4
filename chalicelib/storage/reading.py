"""Reading items (« lecture »): which class one is of, and how its attributes are read, found out once."""

from collections.abc import Callable
from typing import Any

Reader = tuple[str, str, str, Callable[[Any], Any]]
Default = tuple[str, Any]
_KNOWN: dict[type[Any], tuple[list[Reader], list[Default]]] = {}


def class_of(base: type[Any], kind: str) -> type[Any]:
    """Find the class of an item; of what a newer version wrote we know that it is an item, and no more."""
    try:
        return base.kind.deserialize(kind)  # type: ignore[no-any-return]
    except ValueError:
        return base


def readers_of(base: type[Any], stored: type[Any]) -> tuple[list[Reader], list[Default]]:
    """Give the attributes of a class: name, spelling, letter, how to read it; then those with a default."""
    if stored not in _KNOWN:
        attributes = {
            name: one
            for name, one in stored.get_attributes().items()
            if stored is not base or one is not base.kind
        }
        _KNOWN[stored] = (
            [(name, one.attr_name, one.attr_type, one.deserialize) for name, one in attributes.items()],
            [(name, one.default) for name, one in attributes.items() if one.default is not None],
        )
    return _KNOWN[stored]
