"""Passkeys in DynamoDB: in the partition of whose they are, and one item that says whose a mark is."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.accounts import Account, Role
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.passkeys import CHALLENGE_LIFE, Passkey, mark_of
from chalicelib.domain.sessions import Place, Session
from chalicelib.storage.accounts import note_passkey
from chalicelib.storage.expiring import until
from chalicelib.storage.keys import agent_key, tenant_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.sessions import check_session
from chalicelib.storage.signing_in import open_session
from chalicelib.storage.table import Item, Moment, Whole, backwards, together


class PasskeyItem(Item, discriminator="passkey"):
    """A passkey as written in the table: a public key, which opens nothing."""

    holder = UnicodeAttribute()
    role = UnicodeAttribute()
    name = UnicodeAttribute()
    public = UnicodeAttribute()
    counter = Whole()
    added_at = Moment()
    used_at = Moment(null=True)

    def to_domain(self) -> Passkey:
        """Give the passkey as the domain knows it."""
        return Passkey(
            self.sk,
            self.holder,
            Role(self.role),
            self.name,
            self.public,
            self.counter,
            self.added_at,
            self.used_at,
        )


class PasskeyHolderItem(Item, discriminator="passkey_holder"):
    """Whose a mark is: no two people have one."""

    holder = UnicodeAttribute()
    role = UnicodeAttribute()


class ChallengeItem(Item, discriminator="challenge"):
    """A challenge that was used, until it would be too old anyway."""

    expires_at_epoch = Whole()


class DynamoPasskeys:
    """Implements ``chalicelib.domain.passkeys.Passkeys``."""

    def find(self, mark: str) -> Passkey | None:
        """Read whose it is, then the passkey."""
        for whose in together([(_mark_key(mark), "PASSKEY")]):
            for item in together([(_partition(whose.holder, Role(whose.role)), mark)]):
                return PasskeyItem.to_domain(item)
        return None

    def of(self, holder: str, role: Role) -> tuple[Passkey, ...]:
        """Read the partition."""
        found = backwards(_partition(holder, role), "0", "~", consistent=True)
        known = [item.to_domain() for item in found if isinstance(item, PasskeyItem)]
        return tuple(sorted(known, key=lambda one: (one.added_at, one.mark)))

    def add(self, passkey: Passkey, account: Account, session: Session, challenge: str) -> bool:
        """Write the passkey, whose it is, that the account has it, and that the challenge is used."""

        def write(transaction: TransactWrite) -> None:
            check_session(transaction, session)
            note_passkey(transaction, account, passkey.mark)
            _use(transaction, challenge, passkey.added_at)
            whose = PasskeyHolderItem(
                _mark_key(passkey.mark), "PASSKEY", holder=passkey.holder, role=passkey.role.value
            )
            transaction.save(whose, condition=PasskeyHolderItem.pk.does_not_exist())
            transaction.save(_item(passkey), condition=PasskeyItem.pk.does_not_exist())

        return not commit(write)

    def remove(self, passkey: Passkey) -> None:
        """Delete both items."""

        def write(transaction: TransactWrite) -> None:
            take_out(transaction, passkey)

        if commit(write):
            raise Unavailable("contended")

    def admit(
        self, account: Account, session: Session, closed: tuple[Place, ...], used: Passkey, before: Passkey,
        challenge: str,
    ) -> bool:  # fmt: skip
        """Write the session, the counter, and that the challenge is used."""

        def write(transaction: TransactWrite) -> None:
            _use(transaction, challenge, session.opened_at)
            open_session(transaction, account, session, closed, account.password_hash)
            transaction.update(
                _item(used),
                actions=[PasskeyItem.counter.set(used.counter), PasskeyItem.used_at.set(session.opened_at)],
                condition=(PasskeyItem.public == before.public) & (PasskeyItem.counter == before.counter),
            )

        return not commit(write)


def take_out(transaction: TransactWrite, passkey: Passkey) -> None:
    """Add to a transaction that a passkey is taken out; one that is not there is as good."""
    transaction.delete(_item(passkey))
    transaction.delete(PasskeyHolderItem(_mark_key(passkey.mark), "PASSKEY"))


def _use(transaction: TransactWrite, challenge: str, at: datetime) -> None:
    """Add to a transaction that a challenge is used, if it was not."""
    mark = mark_of(challenge.encode())
    item = ChallengeItem(f"CHALLENGE#{mark}", "CHALLENGE", **until(at + CHALLENGE_LIFE, mark))
    transaction.save(item, condition=ChallengeItem.pk.does_not_exist())


def _item(passkey: Passkey) -> PasskeyItem:
    return PasskeyItem(
        _partition(passkey.holder, passkey.role),
        passkey.mark,
        holder=passkey.holder,
        role=passkey.role.value,
        name=passkey.name,
        public=passkey.public,
        counter=passkey.counter,
        added_at=passkey.added_at,
        used_at=passkey.used_at,
    )


def _partition(holder: str, role: Role) -> str:
    return "PASSKEYS#" + (agent_key(holder) if role is Role.AGENT else tenant_key(holder))


def _mark_key(mark: str) -> str:
    return f"PASSKEY#{mark}"
