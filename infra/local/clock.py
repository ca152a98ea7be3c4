"""The portal's clock: the real one, moved forward as far as somebody asked (horloge du portail)."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

FARTHEST_DAYS = 3660

Follower = Callable[[int], object]


class WrongMove(ValueError):
    """A move of the clock that cannot be; its words are French."""


class LocalClock:
    """Gives the present moment (aware, UTC), and moves it forward; the move is kept between runs."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._followers: list[Follower] = []
        self._ahead_seconds = (
            int(json.loads(path.read_text("utf-8"))["ahead_seconds"]) if path.exists() else 0
        )

    def __call__(self) -> datetime:
        """Give the present moment."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead_seconds)

    @property
    def ahead_seconds(self) -> int:
        """Give how far the clock is ahead of the real one."""
        return self._ahead_seconds

    def follow(self, follower: Follower) -> None:
        """Have ``follower(seconds)`` called at each move: the payment provider lives in the same time."""
        self._followers.append(follower)

    def advance(self, seconds: int) -> datetime:
        """Move forward and give the new moment; ``WrongMove`` backwards or beyond ten years ahead."""
        if seconds <= 0:
            raise WrongMove("L’horloge avance, elle ne recule pas : un nombre positif est attendu.")
        with self._lock:
            ahead = self._ahead_seconds + seconds
            if ahead > FARTHEST_DAYS * 86_400:
                raise WrongMove("L’horloge ne va pas à plus de dix ans d’ici.")
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps({"ahead_seconds": ahead}), "utf-8")
            fresh.replace(self._path)
            self._ahead_seconds = ahead
        for follower in self._followers:
            follower(seconds)
        return self()
