"""Least privilege of the functions of papers, both ways."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.domain import french
from chalicelib.domain.documents import DocumentKind
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.ledger import EntryKind, posting_of_call
from chalicelib.domain.rent_papers import ChargeLine, ChargeStatement
from chalicelib.portal import now, portal
from chalicelib.storage.charge_statements import statement_item
from chalicelib.storage.documents import DynamoDocuments
from chalicelib.storage.parts import part_of
from chalicelib.storage.rent_notices import DynamoRentNotices
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT, Clock
from tests.handlers.conftest import eloise, provider
from tests.handlers.test_jobs import EVERY_QUARTER, call, messages
from tests.homes import CALLED_CENTS, DECEMBER, move_in
from tests.infra.aws.test_policies import Listen, Story, listen, same_both_ways, story, town
from tests.mothers import a_posting, put
from tests.town import Provider

__all__ = ["eloise", "listen", "provider", "story", "town"]
DONE = {"batchItemFailures": list[str]()}
NOTICES: dict[str, Any] = {"notices": ["9300", "9301", "9302"], "month": "2026-12"}
NOVEMBER = date(2026, 11, 1)
CHARGES = ChargeStatement("9300", 2025, DECEMBER, (ChargeLine("Eau froide", 1_200_00, 120_00, 100_00),))


@pytest.fixture
def december(town: Provider, clock: Clock) -> Clock:
    clock.at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    move_in(["9300", "9301"])
    move_in(["9302"], lines=())
    return clock


def pay(lease: str, cents: int, id: str, kind: EntryKind = EntryKind.PAYMENT) -> None:
    posting = a_posting(lease, -cents, id, french.today(now()), "Virement")
    assert portal().ledger.post(replace(posting, kind=kind))


def work(function: str, *said: dict[str, Any]) -> None:
    assert call(function, messages(*said)) == DONE


@contextmanager
def cut(monkeypatch: pytest.MonkeyPatch, store: type, step: str) -> Iterator[None]:
    """Have workers be cut at a step of a store: their file is kept by then, and nothing else."""

    def fail(*_: object) -> None:
        raise Unavailable(step)

    with monkeypatch.context() as patch:
        patch.setattr(store, step, fail)
        yield


def test_who_plans_the_papers_may_do_what_it_does(
    december: Clock, listen: Listen, resources: Resources
) -> None:
    def plan() -> None:
        assert call("plan_papers", EVERY_QUARTER) > 1

    work("issue_papers", {**NOTICES, "notices": ["9300"]})

    same_both_ways("plan_papers", listen(plan), resources)


def test_who_makes_the_papers_of_many_may_do_what_it_does(
    december: Clock, listen: Listen, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One home's entry is booked already, one's call has no lines, and a receipt has to be taken back."""
    portal().ledger.post(posting_of_call("9301", DECEMBER, CALLED_CENTS))
    put(statement_item(CHARGES))
    with cut(monkeypatch, DynamoRentNotices, "issue"):
        call("issue_papers", messages({**NOTICES, "notices": ["9300"]}))

    def make() -> None:
        shares = [{"share": "notices", "part": part_of("9300"), "month": "2026-12"}]
        work("issue_papers", *shares, NOTICES, {"statements": [["9300", 2025]]})
        pay("9300", CALLED_CENTS, "paid")
        work("issue_papers", {"receipts": ["9300"]})
        pay("9300", -CALLED_CENTS, "rejected", EntryKind.REJECTED_DEBIT)
        work("issue_papers", {"receipts": ["9300"]})

    calls = listen(make)
    papers = portal().documents.of_lease("9300")[0]

    assert {paper.kind: bool(paper.void_at) for paper in papers} == {
        DocumentKind.RENT_NOTICE: False,
        DocumentKind.RENT_RECEIPT: True,
        DocumentKind.CHARGE_STATEMENT: False,
    }
    same_both_ways("issue_papers", calls, resources)


def test_who_sends_the_mails_may_do_what_it_does(
    december: Clock, listen: Listen, resources: Resources
) -> None:
    work("issue_papers", NOTICES)
    parts = sorted({part_of(tenant) for tenant in ("9300-1", "9301-1")})

    same_both_ways(
        "send_mails", listen(lambda: work("send_mails", *({"part": part} for part in parts))), resources
    )


def test_who_makes_the_papers_that_somebody_waits_for_may_do_what_it_does(
    story: Story, listen: Listen, resources: Resources, aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers were cut before, when they had kept a file; a receipt is given, then taken back."""
    story.order()
    story.pay()
    story.sync()
    kept = {"Key": f"tickets/9126/{story.payment}.pdf", "Body": b"%PDF-1.7"}
    client("s3", aws, ACCOUNT).put_object(Bucket=resources.files_bucket, **kept)
    move_in(["9300"], NOVEMBER)
    work("issue_papers", {"notices": ["9300"], "month": "2026-11"})
    asked = {"lease": "9300", "tenant": "9300-1", "day": "2026-11-23"}
    with cut(monkeypatch, DynamoDocuments, "add"):
        call("issue_documents", messages({"certificate": asked}))

    def make() -> None:
        story.issue()
        work("issue_documents", {"certificate": asked})
        pay("9300", CALLED_CENTS, "paid")
        work("issue_documents", {"receipts": ["9300"]})
        pay("9300", -CALLED_CENTS, "rejected", EntryKind.REJECTED_DEBIT)
        work("issue_documents", {"receipts": ["9300"]})

    same_both_ways("issue_documents", listen(make), resources)
