"""The meter: what leaves for DynamoDB, and how much comes back, counted where botocore sends it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.figures import item_bytes


@dataclass
class Count:
    """What one page or one job cost."""

    operations: Counter[str] = field(default_factory=Counter)
    items: int = 0
    bytes: int = 0

    @property
    def requests(self) -> int:
        """Sum the requests, attempts made again included."""
        return self.operations.total()


class Meter:
    """Counts the requests of one botocore client."""

    def __init__(self, client: Any) -> None:
        self.total = Counter[str]()
        self._count = Count()
        client.meta.events.register_first("before-send.dynamodb.*", self._leaves)
        client.meta.events.register("after-call.dynamodb.*", self._comes_back)

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Count what happens within."""
        counted = self._count = Count()
        try:
            yield counted
        finally:
            self._count = Count()

    def _leaves(self, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        self.total[operation] += 1
        self._count.operations[operation] += 1

    def _comes_back(self, parsed: dict[str, Any], **_: Any) -> None:
        items = list(parsed.get("Items", []))
        items += [parsed["Item"]] if "Item" in parsed else []
        for found in parsed.get("Responses", {}).values():
            items += found
        self._count.items += len(items)
        self._count.bytes += sum(item_bytes(item) for item in items)
