"""What can be wrong with what somebody asks; anything else is a bug and answers 500."""

from collections.abc import Mapping


class PortalError(Exception):
    """Base of the errors that a page can tell to the person who asked."""


class Refused(PortalError):
    """The thing asked for is not allowed; the reason is a French sentence (answers 422)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidForm(Refused):
    """Some fields of a form cannot be taken; one French sentence per field, in the order of the form."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class Absent(PortalError):
    """Not there, or not for the person who asks: nobody can tell which (answers 404)."""


class Conflict(PortalError):
    """Somebody else was there first (answers 409)."""


class Unavailable(PortalError):
    """A service that the portal needs does not answer; nothing was changed, try again (answers 503)."""
