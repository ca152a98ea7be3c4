"""Registering (« s’inscrire »): a name and a contract number, then the link that opens the account.

Whoever registers learns nothing from the page: the mail alone says what came of it, and it goes to the typed
address only.  It names nobody, since whose address that is has not been shown yet.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.access import AccessQueue, Notice
from chalicelib.domain.account_changes import AccountChanges, Outcome
from chalicelib.domain.accounts import LONGEST_PASSWORD, PasswordHasher, same_address
from chalicelib.domain.askings import Answered, Asking, FrontDesk, Wish, count_asking, new_asking
from chalicelib.domain.errors import Absent
from chalicelib.domain.links import Link, LinkKind, LinkState, new_link
from chalicelib.domain.names import is_named
from chalicelib.domain.notices import tell_of_what_is_done
from chalicelib.domain.reception import Letter, Reception, is_due, may_write, send, send_link
from chalicelib.domain.tenants import Tenant, Tenants
from chalicelib.domain.throttling import (
    CONTRACT,
    Rule,
    Subject,
    SubjectKind,
    Tallies,
    TooManyTries,
    take,
)

LONGEST_NAME = 120
CONFIRMATIONS = Rule(10, timedelta(hours=1))
_BEFORE_NUMBER = re.compile(r"[Ll](?:[/\\.:_-]+|(?=\d+$))")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}")


@dataclass(frozen=True)
class Registration:
    """What is typed to get an account."""

    name: str
    reference: str
    email: str
    password: str = field(repr=False)


def contract_number(typed: str) -> str:
    """Read « 9126 », « L/9126 » or « l 9126 » as the number of a contract; nothing if it cannot be one."""
    whole = "".join(unicodedata.normalize("NFKC", typed).split())
    number = _BEFORE_NUMBER.sub("", whole, count=1) if _BEFORE_NUMBER.match(whole) else whole
    return number if _NUMBER.fullmatch(number) else ""


def ask_for_account(
    front: FrontDesk, hasher: PasswordHasher, typed: Registration, network: str, now: datetime
) -> None:
    """Take a registration, whether there is such a contract and holder or not: it costs and shows the same.

    ``TooManyTries`` when the contract or the network has to wait, ``Unavailable`` if it cannot be taken.
    """
    contract = Subject(SubjectKind.LEASE, typed.reference.casefold())
    count_asking(front, network, now, {contract: CONTRACT})
    password_hash = hasher.hash(unicodedata.normalize("NFC", typed.password))
    facts = {"name": typed.name, "lease": typed.reference, "password_hash": password_hash}
    front.queue.ask(new_asking(Wish.REGISTRATION, same_address(typed.email), now, **facts).spelled())


def ask_for_new_link(front: FrontDesk, link: Link, network: str, now: datetime) -> None:
    """Ask for another link in place of one that is over; what was typed then is still there."""
    count_asking(front, network, now)
    front.queue.ask(new_asking(Wish.REGISTRATION, link.email, now, link=link.hash).spelled())


def answer_registration(reception: Reception, asking: Asking, now: datetime) -> None:
    """Find whose account is asked for, and write to the address that was typed.

    Nobody is written to when the name or the contract is wrong.
    """
    before = reception.links.answered(asking)
    if not is_due(asking, before):
        return
    found = _renewed(reception, asking, before, now) if "link" in asking.facts else _named(reception, asking)
    if found is None or not may_write(reception, asking, before, asking.email, now):
        return
    person, password_hash = found
    own = reception.accounts.address_of(person)
    if own or reception.accounts.find(asking.email):
        template, values = ("account_exists", {"same": own == asking.email}) if own else ("address_taken", {})
        send(reception, asking, [Letter(asking.email, template, values)], now)
        return
    link, token = new_link(LinkKind.REGISTRATION, asking, person, now, password_hash=password_hash)
    send_link(reception, asking, before, link, [Letter(asking.email, "open_account", {"token": token})], now)


def _renewed(
    reception: Reception, asking: Asking, before: Answered | None, now: datetime
) -> tuple[str, str] | None:
    """Find whose registration a link is about that is over, with the password's hash.

    Cut after it was replaced, the answer goes on: it was replaced by this very asking.
    """
    old = reception.links.find(asking.facts["link"])
    begun = before is not None and before.id == asking.id
    expected = {LinkState.OVER, LinkState.REPLACED} if begun else {LinkState.OVER}
    if old is None or old.kind is not LinkKind.REGISTRATION or old.state(now) not in expected:
        return None
    return old.person, old.password_hash


def _named(reception: Reception, asking: Asking) -> tuple[str, str] | None:
    """Find who of a contract's holders has the typed name; give the password's hash with it.

    Of several, it is the one whom the landlord writes to at that address, else the first without an account.
    """
    named = [tenant for tenant in _holders(reception, asking) if is_named(tenant, asking.facts["name"])]
    own = [tenant for tenant in named if same_address(tenant.email) == asking.email]
    free = [tenant for tenant in named if not reception.accounts.address_of(tenant.id)]
    fitting = own or free or named
    return (fitting[0].id, asking.facts["password_hash"]) if fitting else None


def _holders(reception: Reception, asking: Asking) -> Iterator[Tenant]:
    """Give the holders of the contract that was typed, in whatever case."""
    number = asking.facts["lease"]
    for spelled in dict.fromkeys((number, number.upper(), number.lower())):
        with suppress(Absent):
            for id in reception.leases.get(spelled).holders:
                with suppress(Absent):
                    yield reception.tenants.get(id)


def is_chosen(tallies: Tallies, hasher: PasswordHasher, link: Link, typed: str, now: datetime) -> bool:
    """Tell whether a password is the one chosen at registration: the mail may have come to somebody else.

    Somebody's name, contract and address are enough to register them with a password of one's own; whoever
    reads the mail must not open that account.  Each try counts on the address, before it is compared:
    ``TooManyTries`` when it has to wait.
    """
    if wait := take(tallies, {Subject(SubjectKind.CONFIRMATION, link.email): CONFIRMATIONS}, now):
        raise TooManyTries(wait, now)
    return hasher.matches(link.password_hash, unicodedata.normalize("NFC", typed)[:LONGEST_PASSWORD])


def open_account(
    changes: AccountChanges, tenants: Tenants, queue: AccessQueue, link: Link, now: datetime
) -> Outcome:
    """Open the account that a link was sent for.

    Somebody whom the landlord writes to at another address hears of it there: names and contract numbers are
    known to neighbours.
    """
    outcome = changes.open(link, now)
    if outcome is Outcome.DONE:
        with suppress(Absent):
            known = same_address(tenants.get(link.person).email)
            if known and known != link.email:
                id = f"{Notice.ACCOUNT_OPENED.value}-{link.hash}"
                tell_of_what_is_done(queue, Notice.ACCOUNT_OPENED, known, now, id=id, person=link.person)
    return outcome
