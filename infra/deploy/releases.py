"""Releases: what stood when, and what each came after (« version livrée »).

The stack itself tells which release stands (its parameter ``Release``), so that CloudFormation changes it
together with everything else, and puts it back when it puts the rest back.  A release's description is
written before the stack changes; one that never stood is in nobody's ``before``: nothing goes back to it.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from infra.deploy.code_store import CodeStore
from infra.deploy.failure import DeploymentFailed, NotReady
from infra.package.build import ARCHIVE, INSPECTION_LAYER, LAYER, ROOT, TEMPLATE

FOLDER = "releases/"
SHORT = 12
# What a package is made of, or by.
PACKED = (
    *("app.py", "chalicelib", "vendor", "infra", ".chalice", "templates", "static", "landlord"),
    "requirements*.lock",
)


class Files(NamedTuple):
    """The keys of a package's files in the bucket.  The template names the others.

    Releases from before there was something to inspect have no ``inspection``.
    """

    template: str
    code: str
    layer: str
    inspection: str = ""


@dataclass(frozen=True)
class Release:
    """One release: its files, where it comes from, and the one it came after (empty for the first)."""

    name: str
    before: str
    files: Files
    commit: str
    by: str
    at: str
    migrations: tuple[int, ...]
    parameters: Mapping[str, str]


def upload_package(store: CodeStore, package: Path, work: Path) -> Files:
    """Upload what is not there yet; the template, which names the others, is written into ``work``."""
    folders = {ARCHIVE: "code", LAYER: "layers", INSPECTION_LAYER: "layers"}
    keys = {name: store.upload(folder, package / name) for name, folder in folders.items()}
    template = (package / TEMPLATE).read_text(encoding="utf-8")
    for local, key in ((f"./{name}", key) for name, key in keys.items()):
        if local not in template:
            raise NotReady(f"{package / TEMPLATE} does not speak of {local}")
        template = template.replace(local, f"s3://{store.bucket}/{key}")
    named = work / TEMPLATE
    named.write_text(template, encoding="utf-8")
    return Files(store.upload("templates", named), *keys.values())


def name_release(at: datetime, template: str) -> str:
    """Name a release after the moment and its template, which names everything else."""
    return f"{at:%Y%m%dT%H%M%SZ}-{Path(template).stem[:SHORT]}"


def keep(store: CodeStore, release: Release) -> None:
    """Write the description of a release."""
    store.write(f"{FOLDER}{release.name}.json", asdict(release) | {"files": release.files._asdict()})


def find(store: CodeStore, name: str) -> Release | None:
    """Read the description of a release."""
    found = store.read(f"{FOLDER}{name}.json") if name else None
    if found is None:
        return None
    told = json.loads(found)
    told["files"], told["migrations"] = Files(**told["files"]), tuple(told["migrations"])
    return Release(**{one.name: told[one.name] for one in fields(Release)})


def get(store: CodeStore, name: str) -> Release:
    """Read the description of a release; ``DeploymentFailed`` when it, or one of its files, is not there."""
    release = find(store, name)
    if release is None:
        raise DeploymentFailed(f"the bucket {store.bucket} has no release {name}")
    if missing := [key for key in release.files if key and not store.has(key)]:
        raise DeploymentFailed(f"the release {name} is not whole: {store.bucket} lost {', '.join(missing)}")
    return release


def before(store: CodeStore, name: str) -> Iterator[Release]:
    """Give the releases that stood before one, the latest first."""
    present = find(store, name)
    while present and present.before:
        present = find(store, present.before)
        if present:
            yield present


def present_commit(folder: Path = ROOT) -> str:
    """Tell which commit lies here, and whether what is packed differs from it; empty without git."""

    def git(*asked: str) -> str:
        done = subprocess.run(["git", *asked], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603, S607
        return done.stdout.strip()

    try:
        asked = ("status", "--porcelain", "--untracked-files=all", "--", *PACKED)
        changed = " (changed)" if git(*asked) else ""
        return git("rev-parse", "HEAD") + changed
    except (OSError, subprocess.CalledProcessError):
        return ""
