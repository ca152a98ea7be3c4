"""Waiting for what the cloud does by itself: consumers look at their queues every now and then."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE_SECONDS = 60.0


def until(see: Callable[[], Found | None], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """Wait until something is seen, and give it; ``what`` says what was waited for in vain."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := see():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")
