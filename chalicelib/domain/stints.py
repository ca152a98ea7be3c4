"""A stint of work (« relève »): a worker goes on for so long, so fast, and leaves the rest to the next."""

import time
from collections.abc import Callable


class Stint:
    """Has so many seconds, and lets through so many things a second.

    ``head_start`` is how many seconds' worth of them may be done at once, after a pause too.  Without one,
    the first waits like any other: many short stints keep the pace of a long one.
    """

    def __init__(
        self,
        seconds: float,
        each_second: float,
        head_start: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep, self._takes = clock, sleep, 1 / each_second
        self._ends_at, self._head_start = clock() + seconds, head_start
        self._free_at = clock() - head_start

    def has_time(self) -> bool:
        """Tell whether there is time for one more."""
        return self._clock() < self._ends_at

    def take(self) -> None:
        """Wait until one more may be done."""
        now = self._clock()
        self._free_at = max(self._free_at, now - self._head_start) + self._takes
        if (early := self._free_at - now) > 0:
            self._sleep(early)
