"""Programs that the packaging runs beside itself (« commandes »)."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.package.failure import PackagingFailed


def run_python(what: str, *arguments: str, cwd: Path, environment: Mapping[str, str]) -> None:
    """Run this Python with arguments of ours; ``PackagingFailed`` says what it complained of."""
    done = subprocess.run(  # noqa: S603  the arguments are written in this package
        [sys.executable, "-B", *arguments],
        cwd=cwd,
        env=dict(environment) | {"PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackagingFailed(f"{what}: {done.stderr.strip() or done.stdout.strip()}")
