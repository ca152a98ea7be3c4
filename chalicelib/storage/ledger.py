"""The books in DynamoDB: each account is a partition, each line an item that is written once.

A posting is one transaction: its lines, each on the condition that it is not there yet, and the balances
of the leases among its accounts.  The accounts that are not a lease's are cut by day, so that no partition
takes the writes of all.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date
from random import SystemRandom

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import Conflict
from chalicelib.domain.ledger import (
    EntryKind,
    LeaseAccount,
    LedgerEntry,
    Line,
    PendingPayment,
    Posting,
    lease_account,
    lease_of,
)
from chalicelib.storage.keys import book_key, receipts_key
from chalicelib.storage.parts import part_of
from chalicelib.storage.table import (
    CONDITION_FAILED,
    CONTENDED,
    Day,
    Item,
    Moment,
    Whole,
    backwards,
    connection,
    together,
)

TRIES = 5
_jitter = SystemRandom()


class EntryItem(Item, discriminator="entry"):
    """One line of a posting as written in the table."""

    id = UnicodeAttribute()
    booked_on = Day()
    entry = UnicodeAttribute()
    label = UnicodeAttribute()
    cents = Whole()
    payment = UnicodeAttribute(null=True)

    def to_domain(self) -> LedgerEntry:
        """Give the line as the domain knows it, past PynamoDB's descriptors: an account has hundreds."""
        said = self.attribute_values
        kind = EntryKind(said["entry"])
        return LedgerEntry(
            said["id"], said["booked_on"], kind, said["label"], said["cents"], said.get("payment", "")
        )


class PendingItem(Item, discriminator="pending"):
    """The payment that a lease waits for."""

    payment = UnicodeAttribute()
    cents = Whole()
    started_at = Moment()

    def to_domain(self) -> PendingPayment:
        """Give the pending payment as the domain knows it."""
        return PendingPayment(self.payment, self.cents, self.started_at)


class TotalItem(Item, discriminator="total"):
    """The balance of a lease's account: the sum of its lines, and how many postings made it what it is.

    It lies in the index ``due`` from each posting on until the lease's receipts were looked at.
    """

    cents = Whole(default=0)
    moves = Whole(default=0)


class DynamoLedger:
    """Implements ``chalicelib.domain.ledger.Ledger``."""

    def account(self, lease: str) -> LeaseAccount:
        """Read a lease's balance and pending payment, up to date: one query."""
        pk = book_key(lease_account(lease))
        return _account(lease, list(backwards(pk, "PENDING", "TOTAL", consistent=True)))

    def accounts(self, leases: Sequence[str]) -> list[LeaseAccount]:
        """Read several accounts in one request."""
        found = list(together(account_keys(leases)))
        return accounts_among(leases, found)

    def statement(self, lease: str, since: date) -> tuple[LeaseAccount, list[LedgerEntry]]:
        """Read the balance, the pending payment, and the entries since a day: one query, backwards."""
        pk = book_key(lease_account(lease))
        found = list(backwards(pk, f"ENTRY#{since.isoformat()}", "TOTAL", consistent=True))
        entries = [item.to_domain() for item in found if isinstance(item, EntryItem)]
        return _account(lease, [item for item in found if not isinstance(item, EntryItem)]), entries

    def post(self, posting: Posting) -> bool:
        """Write a posting; ``False`` if it was already there."""

        def write(transaction: TransactWrite) -> None:
            write_posting(transaction, posting)

        codes = commit(write)
        if not codes:
            return True
        if CONDITION_FAILED in codes:
            return False
        raise Conflict(posting.id)


def account_keys(leases: Sequence[str]) -> list[tuple[str, str]]:
    """Give the keys of the pending payment and the balance of each lease."""
    return [(book_key(lease_account(lease)), sk) for lease in leases for sk in ("PENDING", "TOTAL")]


def accounts_among(leases: Sequence[str], found: Sequence[Item]) -> list[LeaseAccount]:
    """Find the leases' accounts among items that were read together."""
    return [
        _account(lease, [item for item in found if item.pk == book_key(lease_account(lease))])
        for lease in leases
    ]


def _account(lease: str, found: Sequence[Item]) -> LeaseAccount:
    totals = [item.cents for item in found if isinstance(item, TotalItem)]
    pending = [item.to_domain() for item in found if isinstance(item, PendingItem)]
    return LeaseAccount(lease, sum(totals), pending[0] if pending else None)


def partition_of(account: str, booked_on: date) -> str:
    """Give the partition of an account's lines: a lease's own; for the landlord's accounts, the day's."""
    return book_key(account) if lease_of(account) else f"{book_key(account)}#{booked_on.isoformat()}"


def entry_place(account: str, booked_on: date, id: str) -> tuple[str, str]:
    """Give the key of a line of an account."""
    return partition_of(account, booked_on), f"ENTRY#{booked_on.isoformat()}#{id}"


def entry_item(posting: Posting, line: Line) -> EntryItem:
    """Spell one line of a posting for the table."""
    return EntryItem(
        *entry_place(line.account, posting.booked_on, posting.id),
        id=posting.id,
        booked_on=posting.booked_on,
        entry=posting.kind.value,
        label=posting.label,
        cents=line.cents,
        payment=posting.payment or None,
    )


def write_posting(transaction: TransactWrite, posting: Posting, as_read: Condition | None = None) -> None:
    """Add a posting's lines and balances to a transaction; the one lease's balance must be as it was read."""
    for line in posting.lines:
        transaction.save(entry_item(posting, line), condition=EntryItem.pk.does_not_exist())
    for line in posting.lines:
        if lease_of(line.account):
            raise_total(transaction, line.account, line.cents, as_read)


def raise_total(
    transaction: TransactWrite, account: str, cents: int, as_read: Condition | None = None
) -> None:
    """Add to a balance and mark the account, whose receipts may not be what they should be any more.

    The discriminator is set too, since the item may be new.
    """
    lease = lease_of(account) or ""
    transaction.update(
        TotalItem(book_key(account), "TOTAL"),
        actions=[
            TotalItem.cents.add(cents),
            TotalItem.moves.add(1),
            TotalItem.kind.set(TotalItem),
            TotalItem.due_pk.set(receipts_key(part_of(lease))),
            TotalItem.due_sk.set(lease),
        ],
        condition=as_read,
    )


def as_counted(moves: int, cents: int) -> Condition:
    """The account has not moved since it was read.

    The balance is looked at too: older versions count no postings.
    """
    same: Condition = TotalItem.cents == cents
    if not moves and cents == 0:
        same |= TotalItem.cents.does_not_exist()
    same &= TotalItem.moves == moves if moves else TotalItem.moves.does_not_exist()
    return same


def commit(write: Callable[[TransactWrite], None]) -> list[str]:
    """Commit a transaction; give the reasons, one per item in order, if a condition refused it.

    A transaction that met another on the same item is tried again with jitter: DynamoDB's own client
    does not (TransactionConflict is not among the errors it retries).
    """
    codes: list[str] = []
    for attempt in range(TRIES):
        try:
            with TransactWrite(connection=connection()) as transaction:
                write(transaction)
        except TransactWriteError as error:
            codes = [reason.code if reason else "" for reason in error.cancellation_reasons]
            if not codes or not set(codes) <= {"", CONDITION_FAILED, CONTENDED}:
                raise
            if CONTENDED not in codes:
                return codes
            time.sleep(_jitter.uniform(0, 0.05 * 2**attempt))
        else:
            return []
    return codes
