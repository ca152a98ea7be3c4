"""Static files: stylesheet, icons and the landlord's colours, cached for ever under their content's hash."""

import hashlib
from functools import cache
from pathlib import Path

from chalicelib.domain.errors import Absent
from chalicelib.domain.landlord import Landlord

FOLDER = Path(__file__).resolve().parents[2] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
HASH = 12
COLOURS = "landlord.css"


class Statics:
    """The files of ``static/`` and one made from the landlord's colours."""

    def __init__(self, landlord: Landlord) -> None:
        self._colours = f":root{{--landlord-accent:{landlord.accent};--landlord-deep:{landlord.deep}}}\n"
        self._paths: dict[str, str] = {}

    def path(self, name: str) -> str:
        """Give the address of a file; it changes with the content."""
        if name not in self._paths:
            mark = hashlib.sha256(self._text(name).encode()).hexdigest()[:HASH]
            stem, _, ending = name.rpartition(".")
            self._paths[name] = f"/static/{stem}.{mark}.{ending}"
        return self._paths[name]

    def find(self, asked: str) -> tuple[str, str]:
        """Give the content and the type of the file behind an address; ``Absent`` for what is not ours."""
        name = ".".join(part for place, part in enumerate(asked.split(".")) if place != 1)
        if name != COLOURS and name not in _names():
            raise Absent(asked)
        if self.path(name) != f"/static/{asked}":
            raise Absent(asked)
        return self._text(name), TYPES[Path(name).suffix]

    def _text(self, name: str) -> str:
        return self._colours if name == COLOURS else _read(name)


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in TYPES)


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
