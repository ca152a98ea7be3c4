"""Behind the pages (« accueil »): who answers askings, once each, by mail.

An asking may be delivered twice, or its answer be cut anywhere.  What was not sent is done again with a fresh
link, and the one before is worth nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.accounts import Account, Accounts, Role
from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.askings import Answered, Asking
from chalicelib.domain.errors import Absent, Conflict
from chalicelib.domain.leases import Leases
from chalicelib.domain.links import Link, Links
from chalicelib.domain.mail import Mailer, Undeliverable
from chalicelib.domain.tenants import Tenants
from chalicelib.domain.throttling import MAILS, Subject, SubjectKind, Tallies, take


@dataclass(frozen=True)
class Reception:
    """What answering askings needs."""

    accounts: Accounts
    links: Links
    leases: Leases
    tenants: Tenants
    tallies: Tallies
    mail: Mailer

    def tenants_account(self, email: str) -> Account | None:
        """Give the account of an address, if it is a tenant's."""
        account = self.accounts.find(email)
        return account if account and account.role is Role.TENANT else None

    def name_of(self, tenant: str) -> str:
        """Give a tenant's name as papers print it; nothing if nobody is known by that id."""
        try:
            return self.tenants.get(tenant).display_name
        except Absent:
            return ""


@dataclass(frozen=True)
class Letter:
    """A mail to be written."""

    to: str
    template: str
    values: Mapping[str, Any]


def is_due(asking: Asking, before: Answered | None) -> bool:
    """Tell whether an asking wants an answer, given what its address was last answered."""
    return before is None or before.leaves(asking)


def may_write(reception: Reception, asking: Asking, before: Answered | None, to: str, now: datetime) -> bool:
    """Tell whether an address may get one more of the mails that anybody can ask for: three an hour.

    It is counted here and not on the pages, so that askings which bring no mail use nothing up.  What is done
    again was counted the first time.
    """
    if before is not None and before.id == asking.id:
        return True
    return take(reception.tallies, {Subject(SubjectKind.MAIL, to): MAILS}, now) is None


def send_link(
    reception: Reception,
    asking: Asking,
    before: Answered | None,
    link: Link,
    letters: list[Letter],
    now: datetime,
) -> None:
    """Issue a link, then send the mail that holds its token, and those that go with it.

    ``Conflict`` if another asking was answered meanwhile: this one is looked at again.
    """
    if not reception.links.issue(link, asking, before):
        raise Conflict(asking.id)
    send(reception, asking, letters, now)


def send(reception: Reception, asking: Asking, letters: list[Letter], now: datetime) -> None:
    """Send mails, and take note of it.

    One that can reach nobody is given up with an alarm: it would not get there the next time either.
    """
    for letter in letters:
        try:
            reception.mail.send(letter.to, letter.template, letter.values)
        except Undeliverable:
            raise_alarm(Alarm.MAIL_UNDELIVERABLE, asking=asking.id, kind=asking.kind)
    reception.links.settle(asking, now)
