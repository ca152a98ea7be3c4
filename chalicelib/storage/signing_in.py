"""Tries at passwords in DynamoDB: one request reads account and tallies, one transaction answers."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.domain.accounts import Account
from chalicelib.domain.errors import Absent
from chalicelib.domain.sessions import Place, Session
from chalicelib.domain.signing_in import Admission, Found, openings
from chalicelib.domain.throttling import Change, Subject, Tally
from chalicelib.domain.timeline import TimelineEvent
from chalicelib.storage.accounts import AccountItem, change_account, check_account
from chalicelib.storage.keys import account_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.sessions import (
    DynamoSessions,
    delete_sessions,
    end_session,
    prove_session,
    session_item,
)
from chalicelib.storage.table import together
from chalicelib.storage.throttling import DynamoTallies, clear_own, tallies_among, tally_key
from chalicelib.storage.timeline import action_item


class DynamoThreshold:
    """Implements ``chalicelib.domain.signing_in.Threshold``."""

    def look(self, email: str, subjects: Sequence[Subject]) -> Found:
        """Read the account and the tallies by their keys."""
        keys = [(account_key(email), "ACCOUNT"), *map(tally_key, subjects)]
        found = list(together(keys))
        accounts = [item.to_domain() for item in found if isinstance(item, AccountItem)]
        return Found(accounts[0] if accounts else None, tuple(tallies_among(subjects, found)))

    def refuse(self, changes: Sequence[Change]) -> bool:
        """Write the tallies."""
        return DynamoTallies().change(changes)

    def admit(self, admission: Admission) -> bool:
        """Write the session and the account's list of them, and clear its tally, in one transaction."""
        return not commit(lambda transaction: let_in(transaction, admission))

    def prove(self, session: Session, account: Account, tallies: Sequence[Tally], at: datetime) -> bool:
        """Write the moment beside the session, if it is still there."""

        def write(transaction: TransactWrite) -> None:
            clear_own(transaction, tallies)
            check_account(transaction, account)
            prove_session(transaction, session, at)

        return not commit(write)

    def replace_password(
        self, account: Account, password_hash: str, shown: Session, session: Session, event: TimelineEvent
    ) -> bool:
        """Write the hash, the new session and the event; delete the sessions that are there or may be.

        That which was shown is deleted on the condition that it is there; if another request was quicker to
        shut it out, the next try finds it gone.
        """
        there = {one.family for one in DynamoSessions().of(shown.holder, shown.role)}
        if shown.family not in there:
            raise Absent(shown.family)
        closed = there | {one.family for one in account.sessions}

        def write(transaction: TransactWrite) -> None:
            change_account(
                transaction, account, password_hash, openings(account, session, tuple(closed)), event.at
            )
            end_session(transaction, shown)
            delete_sessions(transaction, shown.holder, sorted(closed - {shown.family}), shown.role)
            transaction.save(session_item(session))
            transaction.save(action_item(session.holder, event))

        return not commit(write)


def let_in(transaction: TransactWrite, admission: Admission) -> None:
    """Add to a transaction that a session opens, if account and tallies are as they were read."""
    clear_own(transaction, admission.tallies)
    open_session(transaction, admission.account, admission.session, admission.closed, admission.password_hash)


def open_session(
    transaction: TransactWrite,
    account: Account,
    session: Session,
    closed: Sequence[Place],
    password_hash: str,
) -> None:
    """Add to a transaction that a session opens and others close, if the account is as it was read.

    Among the others may be one of somebody else, whose account goes on naming it: it opens nothing.
    """
    left = openings(account, session, [one.family for one in closed])
    change_account(transaction, account, password_hash, left)
    for one in closed:
        delete_sessions(transaction, one.holder, [one.family], session.role)
    transaction.save(session_item(session))
