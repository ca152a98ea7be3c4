"""The threshold in the table and the one in memory, with what tests of the storage want to know of both."""

from dataclasses import replace

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.sessions import Place, Session, new_session
from chalicelib.domain.signing_in import Admission, Attempt, Found, Threshold, prove, sign_in
from chalicelib.domain.throttling import Change, Subject, SubjectKind, TooManyTries, new_mark
from chalicelib.storage.accounts import DynamoAccounts, account_item
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.signing_in import DynamoThreshold
from tests.mothers import NOW, put
from tests.thresholds import EMAIL, HERE, FakeThreshold, a_keeper

OWN, NET = Subject(SubjectKind.ACCOUNT, EMAIL), Subject(SubjectKind.NETWORK, HERE)
BOTH = (OWN, NET)


class TableThreshold(DynamoThreshold):
    """The table, with what the tests want to know of it."""

    def keep(self, account: Account) -> None:
        put(account_item(account))

    def account(self) -> Account | None:
        return DynamoAccounts().find(EMAIL)

    def open_sessions(self) -> set[Session]:
        return set(DynamoSessions().of("9126-1"))


class MemoryThreshold(FakeThreshold):
    """The same of the one in memory."""

    def keep(self, account: Account) -> None:
        self.accounts[account.email] = account

    def account(self) -> Account | None:
        return self.accounts.get(EMAIL)

    def open_sessions(self) -> set[Session]:
        return set(self.sessions.values())


Known = TableThreshold | MemoryThreshold


def a_session(family: str = "") -> Session:
    session, _ = new_session("9126-1", EMAIL, remembered=False, device="Firefox", now=NOW)
    return replace(session, family=family or session.family)


def failing(threshold: Threshold, *subjects: Subject) -> bool:
    """Count a failure on what is read now."""
    tallies = threshold.look(EMAIL, subjects).tallies
    return threshold.refuse([Change(one, replace(one, tried_at=(NOW,), mark=new_mark())) for one in tallies])


def admission(found: Found, session: Session, closed: tuple[Place, ...] = ()) -> Admission:
    assert found.account is not None
    return Admission(found.account, session, closed, found.tallies, found.account.password_hash)


def enter(threshold: Threshold, attempt: Attempt) -> str:
    """Try at the door; say what it answered."""
    keeper, _ = a_keeper(threshold)
    try:
        opened = sign_in(keeper, attempt, Role.TENANT, NOW, remembered=False, device="")
    except TooManyTries:
        return "wait"
    except Unavailable:
        return "nothing"
    return "in" if opened else "wrong"


def proving(threshold: Threshold, attempt: Attempt, session: Session) -> str:
    """Show the password again; say what came of it."""
    keeper, _ = a_keeper(threshold)
    try:
        return "in" if prove(keeper, attempt, session, NOW) else "wrong"
    except TooManyTries:
        return "wait"
    except Unavailable:
        return "nothing"
