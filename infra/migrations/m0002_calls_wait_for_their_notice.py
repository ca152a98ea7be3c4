"""Rent calls of months to come wait for their notice, and each account for a look at its receipts.

What was written before there were papers says neither; older versions pass over what is added.  This month's
calls wait for nothing: the landlord has told of them already, and a second notice would ask twice.
"""

from datetime import UTC, date, datetime

from chalicelib.domain import french
from chalicelib.domain.ledger import lease_of
from chalicelib.storage.keys import book_key, calls_key, lease_key, receipts_key
from chalicelib.storage.parts import part_of
from infra.migrations.migration import Attributes, Change, Migration


def lay(item: Attributes) -> Change | None:
    """Find where a rent call or an account waits; nothing if this version has written it."""
    if item["kind"]["S"] == "total":
        return _account(item)
    return _call(item)


def _account(item: Attributes) -> Change | None:
    lease = lease_of(item["pk"]["S"].removeprefix(book_key("")))
    if lease is None or "moves" in item:
        return None
    return Change({"moves": {"N": "1"}, **_waiting(receipts_key(part_of(lease)), lease)})


def _call(item: Attributes) -> Change | None:
    month_on = date.fromisoformat(item["month_on"]["S"])
    if "due_pk" in item or "notice" in item or month_on <= french.today(datetime.now(UTC)):
        return None
    lease = item["pk"]["S"].removeprefix(lease_key(""))
    return Change(_waiting(calls_key(month_on, part_of(lease)), lease))


def _waiting(due_pk: str, lease: str) -> Attributes:
    return {"due_pk": {"S": due_pk}, "due_sk": {"S": lease}}


MIGRATION = Migration(2, "calls_wait_for_their_notice", ("total", "call"), lay, readable_by_older=True)
