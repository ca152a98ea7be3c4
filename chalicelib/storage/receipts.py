"""Receipts in DynamoDB, in step with the books: an account that moved lies in the index ``due``.

Whatever is written here holds on the condition that the account has not moved since it was read, so that
no receipt is ever given, or taken back, for books that are not so any more.
"""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.ledger import lease_account
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.rent_papers import ReceiptCase
from chalicelib.storage.codes import give_code, void_code
from chalicelib.storage.consents import ConsentItem
from chalicelib.storage.documents import FIRST_PAPER, LAST_CONSENT, DocumentItem
from chalicelib.storage.keys import book_key, lease_key, papers_key, receipts_key
from chalicelib.storage.leases import CallItem, LeaseItem, call_item, check_no_lease, lease_among
from chalicelib.storage.ledger import EntryItem, TotalItem, as_counted
from chalicelib.storage.paper_register import check_account, happens, make_void, register
from chalicelib.storage.parts import lies_in
from chalicelib.storage.table import Item, backwards, condition_failed, together
from chalicelib.storage.tenants import profile_keys, tenants_of


class DynamoReceipts:
    """Implements ``chalicelib.domain.rent_papers.Receipts``."""

    def waiting(self, part: int) -> list[str]:
        """Read the index, page after page."""
        return [str(item.due_sk) for item in Item.due.query(receipts_key(part))]

    def has_waiting(self, part: int) -> bool:
        """Ask the index for one."""
        return lies_in(receipts_key(part))

    def case(self, lease: str) -> ReceiptCase | None:
        """Read the count of moves before all else: what is read after it has all that it counts, or more."""
        book = book_key(lease_account(lease))
        moves = sum(item.moves for item in together([(book, "TOTAL")]))
        found = list(backwards(lease_key(lease), "CALL#", "UNIT#~", consistent=True))
        if not any(isinstance(item, LeaseItem) for item in found):
            return None
        known = lease_among(lease, found)
        entries = backwards(book, "ENTRY#", "ENTRY#~", consistent=True)
        papers = list(backwards(papers_key(lease), FIRST_PAPER, LAST_CONSENT, consistent=True))
        return ReceiptCase(
            known,
            tenants_of(known.holders, list(together(profile_keys(known.holders)))),
            tuple(item.to_domain() for item in entries if isinstance(item, EntryItem))[::-1],
            tuple(item.to_domain() for item in found if isinstance(item, CallItem))[::-1],
            tuple(item.to_domain() for item in papers if isinstance(item, DocumentItem))[::-1],
            frozenset(
                item.tenant for item in papers if isinstance(item, ConsentItem) and item.to_domain().is_given
            ),
            moves,
        )

    def issue(self, case: ReceiptCase, paper: Document, period: str, mails: Sequence[QueuedMail]) -> bool:
        """Write paper, code and mails, and of a quittance's call that it is frozen, or nothing."""

        def write(transaction: TransactWrite) -> None:
            _check(transaction, case)
            register(transaction, paper, mails)
            give_code(transaction, paper, period)
            if paper.kind is DocumentKind.RENT_RECEIPT:
                _freeze(transaction, case, paper)

        return happens(write)

    def void(self, case: ReceiptCase, paper: Document, reason: str, now: datetime) -> bool:
        """Write it of the paper and of its code, or of neither."""

        def write(transaction: TransactWrite) -> None:
            _check(transaction, case)
            make_void(transaction, paper, reason, now)
            void_code(transaction, paper, now)

        return happens(write)

    def looked(self, case: ReceiptCase) -> bool:
        """Take the account out of the index; one that nothing was ever posted to never was in it."""
        if not case.moves:
            return True
        try:
            TotalItem(book_key(lease_account(case.lease.number)), "TOTAL").update(
                [TotalItem.due_pk.remove(), TotalItem.due_sk.remove()], as_counted(case.moves, _cents(case))
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def forget(self, lease: str) -> None:
        """Take the account out of the index, on the condition that there is no such lease."""

        def write(transaction: TransactWrite) -> None:
            check_no_lease(transaction, lease)
            transaction.update(
                TotalItem(book_key(lease_account(lease)), "TOTAL"),
                actions=[TotalItem.due_pk.remove(), TotalItem.due_sk.remove()],
                condition=TotalItem.due_pk.exists(),
            )

        happens(write)


def _freeze(transaction: TransactWrite, case: ReceiptCase, paper: Document) -> None:
    """Add to a transaction that the call of a quittance, which must be as it was read, changes no more."""
    for call in case.calls:
        if f"{call.month_on:%Y-%m}" == paper.month:
            item = call_item(call)
            transaction.update(
                CallItem(item.pk, item.sk),
                actions=[CallItem.receipt.set(paper.id)],
                condition=CallItem.lines == item.lines,
            )


def _check(transaction: TransactWrite, case: ReceiptCase) -> None:
    check_account(transaction, case.lease.number, case.moves, _cents(case))


def _cents(case: ReceiptCase) -> int:
    return sum(entry.cents for entry in case.entries)
