"""Papers of many homes: each is made once; what cannot be made is told; who fails keeps nobody waiting."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from benchmarks.capacity import write_units, written_keys
from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.leases import RentCall
from chalicelib.domain.ledger import EntryKind, LedgerEntry, Posting
from chalicelib.domain.rent_papers import NoticeCase
from chalicelib.domain.stints import Stint
from chalicelib.portal import portal
from chalicelib.storage.leases import call_item
from chalicelib.storage.parts import part_of
from chalicelib.storage.rent_notices import DynamoRentNotices
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.handlers.test_jobs import EVERY_QUARTER, call, left, messages
from tests.homes import CALLED_CENTS, DECEMBER, move_in
from tests.letters import letters
from tests.mothers import a_posting, put
from tests.storage.books import stored_items
from tests.town import Counted, portal_endpoint, work

FIRST_AT_NINE = datetime(2026, 12, 1, 8, tzinfo=UTC)
DONE = {"batchItemFailures": list[str]()}


@pytest.fixture
def december(table: Resources, clock: Clock) -> Iterator[Clock]:
    """Have it be nine o'clock, on the day on which December's notices are made."""
    clock.at = FIRST_AT_NINE
    portal.cache_clear()
    yield clock
    portal.cache_clear()


def papers(lease: str) -> list[Document]:
    return portal().documents.of_lease(lease)[0]


def entries(lease: str) -> list[LedgerEntry]:
    return portal().ledger.statement(lease, date(2026, 1, 1))[1]


def files(resources: Resources) -> list[str]:
    s3 = client("s3", portal_endpoint(resources), ACCOUNT)
    found = s3.list_objects_v2(Bucket=resources.files_bucket, Prefix="papers/").get("Contents", [])
    return [one["Key"] for one in found]


def paid(lease: str) -> Posting:
    """Book the month's money, as the landlord's software does."""
    posting = a_posting(lease, -CALLED_CENTS, "paid", DECEMBER, "Virement")
    return replace(posting, kind=EntryKind.PAYMENT)


def notices(*leases: str) -> dict[str, Any]:
    return {"notices": list(leases), "month": "2026-12"}


def test_a_month_s_run_gives_each_home_its_notice_its_entry_and_a_mail_for_each_holder(
    december: Clock, table: Resources
) -> None:
    move_in(["9300"], holders=2)
    move_in(["9301"])

    assert call("plan_papers", EVERY_QUARTER) == len({part_of("9300"), part_of("9301")})
    work(table)
    assert call("plan_papers", EVERY_QUARTER) > 0, "mails, and accounts that moved"
    work(table)

    for lease in ("9300", "9301"):
        (paper,) = papers(lease)
        (entry,) = entries(lease)
        assert (paper.kind, paper.number) == (DocumentKind.RENT_NOTICE, f"A-2026-12-00{lease}")
        assert (entry.id, entry.cents, entry.booked_on) == ("call:2026-12", CALLED_CENTS, DECEMBER)
        assert paper.key in files(table)
    assert len(files(table)) == 2
    written = sorted(mail.to for mail in letters(table))
    assert written == [f"{name}@demo.example" for name in ("9300-1", "9300-2", "9301-1")]


def test_a_home_is_three_questions_and_one_transaction_of_fifteen_units(
    december: Clock, table: Resources
) -> None:
    move_in(["9300"], holders=2)
    units = 0.0

    def weighed(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        nonlocal units
        keys = written_keys(operation, asked)
        before = items(keys)
        answer = make(client, operation, asked)
        units += write_units(operation, before, items(keys))
        return answer

    make, calls = BaseClient._make_api_call, Counted().watch()
    asked = calls.during(lambda: call("issue_papers", messages(notices("9300"))))
    move_in(["9301"])
    with patch.object(BaseClient, "_make_api_call", weighed):
        call("issue_papers", messages(notices("9301")))

    assert asked == {"Query": 2, "BatchGetItem": 1, "TransactWriteItems": 1}
    assert units == 15, "docs/decisions/0017 says so"
    again = calls.during(lambda: call("issue_papers", messages(notices("9300"))))
    assert again == {"Query": 2, "BatchGetItem": 1}


def items(keys: list[tuple[str, str, str]]) -> list[Any]:
    """Read items as they are now, beside the count."""
    table = stored_items() if keys else {}
    return [table.get((pk, sk), {}) for _, pk, sk in keys]


def test_a_run_that_is_done_finds_nothing_more_to_do(december: Clock, table: Resources) -> None:
    move_in(["9300"])
    for _ in range(2):
        call("plan_papers", EVERY_QUARTER)
        work(table)
    kept = papers("9300"), entries("9300"), files(table), len(letters(table))

    december.advance(hours=1)
    again = call("plan_papers", EVERY_QUARTER)
    assert call("issue_papers", messages(notices("9300"), notices("9300", "9300"))) == DONE
    work(table)

    assert again == 0
    assert (papers("9300"), entries("9300"), files(table), len(letters(table))) == kept


def test_before_the_landlord_s_day_no_notice_is_made(december: Clock, table: Resources) -> None:
    december.at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    move_in(["9300"])

    assert call("plan_papers", EVERY_QUARTER) == 0


def test_papers_are_made_at_night_and_their_mails_wait_for_the_morning(
    december: Clock, table: Resources
) -> None:
    december.at = datetime(2026, 12, 1, 2, tzinfo=UTC)
    move_in(["9300"])
    for _ in range(2):
        call("plan_papers", EVERY_QUARTER)
        work(table)

    assert (len(papers("9300")), len(letters(table))) == (1, 0)
    december.at = FIRST_AT_NINE
    call("plan_papers", EVERY_QUARTER)
    work(table)
    assert len(letters(table)) == 1


def test_a_home_that_cannot_be_printed_is_told_once_and_is_no_failure(
    december: Clock, table: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    move_in(["9300"], lines=())
    move_in(["9301"])

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            assert call("issue_papers", messages(notices("9300", "9301"))) == DONE

    assert [record.alarm for record in caplog.records if hasattr(record, "alarm")] == ["paper_refused"]
    assert (papers("9300"), entries("9300"), len(papers("9301"))) == ([], [], 1)
    (refused,) = portal().runs.refusals(DECEMBER)
    assert refused.lease == "9300"
    assert "aucune ligne" in refused.reason
    assert portal().rent_notices.waiting(DECEMBER, part_of("9300")) == ["9300"], "tried again each hour"


def test_a_call_that_was_mended_is_made_by_the_next_run(december: Clock, table: Resources) -> None:
    move_in(["9300"], lines=())
    call("issue_papers", messages(notices("9300")))

    move_in(["9300"])
    call("plan_papers", EVERY_QUARTER)
    work(table)

    assert len(papers("9300")) == 1
    assert list(portal().runs.refusals(DECEMBER)) == []


def test_a_home_that_fails_brings_its_message_back_when_the_others_are_done(
    december: Clock, table: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes, read = ["9300", "9301", "9302", "9303"], DynamoRentNotices.case
    move_in(homes)

    def fail(store: DynamoRentNotices, lease: str, month_on: date) -> NoticeCase | None:
        if lease in {"9300", "9302"}:
            raise Unavailable("table")
        return read(store, lease, month_on)

    with monkeypatch.context() as patch:
        patch.setattr(DynamoRentNotices, "case", fail)
        answer = call("issue_papers", messages(notices(*homes), notices("9303")))

    assert left(answer) == ["m-0"]
    assert [len(papers(lease)) for lease in homes] == [0, 1, 0, 1]
    assert call("issue_papers", messages(notices(*homes))) == DONE
    assert [len(papers(lease)) for lease in homes] == [1, 1, 1, 1]


def test_a_home_without_a_lease_or_a_call_is_passed_over(december: Clock) -> None:
    lonely = RentCall("9305", DECEMBER, DECEMBER)
    put(call_item(lonely, waits=True))

    assert call("issue_papers", messages(notices("9304", "9305"))) == DONE


@pytest.mark.parametrize("said", [{"dance": 1}, {}, {"notices": ["1"]}, {"share": "dances", "part": 1}])
def test_a_message_that_says_nothing_we_know_comes_back(december: Clock, said: dict[str, Any]) -> None:
    assert left(call("issue_papers", messages(said))) == ["m-0"]


def test_every_home_waits_for_its_turn_in_the_pace(december: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(Stint, "take", lambda stint: taken.append("home"))

    call("issue_papers", messages(notices("1", "2"), {"receipts": ["3"]}, {"statements": [["4", 2025]]}))

    assert len(taken) == 4


def test_receipts_follow_what_was_paid_by_either_queue(december: Clock, table: Resources) -> None:
    move_in(["9300"])
    call("issue_papers", messages(notices("9300")))
    assert portal().ledger.post(paid("9300"))

    assert call("issue_documents", messages({"receipts": ["9300"]})) == DONE

    assert [paper.kind for paper in papers("9300")].count(DocumentKind.RENT_RECEIPT) == 1
    assert not portal().receipts.has_waiting(part_of("9300"))
    assert call("issue_papers", messages({"receipts": ["9300"]})) == DONE
    assert len(papers("9300")) == 2


def test_a_certificate_is_made_for_who_asked_and_for_nobody_else(december: Clock, table: Resources) -> None:
    move_in(["9300"])
    asked = {"lease": "9300", "tenant": "9300-1", "day": "2026-12-01"}

    for tenant in ("9126-1", "9300-1", "9300-1"):
        assert call("issue_documents", messages({"certificate": asked | {"tenant": tenant}})) == DONE

    assert [paper.number for paper in papers("9300")] == ["T-20261201-009300"]
