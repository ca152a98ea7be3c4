"""Mail (« courriel ») as the domain sees it: an address, a template, its values, and what is attached."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from chalicelib.domain import french

# SES takes no accents before the @; RFC 5321 ends it at 64 characters and the whole at 254.
_BEFORE_AT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}$)({_LABEL}\.)+(?=[A-Za-z]){_LABEL}")
RECEIPT_TAG = "receipt"
TOLD_WITHIN = timedelta(hours=1)  # SES tells of a mail that it sent before that, or it never left
MOST_FAILURES = 3  # mails that fail in one stint before SES is taken to be away
MOST_REFUSALS = 3  # days on which SES refuses a mail to a tenant before it is given up
FIRST_HOUR, LAST_HOUR = 8, 20


class Told(StrEnum):
    """What SES tells of a mail with a receipt, by the name of the field that keeps when."""

    SENT = "sent_at"
    DELIVERED = "delivered_at"
    BOUNCED = "bounced_at"


class Undeliverable(ValueError):
    """This address can never receive a mail: trying again is no use, somebody has to correct it."""


class NotSent(Exception):
    """Nobody said that this mail with a receipt was taken; it may have been."""


class NotTaken(NotSent):
    """Who carries mail said that it takes none now: nothing left."""


class Refused(NotTaken):
    """Who carries mail does not take this one, or it cannot be written: nothing left, another may pass."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a mail: the name the tenant sees, the bytes, and their type."""

    name: str
    content: bytes
    media_type: str


class Mailer(Protocol):
    """Who takes mail to the tenants.  A mail accepted is out of our hands: nothing here is undone."""

    def send(
        self,
        to: str,
        template: str,
        values: Mapping[str, Any],
        attachments: Sequence[Attachment] = (),
        receipt: str = "",
    ) -> None:
        """Send the mail of that template to one address.

        ``Undeliverable`` if the address cannot exist.  Any other error may pass: the same mail can be tried
        again, and the tenant may then receive it twice when only the answer was lost.

        With a ``receipt``, of letters and figures, it is tried once (``NotSent`` if that failed;
        ``NotTaken`` or ``Refused`` if it is certain that nothing left), and
        ``handlers.mail_events`` hears under that name when it was sent and delivered.
        """


def deliverable(address: str) -> str:
    """Give the address as SES takes it, an accented domain in its ASCII form; ``Undeliverable`` if none is.

    The address is not in the error: it would end in the logs.
    """
    before_at, _, host = address.strip().rpartition("@")
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise Undeliverable("the domain of this address cannot exist") from error
    whole = f"{before_at}@{host}"
    shaped = _BEFORE_AT.fullmatch(before_at) and _HOST.fullmatch(host)
    if not shaped or len(before_at) > 64 or len(whole) > 254:
        raise Undeliverable("this address cannot exist")
    return whole


def is_hour_of_mails(now: datetime) -> bool:
    """Tell whether mails that nobody waits for may leave: from 8 to 20 h in metropolitan France."""
    return FIRST_HOUR <= french.paris(now).hour < LAST_HOUR
