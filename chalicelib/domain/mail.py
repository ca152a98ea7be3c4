"""Mail (« courriel ») as the domain sees it: a template, its values, and what is attached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Undeliverable(ValueError):
    """This address can never receive a mail: trying again is no use, somebody has to correct it."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a mail: the name the tenant sees, the bytes, and their type."""

    name: str
    content: bytes
    media_type: str


class Mailer(Protocol):
    """Who takes mail to the tenants.  A mail accepted is out of our hands: nothing here is undone."""

    def send(
        self, to: str, template: str, values: Mapping[str, Any], attachments: Sequence[Attachment] = ()
    ) -> None:
        """Send the mail of that template to one address.

        ``Undeliverable`` if the address cannot exist.  Any other error may pass: the same mail can be tried
        again, and the tenant may then receive it twice when only the answer was lost.
        """
