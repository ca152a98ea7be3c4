"""Accounts in DynamoDB: one item per e-mail address, and one per tenant that says which address is theirs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.accounts import Account, Opening, Role
from chalicelib.domain.staff import Agent
from chalicelib.storage.keys import account_key, tenant_key
from chalicelib.storage.rewriting import read_whole
from chalicelib.storage.staff import agent_item
from chalicelib.storage.table import Item, Moment


class Ends(Attribute[dict[str, datetime]]):
    """Names, each with the second at which it ends."""

    attr_type = "M"

    def serialize(self, value: dict[str, datetime]) -> dict[str, dict[str, str]]:
        """Spell the seconds."""
        return {name: {"N": str(int(ends_at.timestamp()))} for name, ends_at in value.items()}

    def deserialize(self, value: dict[str, dict[str, str]]) -> dict[str, datetime]:
        """Read the seconds."""
        return {name: datetime.fromtimestamp(int(one["N"]), UTC) for name, one in value.items()}


class AccountItem(Item, discriminator="account"):
    """An account as written in the table; only an agent's has a name and an agency.

    Names of sessions begin with the moment at which they were opened.
    """

    email = UnicodeAttribute()
    role = UnicodeAttribute()
    person = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    password_changed_at = Moment(null=True)
    sessions = Ends(null=True)
    opened_at = Moment(null=True)
    newest_passkey = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    agency = UnicodeAttribute(null=True)

    def to_domain(self) -> Account:
        """Give the account as the domain knows it."""
        return Account(
            self.email,
            Role(self.role),
            self.person,
            self.password_hash,
            tuple(Opening(family, ends_at) for family, ends_at in sorted((self.sessions or {}).items())),
            self.password_changed_at,
            self.opened_at,
            self.newest_passkey or "",
        )


class PersonAccountItem(Item, discriminator="person_account"):
    """The address of a tenant's account: whoever opens one puts this too, so that nobody has two."""

    email = UnicodeAttribute()


class DynamoAccounts:
    """Implements ``chalicelib.domain.accounts.Accounts``."""

    def find(self, email: str) -> Account | None:
        """Read the account of an address."""
        try:
            return AccountItem.get(account_key(email), "ACCOUNT", consistent_read=True).to_domain()
        except AccountItem.DoesNotExist:
            return None

    def address_of(self, tenant: str) -> str:
        """Read which address is a tenant's."""
        try:
            found = PersonAccountItem.get(tenant_key(tenant), "ACCOUNT", consistent_read=True)
        except PersonAccountItem.DoesNotExist:
            return ""
        return str(found.email)


def account_item(account: Account, name: str = "", agency: str = "") -> AccountItem:
    """Spell an account for the table, an agent's with the name and the agency."""
    return AccountItem(
        account_key(account.email),
        "ACCOUNT",
        email=account.email,
        role=account.role.value,
        person=account.person,
        password_hash=account.password_hash,
        password_changed_at=account.password_changed_at,
        sessions=_ends(account.sessions) or None,
        opened_at=account.opened_at,
        newest_passkey=account.newest_passkey or None,
        name=name or None,
        agency=agency or None,
    )


def account_items(account: Account, name: str = "", agency: str = "") -> list[Item]:
    """Spell all that opening an account writes: the account, then whose it is, a tenant or an agent.

    They are put in one transaction, each on the condition that there is none of its key.
    """
    whole = account_item(account, name, agency)
    if account.role is not Role.TENANT:
        return [whole, agent_item(Agent(account.person, name, agency))]
    return [whole, PersonAccountItem(tenant_key(account.person), "ACCOUNT", email=account.email)]


def change_account(
    transaction: TransactWrite,
    account: Account,
    password_hash: str,
    sessions: Sequence[Opening],
    changed_at: datetime | None = None,
) -> None:
    """Add to a transaction an account's password and sessions, if they and its passkeys are as read.

    ``changed_at`` is for a password that is another one, and not only another hash of it.
    """
    actions: list[Action] = [
        AccountItem.password_hash.set(password_hash),
        AccountItem.sessions.set(_ends(sessions)),
    ]
    if changed_at:
        actions.append(AccountItem.password_changed_at.set(account.moment_in_it(changed_at)))
    transaction.update(
        AccountItem(account_key(account.email), "ACCOUNT"), actions=actions, condition=_as_read(account)
    )


def move_account(
    transaction: TransactWrite, account: Account, email: str, sessions: tuple[Opening, ...]
) -> None:
    """Add to a transaction that a tenant's account, if it is as read, is at an address that has none.

    What a newer version wrote in it goes along.
    """
    moved = read_whole(AccountItem, account_key(account.email), "ACCOUNT") or account_item(account)
    moved.pk, moved.email, moved.sessions = account_key(email), email, _ends(sessions) or None
    person = PersonAccountItem(tenant_key(account.person), "ACCOUNT")
    unmoved = PersonAccountItem.pk.does_not_exist() | (PersonAccountItem.email == account.email)
    transaction.save(moved, condition=AccountItem.pk.does_not_exist())
    transaction.delete(AccountItem(account_key(account.email), "ACCOUNT"), condition=_as_read(account))
    actions: list[Action] = [
        PersonAccountItem.kind.set(PersonAccountItem),
        PersonAccountItem.email.set(email),
    ]
    transaction.update(person, actions=actions, condition=unmoved)


def forget_sessions(transaction: TransactWrite, email: str, families: Iterable[str]) -> None:
    """Add to a transaction that an account has those sessions no more; it must say something of sessions."""
    transaction.update(
        AccountItem(account_key(email), "ACCOUNT"),
        actions=[Path(["sessions", family]).remove() for family in families],
        condition=AccountItem.sessions.exists(),
    )


def note_passkey(transaction: TransactWrite, account: Account, mark: str) -> None:
    """Add to a transaction that an account has another passkey, if none was added since it was read."""
    transaction.update(
        AccountItem(account_key(account.email), "ACCOUNT"),
        actions=[AccountItem.newest_passkey.set(mark)],
        condition=AccountItem.pk.exists() & _same_passkeys(account),
    )


def check_account(transaction: TransactWrite, account: Account) -> None:
    """Add to a transaction that an account's password must be as it was read."""
    same: Condition = AccountItem.password_hash == account.password_hash
    transaction.condition_check(AccountItem, account_key(account.email), "ACCOUNT", condition=same)


def _as_read(account: Account) -> Condition:
    known: Condition = AccountItem.sessions == _ends(account.sessions)
    if not account.sessions:
        known = AccountItem.sessions.does_not_exist() | known
    same: Condition = AccountItem.password_hash == account.password_hash
    all_three: Condition = same & known & _same_passkeys(account)
    return all_three


def _same_passkeys(account: Account) -> Condition:
    newest = account.newest_passkey
    same: Condition = AccountItem.newest_passkey == newest
    return same if newest else AccountItem.newest_passkey.does_not_exist()


def _ends(sessions: Iterable[Opening]) -> dict[str, datetime]:
    return {one.family: one.ends_at for one in sessions}
