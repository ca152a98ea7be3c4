"""A visit: who asks, with what, and when; all that a handler needs to know of HTTP."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from chalicelib.domain import french
from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.sessions import Session, StaffVisitor, Visitor
from chalicelib.domain.staff import Agent
from chalicelib.domain.tenants import Hold, Tenant

Choice = TypeVar("Choice", bound=StrEnum)
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Visit:
    """One request to one page; ``here`` is the address that shows the same page again.

    ``role`` says for whom the page is, and so which of ``visitor`` and ``staff`` may be there.
    ``client`` is the network that it comes from, ``device`` what the browser calls itself.
    """

    path: str
    here: str
    now: datetime
    csrf: str
    text_size: int
    role: Role = Role.TENANT
    visitor: Visitor | None = None
    staff: StaffVisitor | None = None
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    client: str = ""
    device: str = ""
    request_id: str = ""
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def tenant(self) -> Tenant | None:
        """Give the tenant who is signed in, if any."""
        return self.visitor.tenant if self.visitor else None

    @property
    def today(self) -> date:
        """Give the day it is in metropolitan France."""
        return french.today(self.now)

    @property
    def signed_in(self) -> Visitor:
        """Give who is signed in, on a page that is for tenants only."""
        if self.visitor is None:
            raise Absent(self.path)
        return self.visitor

    @property
    def proven(self) -> bool:
        """Tell whether who is signed in typed the password lately enough for what is sensitive."""
        whoever = self.visitor or self.staff
        return whoever is not None and whoever.session.is_proven(self.now)

    @property
    def session(self) -> Session:
        """Give the session of who is signed in, on a page that is for who is."""
        whoever = self.visitor or self.staff
        if whoever is None:
            raise Absent(self.path)
        return whoever.session

    @property
    def agent(self) -> Agent:
        """Give the agent who is signed in, on a page that is for agents only."""
        if self.staff is None:
            raise Absent(self.path)
        return self.staff.agent

    @property
    def holds(self) -> tuple[Hold, ...]:
        """Give the leases of who is signed in."""
        return self.signed_in.holds

    def text(self, name: str) -> str:
        """Give what was written in a field of the form, without blanks around, or nothing."""
        return self.form.get(name, "")[:LONGEST_TEXT].strip()

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """Give what was chosen in a list; a value that is not in the list was not typed by hand."""
        try:
            return choices(self.form.get(name, ""))
        except ValueError as error:
            raise Refused("Choisissez une valeur de la liste.") from error

    def of_shape(self, asked: str, shape: re.Pattern[str]) -> str:
        """Give back an id from an address when it looks like one; what does not is ``Absent`` unread."""
        if not shape.fullmatch(asked):
            raise Absent(asked)
        return asked

    def lease(self, number: str) -> str:
        """Give the lease asked for; when none is named, the first that runs; another's is ``Absent``."""
        visitor = self.signed_in
        if not number and visitor.holds:
            running = (hold.lease for hold in visitor.holds if not hold.is_former(self.today))
            return next(running, visitor.holds[0].lease)
        if not visitor.holds_lease(number):
            raise Absent(number)
        return number
