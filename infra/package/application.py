"""The application's own part: Chalice packages a clean copy of it, and writes the template (« application »).

The copy holds what travels and nothing else, so that neither Chalice's cache (which overlooks renamed files)
nor anything lying about in the working folder gets in.  ``vendor`` tells what lies beside ``chalicelib``.
"""

import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.aws.merge import write_resources
from infra.package.commands import run_python
from infra.package.failure import PackagingFailed

LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*~", "*.orig", "*.rej")
CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"  # it gives its status, and ends with 0
REGION = "eu-west-3"  # Chalice wants one; nothing of it gets into the package


@dataclass(frozen=True)
class Settings:
    """What ``.chalice/config.json`` says of a stage."""

    architecture: str


def read_settings(project: Path, stage: str) -> Settings:
    """Read the settings of a stage; ``PackagingFailed`` for one that nobody described.

    Chalice would make that stage up.
    """
    whole: dict[str, Any] = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    stages: dict[str, dict[str, Any]] = whole["stages"]
    if stage not in stages:
        raise PackagingFailed(f"STAGE={stage}: .chalice/config.json knows {', '.join(sorted(stages))}")
    kept = whole | stages[stage]
    if kept.get("automatic_layer"):
        raise PackagingFailed("automatic_layer would move the libraries out of deployment.zip: switch it off")
    return Settings(architecture=kept.get("lambda_architecture", "x86_64"))


def package_application(project: Path, stage: str, work: Path, tree: Path) -> Path:
    """Unpack the application's files into ``tree``; give the template that Chalice wrote."""
    copy, out = work / "application", work / "chalice"
    _copy(project, copy)
    _chalice(copy, stage, out, write_resources(work / "resources.yaml"))
    with zipfile.ZipFile(out / "deployment.zip") as packed:
        for name in packed.namelist():
            if (tree / name).exists():
                raise PackagingFailed(f"{name} is in a library and in the application")
        packed.extractall(tree)
    return out / "sam.yaml"


def _copy(project: Path, copy: Path) -> None:
    copy.mkdir()
    shutil.copyfile(project / "app.py", copy / "app.py")
    for folder in ("chalicelib", "vendor"):
        shutil.copytree(project / folder, copy / folder, ignore=LEFT_BEHIND)
    (copy / ".chalice").mkdir()
    for settings in sorted((project / ".chalice").glob("*.json")):
        shutil.copyfile(settings, copy / ".chalice" / settings.name)
    # The libraries come from the lock, not from here.
    (copy / "requirements.txt").write_text("", encoding="utf-8")


def _chalice(copy: Path, stage: str, out: Path, resources: Path) -> None:
    environment = {"AWS_DEFAULT_REGION": REGION} | os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    asked = ["--pkg-format", "cloudformation", "--template-format", "yaml", "--stage", stage]
    asked += ["--merge-template", str(resources), str(out)]
    run_python("chalice package", "-c", CHALICE, "package", *asked, cwd=copy, environment=environment)
