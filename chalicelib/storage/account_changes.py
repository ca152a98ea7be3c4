"""What links do to accounts, in DynamoDB: one transaction each, the using up of the link among it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.accounts import Account, Opening, Role
from chalicelib.domain.changes import ChangeKind, new_change
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.links import Link, LinkState
from chalicelib.domain.passkeys import MOST_PASSKEYS
from chalicelib.domain.sessions import Session
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.accounts import DynamoAccounts, account_items, change_account, move_account
from chalicelib.storage.changes import change_item
from chalicelib.storage.keys import account_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.links import DynamoLinks, use_link
from chalicelib.storage.passkeys import DynamoPasskeys, take_out
from chalicelib.storage.sessions import DynamoSessions, delete_sessions, rename_session
from chalicelib.storage.table import CONDITION_FAILED, backwards
from chalicelib.storage.tenants import write_to
from chalicelib.storage.throttling import TallyItem
from chalicelib.storage.timeline import action_item

MOST_DEVICES = 50


class DynamoAccountChanges:
    """Implements ``chalicelib.domain.account_changes.AccountChanges``."""

    def open(self, link: Link, now: datetime) -> Outcome:
        """Write the account and whose it is, where there is none."""
        account = Account(link.email, Role.TENANT, link.person, link.password_hash, opened_at=now)

        def write(transaction: TransactWrite) -> None:
            use_link(transaction, link, now)
            for item in account_items(account):
                transaction.save(item, condition=type(item).pk.does_not_exist())

        return _outcome(link, now, write, Outcome.TAKEN)

    def set_password(self, link: Link, account: Account, password_hash: str, event: TimelineEvent) -> Outcome:
        """Write the hash; delete the passkeys, the sessions that are there or may be, and the tallies.

        An agent's tallies stay: they count wrong codes too, and a mail must not buy more guesses at those.
        A passkey that was added since the account was read makes it another account than it was; without
        sessions none follows.  Passkeys that no account opens any more may stay.
        """
        closed = _sessions_of(account, DynamoSessions().of(account.person, account.role))
        of_tenant = account.role is Role.TENANT
        tries = _tries_of(account.email) if of_tenant else []
        known = DynamoPasskeys().of(account.person, account.role)[-MOST_PASSKEYS:]

        def write(transaction: TransactWrite) -> None:
            use_link(transaction, link, event.at)
            change_account(transaction, account, password_hash, (), event.at)
            delete_sessions(transaction, account.person, sorted(closed), account.role)
            for passkey in known:
                take_out(transaction, passkey)
            _forget(transaction, tries)
            if of_tenant:
                transaction.save(action_item(account.person, event))

        return _outcome(link, event.at, write, Outcome.CHANGED)

    def move(self, link: Link, account: Account, staying: str, event: TimelineEvent) -> Outcome:
        """Write the account where the link leads, and wherever else its address is said; tell it outwards."""
        there, tries = DynamoSessions().of(account.person), _tries_of(account.email)
        kept = tuple(Opening(one.family, one.ends_at) for one in there if one.family == staying)
        closed = _sessions_of(account, there) - {one.family for one in kept}
        addresses = {"courriel": link.email}, {"courriel": link.new_email}
        change = new_change(event.at, account.person, ChangeKind.EMAIL, *addresses)

        def write(transaction: TransactWrite) -> None:
            use_link(transaction, link, event.at)
            move_account(transaction, account, link.new_email, kept)
            write_to(transaction, account.person, link.new_email)
            delete_sessions(transaction, account.person, sorted(closed))
            for one in kept:
                rename_session(transaction, account.person, one.family, link.new_email)
            _forget(transaction, tries)
            transaction.save(action_item(account.person, event))
            transaction.save(change_item(change))

        outcome = _outcome(link, event.at, write, Outcome.CHANGED)
        taken = outcome is Outcome.CHANGED and DynamoAccounts().find(link.new_email) is not None
        return Outcome.TAKEN if taken else outcome

    def unlock(self, link: Link, now: datetime) -> Outcome:
        """Delete the tallies; an agent's stay, whoever made such a link."""
        if link.role is Role.AGENT:
            return Outcome.SPENT
        tries = _tries_of(link.email)

        def write(transaction: TransactWrite) -> None:
            use_link(transaction, link, now)
            _forget(transaction, tries)

        return _outcome(link, now, write, Outcome.CHANGED)


def _sessions_of(account: Account, there: Sequence[Session]) -> set[str]:
    """Name the sessions that are there, or that the account says are."""
    return {one.family for one in there} | {one.family for one in account.sessions}


def _tries_of(email: str) -> list[TallyItem]:
    """Find what was counted on an account: by devices that it knows, and by all others."""
    found = backwards(account_key(email), "TRIES", "TRIES#~", MOST_DEVICES, consistent=True)
    return [item for item in found if isinstance(item, TallyItem)]


def _forget(transaction: TransactWrite, tries: Sequence[TallyItem]) -> None:
    for item in tries:
        transaction.delete(item)


def _outcome(link: Link, now: datetime, write: Callable[[TransactWrite], None], refusal: Outcome) -> Outcome:
    """Commit; a link that does not live any more comes before every other reason not to."""
    codes = commit(write)
    if not codes:
        return Outcome.DONE
    if CONDITION_FAILED not in codes:
        raise Unavailable("contended")
    found = DynamoLinks().find(link.hash)
    return refusal if found and found.state(now) is LinkState.LIVING else Outcome.SPENT
