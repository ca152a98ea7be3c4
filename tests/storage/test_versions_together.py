"""D3: a newer version writes to the same table, and this one neither stumbles over it nor takes it away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.account_changes import Outcome
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.sessions import hash_of
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.storage.account_changes import DynamoAccountChanges
from chalicelib.storage.accounts import DynamoAccounts
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.links import DynamoLinks
from chalicelib.storage.mail_health import DynamoMailHealth
from chalicelib.storage.payments import DynamoPayments
from chalicelib.storage.table import Item, connection
from tests.deliveries import bring, counts, files
from tests.mothers import NOW, a_document
from tests.storage.books import stored_items
from tests.storage.whole_tables import (
    ADDRESS,
    LEASE,
    PAID,
    SECRET,
    TENANT,
    WAITING,
    finish,
    pages,
    write_everything,
)

pytestmark = pytest.mark.usefixtures("table", "clock")
NEWER: dict[str, Any] = {"newer": {"S": "written by a version that is not ours"}}
# Everything that an import or a payment changes in place.
CHANGED = {
    "bad_address", "call", "certificate", "cover", "hold", "lease", "marks", "occupant", "open_request",
    "payment", "profile", "request", "total", "unit",
}  # fmt: skip
OTHER_FILES = files(
    baux=[{"residence": "Les Alizés"}],
    locaux=[{"loyer": "320,00"}],
    titulaires=[{"telephone_mobile": "06 00 00 00 00", "fin": "2027-01-31"}],
    occupants=[{"nom": "Anatole"}],
    avis=[{"libelle": "Loyer"}],
    attestations=[{"fin": "2027-03-31"}],
    demandes=[{"etat": "planifiee"}],
    messages=[{}, {"date": "2026-11-04T10:00", "texte": "Nous l’avons reçu."}],
    ecritures=[{}, {"numero": "E2", "libelle": "Régularisation", "debit": "1,00"}],
)


def put_raw(item: dict[str, Any]) -> None:
    connection().dispatch("PutItem", {"TableName": Item.Meta.table_name, "Item": item})


def test_what_a_newer_version_wrote_beside_ours_outlives_every_change() -> None:
    write_everything()
    for item in stored_items().values():
        for line in item.get("thread", {}).get("L", []):
            line["M"] |= NEWER
        put_raw(item | NEWER)
    before = stored_items()

    assert not bring(OTHER_FILES).errors
    DynamoMailHealth().record(BadAddress("autre@exemple.fr", Trouble.COMPLAINED, NOW + timedelta(days=1)))
    DynamoDocuments().add(a_document(LEASE))
    finish(WAITING)

    after = stored_items()
    kept = before.keys() & after.keys()
    assert {after[key]["kind"]["S"] for key in kept if after[key] != before[key]} == CHANGED
    assert [key for key in kept if "newer" not in after[key]] == []
    threads = [item["thread"]["L"] for item in after.values() if item.get("thread", {}).get("L")]
    assert [["newer" in line["M"] for line in thread] for thread in threads] == [[True, False], [True, True]]


def test_an_account_that_moves_takes_along_what_a_newer_version_wrote_in_it() -> None:
    write_everything()
    for item in stored_items().values():
        put_raw(item | NEWER)
    account, link = DynamoAccounts().find(ADDRESS), DynamoLinks().find(hash_of("a token"))
    assert account is not None
    assert link is not None

    moved = TimelineEvent(NOW, Action.ADDRESS_CHANGED, link.new_email)
    assert DynamoAccountChanges().move(link, account, hash_of(SECRET), moved) is Outcome.DONE

    after = stored_items()
    assert (f"EMAIL#{ADDRESS}", "ACCOUNT") not in after
    account_item, person = after[f"EMAIL#{link.new_email}", "ACCOUNT"], after[f"TENANT#{TENANT}", "ACCOUNT"]
    assert account_item["email"] == person["email"] == {"S": link.new_email}
    assert "newer" in account_item
    assert "newer" in person


def beside(sk: str) -> str:
    """Give a sort key just after all those of the same kind."""
    word, mark, _ = sk.partition("#")
    return word[:-1] + chr(ord(word[-1]) + 1) + (mark and "#1")


def test_kinds_of_items_that_only_a_newer_version_knows_are_passed_over() -> None:
    write_everything()
    expected = pages()
    for (pk, sk), item in stored_items().items():
        due = {name: item[name] for name in ("due_pk", "due_sk") if name in item}
        put_raw({"pk": {"S": pk}, "sk": {"S": beside(sk)}, "kind": {"S": "newer"}} | NEWER | due)
    assert len([item for item in stored_items().values() if item["kind"]["S"] == "newer"]) > len(CHANGED)

    assert pages() == expected
    unsettled = DynamoPayments().unsettled(NOW + timedelta(days=1))
    assert [payment.id for payment in unsettled] == [WAITING.id]
    assert {one[2] for one in counts(bring(files())).values()} == {1}, "the same files change nothing"
    assert not bring(OTHER_FILES).errors


def test_an_item_that_is_not_understood_cannot_be_written() -> None:
    unknown = Item.from_raw_data({"pk": {"S": "A"}, "sk": {"S": "B"}, "kind": {"S": "newer"}} | NEWER)

    with pytest.raises(ValueError, match="kind"):
        unknown.save()
    assert stored_items() == {}


def test_what_a_change_takes_out_is_gone() -> None:
    write_everything()
    payments = DynamoPayments()
    assert payments.get(PAID.id).session

    payments.save(replace(payments.get(PAID.id), session="", address=""))

    assert payments.get(PAID.id).session == ""
    assert {"session", "address"} & stored_items()[f"PAYMENT#{PAID.id}", "PAYMENT"].keys() == set()
