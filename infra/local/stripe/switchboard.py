"""The faults that can be switched on (« pannes à la demande »): lost, doubled, late, shuffled, never made."""

from infra.local.stripe.state import State

SHARED = ("lose", "double", "ungenerated")
SHUFFLE_SECONDS = 60
LATEST_SECONDS = 20 * 86_400
"""An event is forgotten after 30 days; a delivery must find it."""


class Switchboard:
    """Faults of the event service; the settings live in the state, so they survive a restart.

    ``lose`` (nobody answers, so it is sent again later), ``double`` and ``ungenerated`` (the event never
    exists) take a share from 0.0 to 1.0, or a whole number: the next so many.  ``delay`` takes seconds,
    ``reorder`` true or false: each sending then leaves at a random second of the next minute.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def set(self, name: str, value: float | int | bool) -> None:
        """Set one fault; ``ValueError`` for a name or a value that means nothing."""
        if name in SHARED:
            sound = (
                0 <= value <= 1 if isinstance(value, float) else value >= 0 and not isinstance(value, bool)
            )
        elif name == "delay":
            sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST_SECONDS
        else:
            sound = name == "reorder" and isinstance(value, bool)
        if not sound:
            raise ValueError(f"no such fault: {name}={value!r}")
        self._state.switches[name] = value

    def clear(self) -> None:
        """End every fault."""
        self._state.switches.clear()

    def settings(self) -> dict[str, float | int | bool]:
        """Give the faults that are on, for a page that shows them."""
        return dict(self._state.switches)

    def strikes(self, name: str) -> bool:
        """Tell whether a fault strikes this time; a count goes down by one."""
        value = self._state.switches.get(name, 0)
        if isinstance(value, float):
            return self._state.draw() < value
        if value > 0:
            self._state.switches[name] = value - 1
        return value > 0

    def delay_seconds(self) -> int:
        """Give how late the next delivery leaves."""
        seconds = int(self._state.switches.get("delay", 0))
        return seconds + (
            int(self._state.draw() * SHUFFLE_SECONDS) if self._state.switches.get("reorder") else 0
        )

    def rank(self) -> float:
        """Give a delivery's place among those of the same second."""
        return self._state.draw() if self._state.switches.get("reorder") else 0
