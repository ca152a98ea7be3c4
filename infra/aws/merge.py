"""The template that Chalice's own is merged with, put together from the files of ``template/`` (« gabarit »).

Each file describes one concern.  What the API answers by itself is added from ``pages``: it carries the
landlord's name.  A file may keep what its resources share under ``Shared``, which does not travel.
"""

import sys
from pathlib import Path
from typing import Any

import yaml
from chalice.package import YAMLTemplateSerializer

from chalicelib.config import ROOT
from chalicelib.domain.landlord import Landlord, read_landlord
from infra.aws.pages import gateway_responses

PARTS = Path(__file__).parent / "template"
LOCAL_TO_A_FILE = "Shared"


class Twice(Exception):
    """Two files say two things under the same name."""


class _Plain(yaml.SafeDumper):
    """Writes what appears twice twice: CloudFormation reads no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def whole_template(landlord: Landlord) -> dict[str, Any]:
    """Put the files together; ``Twice`` if two of them describe the same thing."""
    whole: dict[str, Any] = {}
    for part in sorted(PARTS.glob("*.yaml")):
        found: dict[str, Any] = read_template(part)
        found.pop(LOCAL_TO_A_FILE, None)
        add_part(whole, found, part.name)
    api = {"Resources": {"RestAPI": {"Properties": {"GatewayResponses": gateway_responses(landlord)}}}}
    add_part(whole, api, "pages.py")
    return whole


def read_template(path: Path) -> dict[str, Any]:
    """Read a template as Chalice reads it: short functions (``!Ref``) become long ones."""
    return YAMLTemplateSerializer().load_template(path.read_text(encoding="utf-8"), path.name)


def write_resources(target: Path) -> Path:
    """Write the template for ``chalice package --merge-template``."""
    whole = whole_template(read_landlord(ROOT / "landlord" / "landlord.toml"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.dump(whole, Dumper=_Plain, allow_unicode=True, width=1000), encoding="utf-8")
    return target


def add_part(whole: dict[str, Any], part: dict[str, Any], origin: str) -> None:
    """Add what one file says to the rest; ``origin`` names it when it says something twice."""
    for name, value in part.items():
        if name not in whole:
            whole[name] = value
        elif isinstance(whole[name], dict) and isinstance(value, dict):
            add_part(whole[name], value, origin)
        else:
            raise Twice(f"{origin}: {name}")


if __name__ == "__main__":
    write_resources(Path(sys.argv[1]))
