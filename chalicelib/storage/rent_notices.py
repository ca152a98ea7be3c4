"""Rent notices in DynamoDB: a rent call lies in the index ``due`` until its notice is made.

A notice is one transaction: the call as it was read ends its waiting, the paper is on register, the entry is
in the books unless it was, and the mails are queued.  All of it holds only while the account is as read.
"""

from collections.abc import Sequence
from datetime import date

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain.documents import Document
from chalicelib.domain.leases import RentCall
from chalicelib.domain.ledger import lease_account, posting_of_call
from chalicelib.domain.outbox import QueuedMail
from chalicelib.domain.rent_notices import asking
from chalicelib.domain.rent_papers import NoticeCase
from chalicelib.storage.keys import book_key, calls_key
from chalicelib.storage.leases import CallItem, LeaseItem, call_item, call_place, lease_among
from chalicelib.storage.ledger import EntryItem, TotalItem, as_counted, raise_total, write_posting
from chalicelib.storage.paper_register import happens, register
from chalicelib.storage.parts import lies_in
from chalicelib.storage.table import Item, backwards, condition_failed, together
from chalicelib.storage.tenants import profile_keys, tenants_of


class DynamoRentNotices:
    """Implements ``chalicelib.domain.rent_papers.RentNotices``."""

    def waiting(self, month_on: date, part: int) -> list[str]:
        """Read the index, page after page."""
        return [str(item.due_sk) for item in Item.due.query(calls_key(month_on, part))]

    def has_waiting(self, month_on: date, part: int) -> bool:
        """Ask the index for one."""
        return lies_in(calls_key(month_on, part))

    def case(self, lease: str, month_on: date) -> NoticeCase | None:
        """Read the lease from its end back to the call, then balance and holders, then the month's entries.

        The entries come last, so that they have all that the balance counts.
        """
        pk, sk = call_place(lease, month_on)
        found = list(backwards(pk, sk, "UNIT#~", consistent=True))
        calls = [item for item in found if isinstance(item, CallItem) and item.sk == sk]
        if not calls or not any(isinstance(item, LeaseItem) for item in found):
            return None
        call, known = calls[0], lease_among(lease, found)
        account = book_key(lease_account(lease))
        beside = list(together([(account, "TOTAL"), *profile_keys(known.holders)]))
        totals = [item for item in beside if isinstance(item, TotalItem)]
        booked = _booked(account, call.to_domain())
        return NoticeCase(
            call.to_domain(),
            known,
            tenants_of(known.holders, beside),
            sum(item.cents for item in totals) - (booked or 0),
            booked,
            call.notice or "",
            call.problem or "",
            sum(item.moves for item in totals),
        )

    def issue(self, case: NoticeCase, paper: Document, mails: Sequence[QueuedMail]) -> bool:
        """Write all of it, or nothing."""
        lease, call = case.lease.number, case.call
        balance_cents = case.balance_before_cents + (case.booked_cents or 0)

        def write(transaction: TransactWrite) -> None:
            transaction.update(
                CallItem(*call_place(lease, call.month_on)),
                actions=[
                    CallItem.notice.set(paper.id),
                    CallItem.problem.remove(),
                    CallItem.due_pk.remove(),
                    CallItem.due_sk.remove(),
                ],
                condition=_as_read(case),
            )
            register(transaction, paper, mails)
            as_read = as_counted(case.moves, balance_cents)
            if case.booked_cents is None:
                write_posting(transaction, posting_of_call(lease, call.month_on, call.cents), as_read)
            else:  # the call may have come after the money: the receipts are looked at again
                raise_total(transaction, lease_account(lease), 0, as_read)

        return happens(write)

    def tell_problem(self, lease: str, month_on: date, problem: str) -> bool:
        """Write it beside the call."""
        news = CallItem.problem.does_not_exist() | (CallItem.problem != problem)
        try:
            CallItem(*call_place(lease, month_on)).update(
                [CallItem.problem.set(problem)],
                CallItem.pk.exists() & CallItem.notice.does_not_exist() & news,
            )
        except UpdateError as error:
            if not condition_failed(error):
                raise
            return False
        return True


def _booked(account: str, call: RentCall) -> int | None:
    """Find what the books ask for a month."""
    month = f"ENTRY#{call.month_on:%Y-%m}"
    found = list(backwards(account, f"{month}-01", f"{month}-31~", consistent=True))
    entry = asking(call, [item.to_domain() for item in found if isinstance(item, EntryItem)])
    return None if entry is None else entry.cents


def _as_read(case: NoticeCase) -> Condition:
    """The call says what was read, and has no notice yet."""
    read = call_item(case.call)
    condition: Condition = CallItem.notice.does_not_exist() & (CallItem.lines == read.lines)
    condition &= CallItem.due_on == read.due_on
    return condition
