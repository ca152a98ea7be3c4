"""What is to be told or sent to whom an account belongs, once the page has answered (« accès »).

The pages decide nothing in front of a stranger: they ask, in the same words whether the account exists or
not, and a worker finds out.  The same asking may arrive twice; its ``id`` says that it is the same.
"""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Notice(StrEnum):
    """What its owner hears of an account."""

    MANY_FAILURES = "many_failures"
    SESSION_REPLAYED = "session_replayed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  it is no password
    ADDRESS_CHANGED = "address_changed"
    ACCOUNT_OPENED = "account_opened"
    SECOND_FACTOR_ADDED = "second_factor_added"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"


class AccessQueue(Protocol):
    """Who takes an asking to the worker.  What was taken is done at least once."""

    def ask(self, asking: Mapping[str, str]) -> None:
        """Hand an asking over; ``Unavailable`` if it cannot be."""


def notify(
    queue: AccessQueue, kind: Notice, email: str, now: datetime, *, id: str = "", **facts: str
) -> None:
    """Have the owner of an address told of something; a worker finds out whether there is one.

    With an ``id`` of its own, what is told again is told once.
    """
    said = {"id": id or uuid.uuid4().hex, "kind": kind.value, "email": email, "asked_at": now.isoformat()}
    queue.ask({**said, **facts})


def once_a_day(kind: Notice, email: str, now: datetime) -> str:
    """Make the id of what an address hears once a day; it does not show the address."""
    return f"{kind.value}-{now.date().isoformat()}-{hashlib.sha256(email.encode()).hexdigest()[:32]}"
