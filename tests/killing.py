"""Killing a worker at one of its calls to AWS, of any service: before it leaves, or when its answer comes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

BEFORE, AFTER = "before", "after"


class Killed(BaseException):
    """The worker is gone: nothing of it catches this."""


@dataclass
class Killing:
    """Which call is the last one; ``calls`` are those that were begun."""

    at: int
    when: str
    calls: list[str] = field(default_factory=list)

    @property
    def happened(self) -> bool:
        return len(self.calls) > self.at


@contextmanager
def killed(at: int, when: str = BEFORE) -> Iterator[Killing]:
    """Kill who works meanwhile at the call of that place, counted from nought, if there are as many."""
    killing, make = Killing(at, when), BaseClient._make_api_call

    def call(own: Any, operation: str, asked: Any) -> Any:
        killing.calls.append(operation)
        last = len(killing.calls) == at + 1
        if last and when == BEFORE:
            raise Killed(operation)
        answer = make(own, operation, asked)
        if last:
            raise Killed(operation)
        return answer

    with patch.object(BaseClient, "_make_api_call", call), suppress(Killed):
        yield killing
