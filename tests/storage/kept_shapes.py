"""Items as they were written, kept as the JSON that DynamoDB holds (« formes des articles »).

``shapes/<n>/<kind>.json`` holds items of one kind; a kind whose shape changes is written down anew, one
version up.  What stands there is never changed or removed: what was written once may be in a table for ever.
"""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

from chalicelib import storage
from chalicelib.storage.table import Item

Raw = dict[str, Any]
FOLDER = Path(__file__).parent / "shapes"


def classes() -> dict[str, type[Item]]:
    """Give every class of items by the name of its kind."""
    for module in pkgutil.iter_modules(storage.__path__):
        importlib.import_module(f"{storage.__name__}.{module.name}")
    found: list[type[Item]] = Item.kind.get_registered_subclasses(Item)
    return {Item.kind.serialize(one): one for one in found}  # type: ignore[no-untyped-call]


def versions_of(kind: str) -> list[int]:
    """Give the versions in which a kind is kept, the oldest first."""
    return sorted(int(path.parent.name) for path in FOLDER.glob(f"*/{kind}.json"))


def kept(kind: str, version: int) -> list[Raw]:
    """Give the items of a kind as they were written by a version, or by the first that wrote any."""
    having = versions_of(kind)
    newest = max((one for one in having if one <= version), default=having[0])
    items: list[Raw] = json.loads((FOLDER / str(newest) / f"{kind}.json").read_text(encoding="utf-8"))
    return items


def table_of(version: int) -> list[Raw]:
    """Give a whole table as a version left it."""
    kinds = sorted({path.stem for path in FOLDER.glob("*/*.json")})
    return [item for kind in kinds for item in kept(kind, version)]


def shape_of(items: list[Raw]) -> Raw:
    """Give the names and types of all that these items hold, those of maps in lists too."""
    shape: Raw = {}
    for item in items:
        for name, value in item.items():
            ((letter, content),) = value.items()
            maps = [one["M"] for one in content if "M" in one] if letter == "L" else []
            if maps or name not in shape:
                shape[name] = {letter: shape_of(maps)} if maps else letter
    return shape


def keep(kind: str, items: list[Raw]) -> None:
    """Write a shape down, one version above the kind's last one; a new kind joins the newest version."""
    all_versions = [int(path.name) for path in FOLDER.iterdir() if path.is_dir()]
    having = versions_of(kind)
    version = having[-1] + 1 if having else max(all_versions)
    path = FOLDER / str(version) / f"{kind}.json"
    path.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, sort_keys=True) for item in items)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
