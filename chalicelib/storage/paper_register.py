"""What issuing a paper writes, as parts of one transaction (« enregistrement »).

A paper is put on register with the mails that tell of it, on the condition that nobody was faster and that
the account it was made of is as it was read.  From then on it is never rewritten: it can only be void.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.domain.documents import Document
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.ledger import lease_account
from chalicelib.domain.outbox import QueuedMail
from chalicelib.storage.documents import DocumentItem, document_item
from chalicelib.storage.keys import book_key
from chalicelib.storage.ledger import TotalItem, as_counted, commit
from chalicelib.storage.outbox import QueuedMailItem, mail_item
from chalicelib.storage.table import CONDITION_FAILED


def happens(write: Callable[[TransactWrite], None]) -> bool:
    """Commit a fact; ``False`` if one of its conditions does not hold, and nothing is written."""
    codes = commit(write)
    if codes and CONDITION_FAILED not in codes:
        raise Unavailable("contended")
    return not codes


def register(transaction: TransactWrite, paper: Document, mails: Sequence[QueuedMail]) -> None:
    """Add to a transaction that a paper is on register and its mails wait; none must be there before."""
    transaction.save(document_item(paper), condition=DocumentItem.pk.does_not_exist())
    for mail in mails:
        transaction.save(mail_item(mail), condition=QueuedMailItem.pk.does_not_exist())


def make_void(transaction: TransactWrite, paper: Document, reason: str, now: datetime) -> None:
    """Add to a transaction that a paper, which must be valid still, holds no more."""
    item = document_item(paper)
    transaction.update(
        DocumentItem(item.pk, item.sk),
        actions=[DocumentItem.void_at.set(now), DocumentItem.void_reason.set(reason)],
        condition=DocumentItem.pk.exists() & DocumentItem.void_at.does_not_exist(),
    )


def check_account(transaction: TransactWrite, lease: str, moves: int, cents: int) -> None:
    """Add to a transaction that the account of a lease must be as it was read."""
    condition = as_counted(moves, cents)
    transaction.condition_check(TotalItem, book_key(lease_account(lease)), "TOTAL", condition=condition)
