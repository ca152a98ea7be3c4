"""A stint of work (« relève »): a worker goes on for so long, so fast, and leaves the rest to the next."""

import time
from collections.abc import Callable

HEAD_START = 5.0


class Stint:
    """Has so many seconds, and lets through so many things a second; five seconds' worth of them at once."""

    def __init__(
        self,
        seconds: float,
        each_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep, self._takes = clock, sleep, 1 / each_second
        self._ends_at, self._free_at = clock() + seconds, clock() - HEAD_START

    def has_time(self) -> bool:
        """Tell whether there is time for one more."""
        return self._clock() < self._ends_at

    def take(self) -> None:
        """Wait until one more may be done."""
        now = self._clock()
        self._free_at = max(self._free_at, now - HEAD_START) + self._takes
        if (early := self._free_at - now) > 0:
            self._sleep(early)
