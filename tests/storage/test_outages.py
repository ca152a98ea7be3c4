"""DynamoDB that is away, slow or busy: told as an outage, and nothing else is."""

from collections.abc import Callable

import pytest
from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import Unavailable
from chalicelib.storage.accounts import AccountItem, account_item
from chalicelib.storage.ledger import commit
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.table import Item, backwards, connection, together, use_table
from tests.faults import KINDS, Faults
from tests.mothers import an_account

pytestmark = pytest.mark.usefixtures("table")
Act = Callable[[], object]


def write(transaction: TransactWrite) -> None:
    transaction.save(account_item(an_account()))


ACTS: dict[str, Act] = {
    "Query": lambda: list(backwards("EMAIL#x", "A", "Z")),
    "BatchGetItem": lambda: list(together([("EMAIL#x", "ACCOUNT")])),
    "GetItem": lambda: AccountItem.count("EMAIL#x") and AccountItem.get("EMAIL#x", "ACCOUNT"),
    "PutItem": lambda: account_item(an_account()).save(),
    "UpdateItem": lambda: account_item(an_account()).update([AccountItem.role.set("locataire")]),
    "DeleteItem": lambda: account_item(an_account()).delete(),
    "TransactWriteItems": lambda: commit(write),
    "Query of an index": lambda: list(Item.due.query("EXPIRING#2026-11-23")),
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "conflict"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_whatever_is_asked_of_a_table_that_is_not_to_be_had_is_unavailable(
    act: Act, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    Faults(connection().client, lambda _: kind)

    with pytest.raises(Unavailable):
        act()


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_dynamodb_s_own_is_an_outage_whatever_it_is_called(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    faults = Faults(connection().client, lambda _: "broken")
    faults.statuses["broken"] = status

    with pytest.raises(Unavailable):
        DynamoSessions().of("9126-1")


def test_what_is_our_own_mistake_is_not_an_outage() -> None:
    with pytest.raises(BotoCoreError):
        connection().dispatch("GetItem", {"TableName": 3})
    with pytest.raises(PynamoDBException):
        AccountItem(" ", "ACCOUNT").update([AccountItem.pk.set("x")])
    use_table("a-table-that-is-not")
    with pytest.raises(PynamoDBException):
        list(backwards("EMAIL#x", "A", "Z"))
