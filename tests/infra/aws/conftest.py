"""Fixtures of the deployment: the template as Chalice and our files make it, packaged without libraries."""

import os
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.config import ROOT
from infra.aws.merge import write_resources
from tests.once import made_once

CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Packaged:
    """What Chalice made: the template and the zip beside it."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "sam.yaml"

    def template(self) -> dict[str, Any]:
        """Give the template, anew each time: a test may change what it gets."""
        return deepcopy(self._read)

    @cached_property
    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(self.file.read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    """Package the application with no libraries: the template is the same, and it takes two seconds."""
    return Packaged(made_once(tmp_path_factory, "application", _package) / "out")


def _package(copy: Path) -> None:
    shutil.copyfile(ROOT / "app.py", copy / "app.py")
    for folder in ("chalicelib", "vendor", ".chalice"):
        left = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
        shutil.copytree(ROOT / folder, copy / folder, ignore=left)
    (copy / "requirements.txt").touch()
    resources = write_resources(copy / "build" / "resources.yaml")
    asked = ["--pkg-format", "cloudformation", "--template-format", "yaml", "--stage", "prod"]
    subprocess.run(
        [sys.executable, "-c", CHALICE, "package", *asked, "--merge-template", str(resources), "out"],
        cwd=copy,
        env=os.environ | {"AWS_DEFAULT_REGION": "eu-west-3"},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def template(packaged: Packaged) -> dict[str, Any]:
    return packaged.template()
