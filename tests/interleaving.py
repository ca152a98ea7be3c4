"""Interleavings: acts done at once, where a seed decides whose call to DynamoDB goes next.

Every act runs in a thread of its own and stops before each of its calls; when all have stopped, one goes on.
The same seed gives the same order again.
"""

import random
import threading
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, TypeVar

from botocore.exceptions import ReadTimeoutError

Result = TypeVar("Result")
PATIENCE_S, WRITTEN = 20, 200


class Interleaving:
    """Decides the order of the calls of one botocore client; of some only the answer gets lost.

    ``committed`` counts the transactions that were written.
    """

    def __init__(self, client: Any, lost: float = 0.0) -> None:
        self.trace: list[tuple[int, str]] = []
        self.committed = 0
        self._lost = lost
        self._dice = random.Random()
        self._given: list[int] = []
        self._own = threading.local()
        self._changed = threading.Condition()
        self._waiting: set[int] = set()
        self._living: set[int] = set()
        self._turn: int | None = None
        client.meta.events.register_first("before-send.*.*", self._stop)
        client.meta.events.register_last("after-call.*.*", self._end)

    def run(
        self, seed: int, *acts: Callable[[], Result], order: Sequence[int] = ()
    ) -> list[Result | BaseException]:
        """Do the acts, first in a given order, then as the seed decides; give what each gave or raised."""
        self._dice.seed(seed)
        self._given = list(order)
        self.trace, self.committed = [], 0
        self._living = set(range(len(acts)))
        given: list[Result | BaseException] = [KeyError(place) for place in range(len(acts))]

        def act(place: int) -> None:
            self._own.place = place
            try:
                given[place] = acts[place]()
            except BaseException as error:  # noqa: BLE001  whatever it is, the test looks at it
                given[place] = error
            finally:
                self._leave(place)

        threads = [threading.Thread(target=act, args=(place,), daemon=True) for place in range(len(acts))]
        for thread in threads:
            thread.start()
        self._direct()
        for thread in threads:
            thread.join(PATIENCE_S)
        return given

    def _direct(self) -> None:
        while True:
            with self._changed:
                ready = self._changed.wait_for(self._all_have_stopped, PATIENCE_S)
                assert ready, f"an act goes on without a call: {self.trace}"
                if not self._living:
                    return
                self._turn = self._next()
                self._waiting.remove(self._turn)
                self._changed.notify_all()

    def _next(self) -> int:
        while self._given:
            place = self._given.pop(0)
            if place in self._waiting:
                return place
        return self._dice.choice(sorted(self._waiting))

    def _all_have_stopped(self) -> bool:
        return self._turn is None and self._waiting == self._living

    def _stop(self, event_name: str, **_: Any) -> None:
        place = getattr(self._own, "place", None)
        if place is None:
            return
        with self._changed:
            self._waiting.add(place)
            self._end_turn(place)
            assert self._changed.wait_for(lambda: self._turn == place, PATIENCE_S)
            self.trace.append((place, event_name.rsplit(".", 1)[1]))

    def _end(self, http_response: Any, event_name: str, **_: Any) -> None:
        if getattr(self._own, "place", None) is None:
            return
        written = event_name.endswith(".TransactWriteItems") and http_response.status_code == WRITTEN
        self.committed += written
        if self._dice.random() < self._lost:
            raise ReadTimeoutError(endpoint_url="lost")

    def _leave(self, place: int) -> None:
        with self._changed:
            self._living.discard(place)
            self._end_turn(place)

    def _end_turn(self, place: int) -> None:
        if self._turn == place:
            self._turn = None
        self._changed.notify_all()


def orders_of_two(calls: int) -> list[tuple[int, ...]]:
    """List the orders in which two acts that are alike make so many calls each, whichever begins."""
    rest = range(1, 2 * calls)
    firsts = [{0, *chosen} for chosen in combinations(rest, calls - 1)]
    return [tuple(int(place not in own) for place in range(2 * calls)) for own in firsts]


def successes(given: Sequence[Any]) -> list[Any]:
    """Give what the acts gave that raised nothing."""
    return [one for one in given if not isinstance(one, BaseException)]
