"""Goal ``cold``: processor time from nothing to the first DynamoDB client, in a new interpreter each time.

Against the same code as Chalice packages it by itself, and against boto3 and its client alone, as pip
installs them (bytecode and all).  The start of Python itself is in none of the three.
"""

import statistics
from collections.abc import Iterator
from pathlib import Path

import boto3

from benchmarks.figures import Line, median_ratio
from benchmarks.packaged import packaged, packaged_by_chalice, run_alone
from benchmarks.scene import Scene

OF_CHALICE, OF_BOTO3, TURNS = 0.40, 1.3, 11
_TIMED = """
import time
started = time.process_time()
{program}
print(1000 * (time.process_time() - started))
"""
PORTAL = """
import app
from chalicelib.portal import portal
from chalicelib.storage.table import connection
portal()
connection().client
"""
BOTO3 = """
import boto3
boto3.client("dynamodb")
"""


def measure(_: Scene) -> Iterator[Line]:
    """Let the three take turns."""
    with packaged() as ours, packaged_by_chalice() as stock:
        spent = _turns({"ours": (ours, PORTAL), "stock": (stock, PORTAL), "boto3": (_installed(), BOTO3)})
    in_words = ", ".join(f"{name} {statistics.median(times):.0f} ms" for name, times in spent.items())
    yield Line("cold.stock", median_ratio(spent["ours"], spent["stock"]), OF_CHALICE, in_words, "×")
    yield Line("cold.boto3", median_ratio(spent["ours"], spent["boto3"]), OF_BOTO3, in_words, "×")


def _turns(contenders: dict[str, tuple[Path, str]]) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(TURNS + 1):
        for name, (folder, program) in contenders.items():
            took = run_alone(folder, _TIMED.format(program=program))
            if turn:  # the first one reads from the disk what the others find in memory
                spent[name].append(took)
    return spent


def _installed() -> Path:
    return Path(boto3.__file__).parents[1]
