"""Run every measure, print one line per goal, and keep them in ``build/bench.json``.

``python -m benchmarks page items`` runs some of them only.
"""

import json
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Line
from benchmarks.scene import Scene, open_scene

MEASURES = ("page", "items", "trips", "bytes", "docs", "rent_run", "cold", "lean", "cost")
REPORT = Path("build/bench.json")


def main(asked: list[str]) -> int:
    """Measure what is asked for, or everything; fail when a goal is missed."""
    started = time.monotonic()
    with open_scene() as scene:
        lines = [line for name in MEASURES if not asked or name in asked for line in _measured(name, scene)]
    _keep(lines)
    print(f"{len(lines)} lines in {time.monotonic() - started:.0f} s, kept in {REPORT}")
    return 1 if any(line.verdict != "ok" for line in lines) else 0


def _measured(name: str, scene: Scene) -> Iterator[Line]:
    measure: Callable[[Scene], Iterator[Line]] = import_module(f"benchmarks.{name}").measure
    for line in measure(scene):
        print(_told(line), flush=True)
        yield line


def _told(line: Line) -> str:
    figure, goal = (f"{_number(value)} {line.unit}".strip() for value in (line.figure, line.goal))
    return f"{line.id:20} {figure:>10}  {line.bound} {goal:10} {line.verdict:5}  {line.what}"


def _number(value: float) -> str:
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else f"{value:.2f}"


def _keep(lines: list[Line]) -> None:
    REPORT.parent.mkdir(exist_ok=True)
    found = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "lines": [asdict(line) | {"verdict": line.verdict} for line in lines],
    }
    REPORT.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
