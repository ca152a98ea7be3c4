"""Fixtures for the package: made once for all the tests, and unpacked as Lambda unpacks it."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.package.build import ARCHIVE, INSPECTION_LAYER, LAYER, STORE, build
from tests.conftest import SETTINGS
from tests.once import made_once

STAGE = "rehearsal"
# An interpreter that sees the standard library and the folders it is told: no site-packages, no variables.
ALONE = ("-I", "-S", "-B", "-W", "error::ImportWarning")

Alone = Callable[..., Any]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Package the stage of the rehearsals; the wheels come from where ``make package`` keeps them."""
    return made_once(tmp_path_factory, "package", lambda folder: _build(folder / STAGE)) / STAGE


def _build(target: Path) -> None:
    build(STAGE, target, STORE)


@pytest.fixture(scope="session")
def task(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack what every function has."""
    return made_once(tmp_path_factory, "task", lambda folder: unpack(package / ARCHIVE, folder))


@pytest.fixture(scope="session")
def layer(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack what the documents worker has beside it."""
    return made_once(tmp_path_factory, "layer", lambda folder: unpack(package / LAYER, folder)) / "python"


@pytest.fixture(scope="session")
def inspection_layer(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack what the worker of uploads has beside it."""
    archive = package / INSPECTION_LAYER
    return made_once(tmp_path_factory, "inspection", lambda folder: unpack(archive, folder)) / "python"


@pytest.fixture
def alone() -> Alone:
    return run_alone


def run_alone(*folders: Path, program: str) -> Any:
    """Run a program that sees these folders alone; give the JSON that it prints last."""
    path = f"import sys; sys.path[:0] = {[str(folder) for folder in folders]!r}\n"
    done = subprocess.run(
        [sys.executable, *ALONE, "-c", path + program],
        cwd="/",
        env={"PATH": os.environ["PATH"], **SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
