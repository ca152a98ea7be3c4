"""The package as Lambda has it: unpacked, in an interpreter that sees nothing else (« à froid »)."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.package.build import ARCHIVE, ROOT, build

STAGE = "rehearsal"
# No site-packages, no settings of the user's, no bytecode written: Lambda's folder is read-only.  Lambda's
# system has no time zones either; the ones of the package are used.
ALONE = ("-I", "-S", "-B", "-W", "ignore")
SETUP = "import sys, zoneinfo; sys.path.insert(0, {folder!r}); zoneinfo.reset_tzpath(to=())\n"
CHALICE = "from chalice.cli import main; main()"


@contextmanager
def packaged() -> Iterator[Path]:
    """Package the portal; give a folder with ``deployment.zip`` and, unpacked, ``deployment``."""
    with tempfile.TemporaryDirectory() as folder:
        made = build(STAGE, Path(folder) / "made")
        yield _unpacked(made / ARCHIVE)


@contextmanager
def packaged_by_chalice() -> Iterator[Path]:
    """Package the same code as Chalice does by itself, requirements and all."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for name in ("chalicelib", "vendor", ".chalice"):
            left = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
            shutil.copytree(ROOT / name, copy / name, ignore=left)
        for name in ("app.py", "requirements.txt"):
            shutil.copyfile(ROOT / name, copy / name)
        command = [sys.executable, "-B", "-c", CHALICE, "package", "--stage", STAGE, "made"]
        subprocess.run(command, cwd=copy, check=True, capture_output=True)
        yield _unpacked(copy / "made" / ARCHIVE)


def run_alone(folder: Path, program: str, told: object = None) -> Any:
    """Run a program that sees this folder and the standard library; give the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, *ALONE, "-c", SETUP.format(folder=str(folder)) + program],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=dict(os.environ),
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def _unpacked(archive: Path) -> Path:
    folder = archive.with_suffix("")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder
