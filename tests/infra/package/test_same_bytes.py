"""K5: the same tree gives the same bytes, wherever it lies and whatever the order of its files.

A changing tree would not: both packages are made from one copy of it, each by a Python of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.package.archive import sha256, write_archive
from infra.package.build import MANIFEST, ROOT, STORE
from tests.infra.package.conftest import STAGE

NOT_PACKAGED = (
    ".git",
    ".venv*",
    ".local",
    ".*_cache",
    ".hypothesis",
    "__pycache__",
    "build",
    "tests",
    "docs",
)


def packaged_in(tree: Path, seed: str) -> dict[str, Any]:
    """Package the stage from a tree, with the wheels that are kept; give what the manifest says."""
    STORE.mkdir(parents=True, exist_ok=True)
    (tree / "build").mkdir()
    (tree / "build" / "wheels").symlink_to(STORE)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "infra.package", STAGE],
        cwd=tree,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads((tree / "build" / STAGE / MANIFEST).read_text(encoding="utf-8"))
    assert sorted(path.name for path in (tree / "build").iterdir()) == [STAGE, "wheels"]
    return told


@pytest.mark.long
def test_two_packages_are_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "somewhere else" / "other"
    shutil.copytree(ROOT, one, symlinks=True, ignore=shutil.ignore_patterns(*NOT_PACKAGED))
    shutil.copytree(one, other, symlinks=True, copy_function=shutil.copyfile)

    first, second = packaged_in(one, "1"), packaged_in(other, "2")

    assert len(first["files"]) == 4
    assert first == second


def test_dates_and_modes_of_the_files_do_not_count(tmp_path: Path) -> None:
    for folder, mode in (("one", 0o600), ("two", 0o755)):
        (tmp_path / folder / "inside").mkdir(parents=True)
        for name in ("b", "a") if folder == "one" else ("a", "b"):
            (tmp_path / folder / "inside" / name).write_text(name, encoding="utf-8")
            (tmp_path / folder / "inside" / name).chmod(mode)
        write_archive(tmp_path / folder, tmp_path / f"{folder}.zip", prefix="python/")

    assert sha256(tmp_path / "one.zip") == sha256(tmp_path / "two.zip")
