"""The entrance: what the site needs of the portal to know who comes in, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.sessions import Sessions


@dataclass(frozen=True)
class Entrance:
    """The key that signs cookies, our own address, and where sessions are kept."""

    key: bytes
    address: str
    checkout_origin: str
    sessions: Sessions
    now: Callable[[], datetime]
    local: bool = False

    @property
    def secure(self) -> bool:
        """Tell whether browsers reach us over TLS: everywhere but on the local machine."""
        return self.address.startswith("https://")
