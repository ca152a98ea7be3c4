"""The entrance: what the site needs of the portal to know who comes in, from where, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import AccessQueue
from chalicelib.domain.sessions import Sessions


@dataclass(frozen=True)
class Entrance:
    """The key that signs cookies, our own address, where sessions are kept, and who hears of a stolen one.

    ``viewer_header`` is the header in which what stands before the API says who asks; without it the API
    itself says it.
    """

    key: bytes
    address: str
    checkout_origin: str
    sessions: Sessions
    access: AccessQueue
    now: Callable[[], datetime]
    local: bool = False
    viewer_header: str = ""

    @property
    def secure(self) -> bool:
        """Tell whether browsers reach us over TLS: everywhere but on the local machine."""
        return self.address.startswith("https://")
