"""Read the annotations of stripe-python's generated classes (« types de Stripe »), forward names included.

The library names many types only under ``TYPE_CHECKING``; they are found by reading the imports of its
source.
"""

import ast
import importlib
import inspect
import sys
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, get_origin

from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict


@cache
def _imports_of(module: str) -> Mapping[str, tuple[str, str]]:
    """Give every name that a module imports, even for type checking only: name -> (module, name there)."""
    source = Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8")
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0
        for alias in node.names
    }


class _Names(dict[str, Any]):
    """The names of a module that exist for type checkers only, imported when first asked for."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self._module = module

    def __missing__(self, name: str) -> Any:
        module, original = _imports_of(self._module)[name]
        self[name] = getattr(importlib.import_module(module), original)
        return self[name]


def _own_annotations(cls: type) -> dict[str, Any]:
    own = {
        name: hint
        for name, hint in inspect.get_annotations(cls).items()
        if not name.startswith("_") and not (is_typeddict(cls) and name in RequestOptions.__annotations__)
    }
    if not own:
        return {}
    return typing.get_type_hints(
        SimpleNamespace(__annotations__=own),
        globalns=vars(sys.modules[cls.__module__]),
        localns=_Names(cls.__module__),
        include_extras=True,
    )


@cache
def fields(cls: type) -> Mapping[str, Any]:
    """Give the fields of a generated class or of a parameter dictionary: name -> resolved type.

    Request options (the key, the idempotency key…) travel as headers, so they are no fields.
    """
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("stripe."):
            found.update(_own_annotations(base))
    return {name: hint for name, hint in found.items() if get_origin(hint) is not ClassVar}
