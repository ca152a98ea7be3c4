"""What is slow to make is made once for all the workers of a run, in the folder that they share."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give the folder that the first who asks makes; the others wait for it.

    ``make`` is given a folder to fill.  Nobody changes it afterwards, and the next run makes its own.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, coming = shared / name, shared / f"{name}-coming"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(coming, ignore_errors=True)  # somebody before us may have failed
            coming.mkdir()
            make(coming)
            coming.rename(folder)
    return folder
