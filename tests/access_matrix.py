"""The access matrix of docs/access.md as data: who may use which address, and what starts a function."""

import re

from chalicelib.templating import ROOT

_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def addresses() -> dict[str, str]:
    """Give the guard of every address that is written down: « GET /contrat » → « tenant »."""
    return _rows("Addresses")


def guarded(*guards: str) -> set[str]:
    """Give the addresses that have one of these guards."""
    return {route for route, guard in addresses().items() if guard in guards}


def functions() -> dict[str, str]:
    """Give what starts every function that is written down."""
    return _rows("Functions")


def _rows(title: str) -> dict[str, str]:
    text = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return {name: second.strip() for name, second, _ in _ROW.findall(found)}
