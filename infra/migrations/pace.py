"""How fast a migration may go, so that tenants never wait for it (« allure »)."""

import time
from collections.abc import Callable
from typing import Any

# Read and write units together.  A table on demand takes thousands at once; this leaves it to the tenants.
UNITS_PER_SECOND = 1_000.0


class Pace:
    """Lets through as many units a second as it is told, and sleeps in between."""

    def __init__(
        self,
        units_per_second: float = UNITS_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = units_per_second, clock, sleep
        self._free_at = clock()

    def spend(self, units: float) -> None:
        """Count units that were used, and wait until they are paid for."""
        now = self._clock()
        self._free_at = max(self._free_at, now) + units / self._rate
        if (early := self._free_at - now) > 0:
            self._sleep(early)


def units_of(answer: Any) -> float:
    """Read what an answer of DynamoDB cost; one unit where it does not say."""
    return float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 1.0))
