"""All that the stand-in remembers (« mémoire »): plain records, so that it can be saved at any moment."""

import hashlib
import heapq
import json
import random
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from infra.local.stripe.schema import Json


class Timer(NamedTuple):
    """Something that will happen: when, which of several at the same second, what, and to what."""

    due_at: int
    rank: float
    sequence: int
    action: str
    subject: Json


class Replay(NamedTuple):
    """What an idempotency key was first used for, and what was answered then."""

    kept_at: int
    fingerprint: str
    status: int
    body: str


@dataclass
class State:
    """The clock, the objects, the pending timers and the idempotency keys of one Stripe account.

    Moments are whole seconds since 1970, as in Stripe's own objects.
    """

    now: int
    seed: int
    sequence: int = 0
    objects: dict[str, dict[str, Json]] = field(default_factory=dict)
    requested: dict[str, Json] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    replays: dict[str, Replay] = field(default_factory=dict)
    timers: list[Timer] = field(default_factory=list)
    under_way: list[Timer] = field(default_factory=list)
    switches: dict[str, float | int | bool] = field(default_factory=dict)

    def next_number(self) -> int:
        """Count one further: ids, timers and draws all come from this one sequence."""
        self.sequence += 1
        return self.sequence

    def new_id(self, prefix: str, length: int = 24) -> str:
        """Make the next id, the same ones again for the same seed."""
        digits = hashlib.sha512(f"{self.seed}/{self.next_number()}/{prefix}".encode()).hexdigest()
        return f"{prefix}_{digits[:length]}"

    def draw(self) -> float:
        """Draw a number from 0 to 1, the same ones again for the same seed."""
        return random.Random(f"{self.seed}/{self.next_number()}").random()  # noqa: S311 - repeatable on purpose

    def set_timer(self, due_at: int, action: str, subject: Json, rank: float = 0) -> None:
        """Have something happen later; the smaller rank goes first among those of one second."""
        heapq.heappush(self.timers, Timer(due_at, rank, self.next_number(), action, subject))

    def next_timer(self, until: int) -> Timer | None:
        """Take the next timer due at or before a moment and put the clock there."""
        if not self.timers or self.timers[0].due_at > until:
            return None
        timer = heapq.heappop(self.timers)
        self.now = max(self.now, timer.due_at)
        return timer

    def forget(self, events_seconds: int, replays_seconds: int) -> None:
        """Drop events and idempotency keys that nobody may see any more; both are kept oldest first."""
        events = self.objects.get("event", {})
        while (first := next(iter(events.values()), None)) and first["created"] <= self.now - events_seconds:
            del events[first["id"]]
        while (key := next(iter(self.replays), None)) is not None:
            if self.replays[key].kept_at > self.now - replays_seconds:
                break
            del self.replays[key]

    def to_json(self) -> str:
        """Write everything down."""
        return json.dumps({**asdict(self), "timers": sorted(self.timers)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "State":
        """Read back what ``to_json`` wrote; ``TypeError`` if it was written by another version.

        A delivery that was under way is sent again: nobody knows whether it arrived.
        """
        kept: dict[str, Any] = json.loads(text)
        kept["timers"] = sorted(Timer(*timer) for timer in kept["timers"] + kept.pop("under_way"))
        kept["replays"] = {key: Replay(*replay) for key, replay in kept["replays"].items()}
        return cls(**kept)
