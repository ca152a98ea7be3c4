"""Figures against goals, and how processor time is compared on a machine that does other things too."""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

CALLS_PER_TURN = 10
WARM_UP = 30
BESIDE_EACH_ELEMENT, BESIDE_A_COLLECTION = 1, 3


@dataclass(frozen=True)
class Line:
    """One figure with its goal; ``unit`` is shown, ``what`` says in words what was measured."""

    id: str
    figure: float
    goal: float
    what: str
    unit: str = ""
    bound: Literal["≤", "=", "≥"] = "≤"

    @property
    def verdict(self) -> str:
        """Tell whether the goal is reached."""
        reached = {
            "≤": self.figure <= self.goal,
            "=": self.figure == self.goal,
            "≥": self.figure >= self.goal,
        }
        return "ok" if reached[self.bound] else "SHORT"


def cpu_turns(
    contenders: Mapping[str, Callable[[], object]], turns: int, calls: int = CALLS_PER_TURN
) -> dict[str, list[float]]:
    """Measure user + system time of this process, in milliseconds per call, turn by turn.

    The contenders take turns, the first to go changing each time, so that what else the machine does falls
    on all of them.  Other processes (the local AWS) do not count.
    """
    for call in contenders.values():
        for _ in range(WARM_UP):
            call()
    names = list(contenders)
    spent: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(turns):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            call = contenders[name]
            started = time.process_time()
            for _ in range(calls):
                call()
            spent[name].append(1000 * (time.process_time() - started) / calls)
    return spent


def median_ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """Compare turn by turn, and give the median of the ratios."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Size of an item by DynamoDB's own rule: names and values in UTF-8, not the JSON that carries them."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((letter, content),) = value.items()
    match letter:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.strip("-").replace(".", "").strip("0")) // 2 + 2
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(_value_bytes({letter[0]: one}) for one in content)
        case "L":
            return BESIDE_A_COLLECTION + sum(BESIDE_EACH_ELEMENT + _value_bytes(one) for one in content)
        case "M":
            return BESIDE_A_COLLECTION + item_bytes(content) + BESIDE_EACH_ELEMENT * len(content)
    raise ValueError(f"unknown type {letter}")
