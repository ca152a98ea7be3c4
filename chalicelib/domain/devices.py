"""Devices (« appareils »): which ones an account knows, and what tenants recognise of a browser's name.

The names come from a small table of what people in France use; a library's whole catalogue would weigh more
than the portal.
"""

from datetime import datetime
from typing import NamedTuple

from chalicelib.domain.accounts import Account

# In the order in which to look: most browsers also say that they are Chrome, Safari, and Mozilla.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
UNKNOWN = "Appareil inconnu"


class KnownDevice(NamedTuple):
    """A device on which an account's password was right, last ``known_at``; a signed cookie says so."""

    name: str
    known_at: datetime

    def is_known_to(self, account: Account | None) -> bool:
        """Tell whether the password that was right is still the account's: who had another is a stranger."""
        if account is None:
            return True
        changed_at = account.password_changed_at
        return account.was_open(self.known_at) and (changed_at is None or changed_at <= self.known_at)


def device_in_words(user_agent: str) -> str:
    """Say which browser it is and on what: « Chrome sur Android »."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or UNKNOWN
