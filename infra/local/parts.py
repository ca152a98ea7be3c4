"""What the panel shows and moves, in one place (pièces du portail local)."""

from collections.abc import Callable
from dataclasses import dataclass

from infra.local.clock import LocalClock
from infra.local.mailbox import Mailbox
from infra.local.provider import Provider
from infra.local.queues import Queues
from infra.local.schedules import Schedules
from infra.local.settings import LocalSettings

Person = dict[str, str | int]


class PanelRefusal(Exception):
    """The panel says no, with a status and a French sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Parts:
    """The parts of the portal on this machine that are running."""

    settings: LocalSettings
    clock: LocalClock
    mailbox: Mailbox
    schedules: Schedules
    queues: Queues
    provider: Provider
    cloud_alive: Callable[[], bool]
    people: Callable[[], list[Person]]
