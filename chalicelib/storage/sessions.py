"""Sessions in DynamoDB, beside the tenant's profile, holds, open requests and latest actions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.accounts import Role
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.sessions import MOST_SESSIONS, Session, StaffVisitor, Visitor
from chalicelib.storage.accounts import AccountItem, forget_sessions
from chalicelib.storage.expiring import until
from chalicelib.storage.keys import account_key, agent_key, tenant_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.service_requests import OpenRequestItem
from chalicelib.storage.staff import AgentItem
from chalicelib.storage.table import Item, Moment, Whole, backwards, condition_failed, together
from chalicelib.storage.tenants import HoldItem, ProfileItem
from chalicelib.storage.timeline import ActionItem

BESIDE_ACTIONS = 10


class SessionItem(Item, discriminator="session"):
    """A session as written in the table; its sort key is its name."""

    email = UnicodeAttribute(default="")
    secret_hash = UnicodeAttribute()
    previous_hash = UnicodeAttribute(null=True)
    rotated_at = Moment(null=True)
    opened_at = Moment()
    ends_at = Moment()
    proved_at = Moment(null=True)
    taken_up = BooleanAttribute(null=True)
    remembered = BooleanAttribute()
    device = UnicodeAttribute(default="")
    account_opened_at = Moment(null=True)
    expires_at_epoch = Whole()

    def to_domain(self) -> Session:
        """Give the session as the domain knows it."""
        prefix, _, holder = self.pk.partition("#")
        return Session(
            holder,
            self.sk.removeprefix(_sort_key("")),
            self.email,
            self.secret_hash,
            self.opened_at,
            self.ends_at,
            bool(self.remembered),
            self.device,
            self.previous_hash or "",
            self.rotated_at,
            self.proved_at,
            Role.AGENT if agent_key("") == f"{prefix}#" else Role.TENANT,
            taken_up=bool(self.taken_up),
            account_opened_at=self.account_opened_at,
        )


class DynamoSessions:
    """Implements ``chalicelib.domain.sessions.Sessions``."""

    def open(self, session: Session) -> None:
        """Write a new session, and take out those that are one too many."""
        session_item(session).save()
        _close(self.of(session.holder, session.role)[MOST_SESSIONS:])

    def rotate(self, session: Session, shown_hash: str, new_hash: str, now: datetime) -> bool:
        """Write another secret over the one that was read; our own write, its answer lost, is known again."""
        try:
            _item(session).update(
                [
                    SessionItem.secret_hash.set(new_hash),
                    SessionItem.previous_hash.set(shown_hash),
                    SessionItem.rotated_at.set(now),
                    SessionItem.taken_up.remove(),
                ],
                condition=SessionItem.secret_hash == session.secret_hash,
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise
            return any(one.secret_hash == new_hash for one in self.of(session.holder, session.role))
        return True

    def take_up(self, session: Session) -> None:
        """Write over the secret that was read that it arrived."""
        try:
            _item(session).update(
                [SessionItem.taken_up.set(True)], condition=SessionItem.secret_hash == session.secret_hash
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise

    def close(self, session: Session) -> None:
        """Delete a session, and what its account says of it."""
        _close([session])

    def close_others(self, session: Session) -> None:
        """Delete all of somebody's sessions but one."""
        there = self.of(session.holder, session.role)
        _close([one for one in there if one.family != session.family])

    def of(self, holder: str, role: Role = Role.TENANT) -> tuple[Session, ...]:
        """Read the sessions of a partition, the latest first: their names begin with the moment."""
        found = backwards(_partition(holder, role), _sort_key(""), _sort_key("~"), consistent=True)
        return tuple(item.to_domain() for item in found if isinstance(item, SessionItem))

    def visitor(self, holder: str, family: str, *, actions: int = 0) -> Visitor | None:
        """Read the tenant's partition backwards: session, profile, open requests, holds, latest actions.

        It begins at the session that is asked for: newer ones are not read.  Without actions the read ends at
        the holds.  With them it has a limit, since actions have no end; a tenant with so many sessions and
        requests that the limit cuts the holds off is read again without.
        """
        lowest, limit = ("ACTION#", BESIDE_ACTIONS + actions) if actions else ("HOLD#", None)
        highest = _sort_key(family)
        found = list(backwards(tenant_key(holder), lowest, highest, limit, consistent=True))
        if limit is not None and len(found) == limit and not isinstance(found[-1], ActionItem):
            found = list(backwards(tenant_key(holder), "HOLD#", highest, consistent=True))
        return _visitor(found, highest, actions)

    def staff_visitor(self, holder: str, family: str) -> StaffVisitor | None:
        """Read the session, the agent and the account: of an agent the address is the id."""
        own = agent_key(holder)
        found = list(together([(own, _sort_key(family)), (own, "PROFILE"), (account_key(holder), "ACCOUNT")]))
        sessions = [item for item in found if isinstance(item, SessionItem)]
        agents = [item for item in found if isinstance(item, AgentItem)]
        accounts = [item for item in found if isinstance(item, AccountItem)]
        if not sessions or not agents or not accounts:
            return None
        session, account = sessions[0].to_domain(), accounts[0].to_domain()
        if account.role is not Role.AGENT or not account.was_open(session.opened_at):
            return None
        return StaffVisitor(session, agents[0].to_domain())


def session_item(session: Session) -> SessionItem:
    """Spell a session for the table."""
    return SessionItem(
        _partition(session.holder, session.role),
        _sort_key(session.family),
        email=session.email,
        secret_hash=session.secret_hash,
        previous_hash=session.previous_hash or None,
        rotated_at=session.rotated_at,
        opened_at=session.opened_at,
        ends_at=session.ends_at,
        proved_at=session.proved_at,
        taken_up=session.taken_up or None,
        remembered=session.remembered,
        device=session.device,
        account_opened_at=session.account_opened_at,
        **until(session.ends_at, session.family),
    )


def delete_sessions(
    transaction: TransactWrite, holder: str, families: Iterable[str], role: Role = Role.TENANT
) -> None:
    """Add to a transaction that sessions are taken out; those that are not there are as good."""
    for family in families:
        transaction.delete(SessionItem(_partition(holder, role), _sort_key(family)))


def prove_session(transaction: TransactWrite, session: Session, at: datetime) -> None:
    """Add to a transaction that the password was typed again in a session that is still there."""
    transaction.update(
        _item(session), actions=[SessionItem.proved_at.set(at)], condition=SessionItem.pk.exists()
    )


def check_session(transaction: TransactWrite, session: Session) -> None:
    """Add to a transaction that a session must still be there."""
    own = _item(session)
    transaction.condition_check(SessionItem, own.pk, own.sk, condition=SessionItem.pk.exists())


def end_session(transaction: TransactWrite, session: Session) -> None:
    """Add to a transaction that a session is taken out, if it is still there."""
    transaction.delete(_item(session), condition=SessionItem.pk.exists())


def rename_session(transaction: TransactWrite, holder: str, family: str, email: str) -> None:
    """Add to a transaction that a session, if it is still there, is of an account at another address."""
    transaction.update(
        SessionItem(tenant_key(holder), _sort_key(family)),
        actions=[SessionItem.email.set(email)],
        condition=SessionItem.pk.exists(),
    )


def _close(sessions: Sequence[Session]) -> None:
    """Delete sessions of one holder with what their account says of them, if it says anything.

    ``Unavailable`` if they could not be deleted: who wants them shut must not think that they are.
    """
    if not sessions:
        return
    first, families = sessions[0], [session.family for session in sessions]

    def write(transaction: TransactWrite, with_account: bool = True) -> None:
        delete_sessions(transaction, first.holder, families, first.role)
        if with_account:
            forget_sessions(transaction, first.email, families)

    if commit(write) and commit(lambda transaction: write(transaction, with_account=False)):
        raise Unavailable("contended")


def _sort_key(family: str) -> str:
    return f"SESSION#{family}"


def _partition(holder: str, role: Role) -> str:
    return agent_key(holder) if role is Role.AGENT else tenant_key(holder)


def _item(session: Session) -> SessionItem:
    return SessionItem(_partition(session.holder, session.role), _sort_key(session.family))


def _visitor(found: Sequence[Any], own: str, actions: int) -> Visitor | None:
    sessions = [item for item in found if isinstance(item, SessionItem) and item.sk == own]
    profiles = [item for item in found if isinstance(item, ProfileItem)]
    if not sessions or not profiles:
        return None
    return Visitor(
        session=sessions[0].to_domain(),
        tenant=profiles[0].to_domain(),
        holds=tuple(reversed([item.to_domain() for item in found if isinstance(item, HoldItem)])),
        request_count=profiles[0].request_count,
        open_requests=tuple(item.to_domain() for item in found if isinstance(item, OpenRequestItem)),
        actions=tuple([item.to_domain() for item in found if isinstance(item, ActionItem)][:actions]),
    )
