"""Homes with books, rent calls and papers, and what is written of these (« logements »)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from botocore.awsrequest import AWSRequest

from benchmarks.capacity import write_units, written_keys
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.ledger import EntryKind, Line, Posting, lease_account
from chalicelib.domain.outbox import QueuedMail, queued_mail
from chalicelib.domain.rent_papers import paper_id
from chalicelib.storage.keys import book_key, receipts_key
from chalicelib.storage.leases import call_item, lease_items
from chalicelib.storage.ledger import DynamoLedger, TotalItem
from chalicelib.storage.outbox import QueuedMailItem
from chalicelib.storage.parts import part_of
from chalicelib.storage.table import Item, connection
from chalicelib.storage.tenants import profile_item
from tests.mothers import NOW, TODAY, a_call, a_lease, a_tenant, put
from tests.storage.books import stored_items

MONTH_ON = date(2026, 12, 1)
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


def a_home(lease: str = "9126", holders: Sequence[str] = ("anna",), month_on: date = MONTH_ON) -> None:
    """Have a lease whose rent call of a month waits for its notice."""
    call = call_item(a_call(lease, month_on), waits=True)
    tenants = [profile_item(a_tenant(holder), 0) for holder in holders]
    put(*lease_items(a_lease(lease, tuple(holders))), call, *tenants)


def move(lease: str, cents: int, id: str, on: date = TODAY, kind: EntryKind = EntryKind.PAYMENT) -> bool:
    """Post to a lease's account."""
    lines = (Line(lease_account(lease), cents), Line(f"bank:{lease}", -cents))
    return DynamoLedger().post(Posting(id, on, kind, "Virement reçu", lines))


def a_paper(
    number: str = "A-2026-12-009126",
    lease: str = "9126",
    kind: DocumentKind = DocumentKind.RENT_NOTICE,
    **more: Any,
) -> Document:
    id = paper_id(kind.value, TODAY, number)
    key, name = f"papers/{lease}/{number}.pdf", f"{number}.pdf"
    made = Document(id, lease, kind, f"Titre de {number}", TODAY, key, 40_000, name, number=number)
    return replace(made, **more)


def a_receipt(number: str = "Q-2026-12-009126", lease: str = "9126", **more: Any) -> Document:
    code = number.replace("-", "").ljust(16, "0")[-16:]
    return a_paper(
        number,
        lease,
        DocumentKind.RENT_RECEIPT,
        **({"code": code, "cents": 366_32, "month": "2026-12"} | more),
    )


def mails_about(paper: Document, *tenants: str) -> list[QueuedMail]:
    said = {"month": "décembre 2026", "amount": "366,32\u00a0€", "path": paper.path}
    return [queued_mail(paper.number, tenant, "rent_notice", said, NOW) for tenant in tenants]


def total(lease: str = "9126") -> TotalItem:
    return TotalItem.get(book_key(lease_account(lease)), "TOTAL", consistent_read=True)


def is_marked(lease: str = "9126") -> bool:
    """Tell whether an account lies where who looks at receipts finds it."""
    found = [item for item in Item.due.query(receipts_key(part_of(lease))) if item.due_sk == lease]
    return bool(found)


def queued() -> list[str]:
    """List to whom mails wait."""
    found = [Item.from_raw_data(item) for (pk, _), item in stored_items().items() if pk.startswith("OUTBOX#")]
    return sorted(item.tenant for item in found if isinstance(item, QueuedMailItem))


def units_of(act: Callable[[], Any]) -> float:
    """Count the write units of an act, by DynamoDB's rules."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def note(request: AWSRequest, event_name: str, **_: Any) -> None:
        if (operation := event_name.rsplit(".", 1)[1]) in WRITES:
            asked.append((operation, json.loads(request.body)))

    before = stored_items()
    connection().client.meta.events.register_first("before-send.dynamodb.*", note)
    act()
    connection().client.meta.events.unregister("before-send.dynamodb.*", note)
    after, units = stored_items(), 0.0
    for operation, one in asked:
        keys = [(pk, sk) for _, pk, sk in written_keys(operation, one)]
        units += write_units(
            operation, [before.get(key, {}) for key in keys], [after.get(key, {}) for key in keys]
        )
    return units
