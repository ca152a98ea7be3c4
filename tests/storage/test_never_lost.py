"""D4: a ledger entry and a lease are written once and stay, whatever way somebody tries to lose them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest

from chalicelib.config import ROOT
from chalicelib.domain.errors import Conflict
from chalicelib.domain.ledger import Line, lease_account
from chalicelib.domain.payments import EUR, Fact, FactKind, PaymentStatus, event_of, posting_of
from chalicelib.storage import intake
from chalicelib.storage.intake_writes import MARKS, Key, read_keys
from chalicelib.storage.ledger import DynamoLedger
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.sessions import DynamoSessions
from chalicelib.storage.table import connection
from tests.deliveries import bring, files, only
from tests.mothers import NOW, a_posting
from tests.storage.books import check_books, stored_items
from tests.storage.test_versions_together import OTHER_FILES
from tests.storage.whole_tables import LEASE, PAID, TENANT, WAITING, finish, write_everything

pytestmark = pytest.mark.usefixtures("table", "clock")
Raw = dict[str, Any]
# What may be taken out of the table: the session of who leaves, what a lease waits for, and what somebody who
# left a lease, or a request that is done, no longer need to be shown.
TAKEN_OUT = {"SESSION", "PENDING", "HOLDER", "HOLD", "OPEN"}
# Files that were let in or refused leave quarantine; what was kept of one that was then refused goes.
QUARANTINE = {"policy-inspect-uploads.json": {"${UploadsBucket.Arn}/*", "${FilesBucket.Arn}/uploads/*"}}
# The functions that may delete an item at all.
MAY_DELETE = {
    "policy-web.json",
    "policy-sync-payments.json",
    "policy-clear-expired.json",
    "policy-inspect-uploads.json",
}


class Writes:
    """Every write to the table from now on, as the transaction it belongs to."""

    def __init__(self) -> None:
        self.transactions: list[list[tuple[str, Raw]]] = []
        connection().client.meta.events.register_first("before-send.dynamodb.*", self._note)

    def _note(self, request: AWSRequest, event_name: str, **_: Any) -> None:
        asked = json.loads(request.body)
        operation = event_name.rsplit(".", 1)[1]
        if operation == "TransactWriteItems":
            self.transactions.append([next(iter(one.items())) for one in asked["TransactItems"]])
        elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
            self.transactions.append([(operation.removesuffix("Item"), asked)])
        else:
            assert operation != "BatchWriteItem", "it knows no condition"

    def each(self) -> Iterator[tuple[str, str, str, list[tuple[str, Raw]]]]:
        """Give the operation, partition and sort key of each write, with all of its transaction."""
        for transaction in self.transactions:
            for operation, one in transaction:
                key = one.get("Key") or one["Item"]
                yield operation, key["pk"]["S"], key["sk"]["S"], transaction


def never_there(transaction: list[tuple[str, Raw]], pk: str, sk: str) -> bool:
    """Tell whether a transaction writes an item on the condition that it is absent."""
    return any(
        (one.get("Key") or one["Item"])["sk"]["S"] == sk
        and (one.get("Key") or one["Item"])["pk"]["S"] == pk
        and "attribute_not_exists" in one.get("ConditionExpression", "")
        for _, one in transaction
    )


def test_whatever_the_stores_do_entries_and_leases_are_written_where_there_are_none() -> None:
    """Do all that the stores can, and look at what they asked of the table."""
    writes = Writes()
    write_everything()
    bring(OTHER_FILES)
    bring(only(titulaires=[{"fin": "2026-01-31"}], demandes=[{"etat": "terminee"}]))
    finish(WAITING)
    DynamoSessions().close(*DynamoSessions().of(TENANT))

    entries, leases, taken_out = 0, 0, set()
    for operation, pk, sk, transaction in writes.each():
        if operation == "Delete":
            taken_out.add(sk.partition("#")[0])
        elif sk.startswith("ENTRY#"):
            assert operation == "Put"
            assert never_there(transaction, pk, sk) or never_there(transaction, pk, "TOTAL"), (pk, sk)
            entries += 1
        elif (pk, sk) == (f"LEASE#{LEASE}", "LEASE"):
            assert operation == "Update" or never_there(transaction, pk, sk)
            leases += 1
    assert taken_out == TAKEN_OUT
    assert (entries, leases) == (10, 2)


def untouched(before: dict[tuple[str, str], Raw]) -> bool:
    """Tell whether all entries and leases of before are what they were."""
    after = stored_items()
    held = {key: item for key, item in before.items() if item["kind"]["S"] in {"entry", "lease"}}
    assert len(held) == 8
    return all(after.get(key) == item for key, item in held.items())


def test_a_posting_under_the_name_of_another_changes_nothing() -> None:
    write_everything()
    posting = a_posting(LEASE, id="E9")
    assert DynamoLedger().post(posting)
    before = stored_items()

    other = replace(posting, label="autre", lines=(Line(lease_account(LEASE), 1), Line("bailleur", -1)))
    assert not DynamoLedger().post(other)
    assert stored_items() == before


def test_a_fact_that_is_booked_is_not_booked_over() -> None:
    write_everything()
    before, payments = stored_items(), DynamoPayments()
    paid = payments.get(PAID.id)
    (id,) = paid.booked
    for cents in (1, -PAID.cents):
        fact = Fact(id, FactKind.CHARGE, cents, EUR, NOW)
        again = replace(paid, status=PaymentStatus.PAID)
        payments.settle(again, posting_of(paid, fact), event_of(paid, fact))

    assert untouched(before)
    assert check_books()[LEASE] == 410_25 - PAID.cents


def test_a_payment_that_changed_meanwhile_books_nothing() -> None:
    write_everything()
    before = stored_items()
    fact = Fact("ch_late", FactKind.CHARGE, 1_00, EUR, NOW)

    with pytest.raises(Conflict):
        DynamoPayments().settle(PAID, posting_of(PAID, fact), event_of(PAID, fact))
    assert stored_items() == before


@pytest.mark.parametrize(
    "given",
    [
        only(ecritures=[{"debit": "1,00"}]),
        only(ecritures=[{"date": "2026-10-01"}]),
        only(ecritures=[{"debit": "", "credit": "410,25"}]),
        only(ecritures=[]),
        only(baux=[]),
        files(baux=[], ecritures=[]),
        only(titulaires=[{"fin": "2020-01-01"}]),
    ],
)
def test_no_file_of_the_landlord_takes_an_entry_or_a_lease_out(given: dict[str, bytes]) -> None:
    write_everything()
    before = stored_items()

    bring(given)

    assert untouched(before)
    assert check_books()[LEASE] == 410_25 - PAID.cents


def test_a_lease_that_came_meanwhile_is_looked_at_before_it_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bring a lease and its tenant in, behind the back of somebody who had found none."""
    bring(files(demandes=[], messages=[]))
    newer = {"S": "what the portal has beside it"}
    for key, item in stored_items().items():
        if key[1] in {"LEASE", "PROFILE"}:
            item_of = {"TableName": "espace-locataire", "Item": item | {"newer": newer}}
            connection().dispatch("PutItem", item_of)
    found = read_keys

    def too_early(keys: Iterable[Key]) -> dict[Key, Raw]:
        asked = list(keys)
        return {} if any(sk == MARKS for _, sk in asked) else found(asked)

    with monkeypatch.context() as looked:
        looked.setattr(intake, "read_keys", too_early)
        bring(files(baux=[{"residence": "Les Alizés"}], demandes=[], messages=[]))

    after = stored_items()
    assert after[f"LEASE#{LEASE}", "LEASE"]["residence"] == {"S": "Les Alizés"}
    assert after[f"LEASE#{LEASE}", "LEASE"]["newer"] == newer
    assert after[f"TENANT#{TENANT}", "PROFILE"]["newer"] == newer


def test_few_functions_may_delete_and_none_may_do_it_without_a_condition() -> None:
    for path in (ROOT / ".chalice").glob("policy-*.json"):
        said = json.loads(path.read_text(encoding="utf-8"))["Statement"]
        deleting = {action for one in said for action in one["Action"] if "Delete" in action}
        table = {action for one in said for action in one["Action"] if action.startswith("dynamodb:")}

        files = {one["Resource"]["Fn::Sub"] for one in said if "s3:DeleteObject" in one["Action"]}
        allowed = {"sqs:DeleteMessage", "s3:DeleteObject"}
        allowed |= {"dynamodb:DeleteItem"} if path.name in MAY_DELETE else set()
        assert deleting <= allowed, path.name
        assert files == QUARANTINE.get(path.name, set()), path.name
        assert not table & {"dynamodb:BatchWriteItem", "dynamodb:UpdateTable"}, path.name
        assert not [action for action in table if action.startswith("dynamodb:Partiql")], path.name
