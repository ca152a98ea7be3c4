"""D2: everything is lost; what is restored is the same to the byte, item, file and page."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.storage.table import leave_table
from infra.deploy import Patience
from infra.deploy.failure import NotReady
from infra.migrations.pace import Pace
from infra.restore.copies import begin, name_of_copy, remove, unsafe, wait
from infra.restore.drilling import Asked, drill
from infra.restore.pictures import all_items
from infra.restore.versions import look_at_files
from tests.conftest import Clock
from tests.infra.restore.conftest import TABLE, Landlord
from tests.town import forget_portal
from tests.visitors import Visitor

PAGES = ("/", "/contrat", "/documents", "/paiement", "/demandes", "/informations-personnelles")


def digests_of(items: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Give the SHA-256 of each item, by key."""
    return {
        f"{item['pk']['S']} {item['sk']['S']}": hashlib.sha256(
            json.dumps(item, sort_keys=True).encode()
        ).hexdigest()
        for item in items
    }


def digests_of_files(landlord: Landlord) -> dict[str, str]:
    """Give the SHA-256 of each file, by key."""
    s3, found = landlord.client("s3"), {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=landlord.bucket):
        for one in page.get("Contents", []):
            body = s3.get_object(Bucket=landlord.bucket, Key=one["Key"])["Body"].read()
            found[one["Key"]] = hashlib.sha256(body).hexdigest()
    return found


def pages_of(visitors: Sequence[Visitor]) -> list[bytes]:
    seen = [visitor.get(path) for visitor in visitors for path in PAGES]
    assert {one.status for one in seen} == {200}
    return [one.reply.body for one in seen]


@pytest.mark.parametrize(
    ("homes", "papers"), [(14, 20), pytest.param(680, 1000, marks=pytest.mark.long, id="long")]
)
def test_what_was_lost_comes_back_as_it_was(
    landlord: Landlord, clock: Clock, monkeypatch: pytest.MonkeyPatch, homes: int, papers: int
) -> None:
    tenants = landlord.settle(homes, papers)
    visitors = [Visitor() for _ in tenants[::7]]
    for visitor, tenant in zip(visitors, tenants[::7], strict=True):
        visitor.enter(tenant)
    items, files, pages = digests_of(landlord.items()), digests_of_files(landlord), pages_of(visitors)
    assert len(items) >= homes * 14 + papers
    assert len(files) == papers

    first = drill(landlord.place, Asked(TABLE, landlord.bucket, keep=True))
    assert first.wrong == []
    landlord.wipe()
    at = datetime.strptime(first.copy.rpartition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    again = drill(landlord.place, Asked(TABLE, landlord.bucket, at, keep=True, files=True))

    assert again.copy == first.copy
    assert [line for line in again.wrong if "entries of the copy" not in line] == []
    assert digests_of(landlord.items(first.copy)) == items
    assert digests_of_files(landlord) == files
    monkeypatch.setenv("PORTAL_TABLE", first.copy)
    leave_table()
    forget_portal()
    assert pages_of(visitors) == pages


def test_a_drill_in_peace_leaves_nothing_behind_and_says_how_long_it_took(landlord: Landlord) -> None:
    landlord.settle(2, 3)
    before = landlord.items()

    done = drill(landlord.place, Asked(TABLE, landlord.bucket))

    assert (done.wrong, done.kept) == ([], False)
    assert landlord.tables() == {"espace-locataire", TABLE}
    assert landlord.items() == before
    assert "restored in 0 min" in landlord.said
    count = len(before)
    assert f"{count} in the copy, {count} in the live table: 0 came since, 0 changed, 0 went" in landlord.said
    assert "3 of 3 papers have theirs" in landlord.said
    assert landlord.lines[-1] == "  the copy is deleted"


def test_the_copy_is_as_safe_as_the_live_table(landlord: Landlord) -> None:
    landlord.settle(1, 0)
    at = datetime.now(UTC).replace(microsecond=0)
    begin(landlord.place, TABLE, at)
    wait(landlord.place, name_of_copy(TABLE, at))
    assert unsafe(landlord.place, TABLE, name_of_copy(TABLE, at)) == [
        "deletion protection",
        "recovery",
        "expiry",
    ]

    done = drill(landlord.place, Asked(TABLE, landlord.bucket, at, keep=True))

    assert unsafe(landlord.place, TABLE, done.copy) == []
    with pytest.raises(landlord.client("dynamodb").exceptions.ClientError, match="deletion"):
        landlord.client("dynamodb").delete_table(TableName=done.copy)


def wrong_after(landlord: Landlord, *changes: dict[str, Any]) -> list[str]:
    """Write something into the live table, then drill."""
    landlord.settle(1, 1)
    for item in changes:
        stored = [one for one in landlord.items() if (one["pk"], one["sk"]) == (item["pk"], item["sk"])]
        whole = (stored[0] if stored else {}) | item
        landlord.client("dynamodb").put_item(TableName=TABLE, Item=whole)
    done = drill(landlord.place, Asked(TABLE, landlord.bucket))
    assert done.kept
    assert done.copy in landlord.tables(), "to be looked at"
    return done.wrong


def key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def test_a_balance_that_is_not_the_sum_of_its_lines_is_told(landlord: Landlord) -> None:
    (told,) = wrong_after(landlord, key("BOOK#lease:L0", "TOTAL") | {"cents": {"N": "1"}})

    assert told.startswith("1 accounts do not add up: BOOK#lease:L0; take a moment")


def test_half_a_posting_is_told(landlord: Landlord) -> None:
    entry = key("BOOK#banque#2026-11-01", "ENTRY#2026-11-01#x") | {
        "kind": {"S": "entry"},
        "id": {"S": "x"},
        "booked_on": {"S": "2026-11-01"},
        "entry": {"S": "appel"},
        "label": {"S": "x"},
        "cents": {"N": "100"},
    }
    (told,) = wrong_after(landlord, entry)

    assert told.startswith("all entries together give 100 cents")


def test_an_item_that_cannot_be_read_is_told_and_one_of_others_is_not(landlord: Landlord) -> None:
    unknown = key("PAYMENT#1", "PAYMENT")
    (told,) = wrong_after(
        landlord,
        unknown | {"kind": {"S": "payment"}},
        key("MIGRATIONS", "1") | {"kind": {"S": "migration"}},
        key("OTHERS", "1"),
    )

    assert told == "1 items that this version cannot read: PAYMENT#1 PAYMENT"


def test_an_entry_that_was_changed_or_lost_since_is_told(landlord: Landlord) -> None:
    landlord.settle(2, 0)
    at = datetime.now(UTC).replace(microsecond=0)
    drill(landlord.place, Asked(TABLE, landlord.bucket, at, keep=True))
    entries = [item for item in landlord.items() if item["kind"]["S"] == "entry"]
    dynamodb = landlord.client("dynamodb")
    dynamodb.put_item(TableName=TABLE, Item=entries[0] | {"cents": {"N": "7"}})
    dynamodb.delete_item(TableName=TABLE, Key={"pk": entries[1]["pk"], "sk": entries[1]["sk"]})

    done = drill(landlord.place, Asked(TABLE, landlord.bucket, at))

    assert done.wrong == ["2 entries of the copy are not in the live table as they were"]
    assert "0 came since, 1 changed, 1 went" in landlord.said


def test_files_that_went_or_changed_come_back_and_those_that_never_were_are_told(landlord: Landlord) -> None:
    landlord.settle(1, 4)
    s3, bucket = landlord.client("s3"), landlord.bucket
    keys = sorted(digests_of_files(landlord))
    before = digests_of_files(landlord)
    at = datetime.now(UTC).replace(microsecond=0)
    s3.delete_object(Bucket=bucket, Key=keys[0])
    s3.put_object(Bucket=bucket, Key=keys[1], Body=b"something else")
    versions = s3.list_object_versions(Bucket=bucket, Prefix=keys[2])["Versions"]
    s3.delete_object(Bucket=bucket, Key=keys[2], VersionId=versions[0]["VersionId"])
    asked = Asked(TABLE, bucket, at, keep=True)

    told = drill(landlord.place, asked).wrong
    assert told[0] == f"1 files are lost: {keys[2]}"
    assert told[1] == f"2 files are gone or changed, and can come back (FILES=1): {keys[0]}, {keys[1]}"
    assert keys[0] not in digests_of_files(landlord)

    brought = drill(landlord.place, Asked(TABLE, bucket, at, keep=True, files=True))
    assert brought.wrong == [told[0]]
    assert digests_of_files(landlord) == {name: before[name] for name in before if name != keys[2]}
    assert drill(landlord.place, asked).wrong == [told[0]], "what was brought back is sound"


def test_a_file_that_came_after_the_moment_is_not_the_one(landlord: Landlord) -> None:
    landlord.settle(1, 1)
    s3, bucket = landlord.client("s3"), landlord.bucket
    (paper,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    papers = {paper["Key"]: paper["Size"]}

    assert look_at_files(s3, bucket, papers, paper["LastModified"]).sound == list(papers)
    assert look_at_files(s3, bucket, papers, paper["LastModified"] - timedelta(hours=1)).lost == list(papers)


def test_a_copy_that_was_there_before_is_never_deleted(landlord: Landlord) -> None:
    landlord.settle(1, 0)
    at = datetime.now(UTC).replace(microsecond=0)
    asked = Asked(TABLE, landlord.bucket, at)
    begin(landlord.place, TABLE, at)

    done = drill(landlord.place, asked)

    assert done.kept
    assert done.copy in landlord.tables()


def test_a_moment_before_the_first_is_too_early_unless_its_copy_is_there(landlord: Landlord) -> None:
    landlord.settle(1, 0)
    at = datetime.now(UTC).replace(microsecond=0)
    asked = Asked(TABLE, landlord.bucket, at)
    landlord.first = at + timedelta(minutes=10)

    with pytest.raises(NotReady, match=rf"is before {TABLE} can .* is {name_of_copy(TABLE, at)}, if"):
        drill(landlord.place, asked)
    begin(landlord.place, TABLE, at)
    assert drill(landlord.place, asked).wrong == []


def test_a_copy_that_will_never_come_is_not_waited_for(landlord: Landlord) -> None:
    quick = replace(landlord.place, patience=Patience(look=0, stack=0, answer=0))

    with pytest.raises(NotReady, match="the copy nowhere is gone"):
        wait(quick, "nowhere")
    with described_as(landlord, "ARCHIVED"), pytest.raises(NotReady, match="is ARCHIVED, and will not come"):
        wait(quick, TABLE)


def test_whoever_waits_is_told_so_now_and_then(landlord: Landlord) -> None:
    quick = replace(landlord.place, patience=Patience(look=0, stack=0, answer=0))
    with described_as(landlord, "CREATING", times=3):
        wait(quick, TABLE, minute=0)

    assert landlord.lines == ["  CREATING since 0 s"] * 3


@contextmanager
def described_as(landlord: Landlord, status: str, times: int = 100) -> Iterator[None]:
    """Have each table described in a state of our choice, so many times."""
    left = [status] * times

    def tell(parsed: Any, **_: Any) -> None:
        if left:
            parsed["Table"]["TableStatus"] = left.pop()

    events = landlord.client("dynamodb").meta.events
    events.register("after-call.dynamodb.DescribeTable", tell)
    try:
        yield
    finally:
        events.unregister("after-call.dynamodb.DescribeTable", tell)


def test_the_live_table_is_read_in_pages_and_no_faster_than_a_migration(landlord: Landlord) -> None:
    landlord.settle(30, 0)
    slept: list[float] = []
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(json.loads(params["body"]))

    events = landlord.client("dynamodb").meta.events
    events.register("before-call.dynamodb.Scan", note)
    try:
        pace = Pace(units_per_second=1, clock=lambda: 0, sleep=slept.append)
        read = list(all_items(landlord.client("dynamodb"), TABLE, pace))
    finally:
        events.unregister("before-call.dynamodb.Scan", note)

    assert len(read) == len(landlord.items())
    assert len(asked) > 1
    assert {one["Limit"] for one in asked} == {200}
    assert slept == [float(number) for number in range(1, len(asked) + 1)], (
        "the local cloud says 1 unit a page"
    )


@pytest.mark.parametrize("name", [TABLE, "espace-locataire", "espace-locataire-prod"])
def test_nothing_but_a_copy_is_deleted(landlord: Landlord, name: str) -> None:
    with pytest.raises(NotReady, match="no copy"):
        remove(landlord.place, TABLE, name)

    assert TABLE in landlord.tables()


def test_without_recovery_or_before_its_time_there_is_nothing_to_restore(landlord: Landlord) -> None:
    late = Asked(TABLE, landlord.bucket, datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(NotReady, match="too late"):
        drill(landlord.place, late)
    landlord.client("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )

    with pytest.raises(NotReady, match="no point-in-time recovery"):
        drill(landlord.place, Asked(TABLE, landlord.bucket))


def test_an_empty_table_is_no_good_copy(landlord: Landlord) -> None:
    assert drill(landlord.place, Asked(TABLE, landlord.bucket)).wrong == ["the copy is empty"]
