"""U3: events of quarantine, lost, late, twice or in any order, and a worker killed anywhere: one same end."""

import json
from itertools import permutations
from typing import Any

import pytest

from chalicelib.domain.uploads import Flaw, Upload, UploadState, await_file, new_id
from chalicelib.handlers.upload_jobs import what_was_told
from chalicelib.portal import now, portal
from chalicelib.storage.service_requests import request_items
from chalicelib.storage.uploads import UploadDayItem, uploads_key
from infra.local.resources import Resources, client
from infra.local.scanner import EICAR, Scanner
from tests.conftest import ACCOUNT, Clock
from tests.handlers.test_jobs import EVERY_QUARTER, call, left, messages
from tests.killing import AFTER, BEFORE, killed
from tests.letters import letters
from tests.mothers import ELOISE, a_request, an_upload, put
from tests.sending import created, scanned, send_file
from tests.sent_files import BAD, a_pdf, a_picture
from tests.town import work

BACK = "http://127.0.0.1:8000/envois/x"
EMAIL = "9126-1@demo.example"
SAFE, DANGER = "NO_THREATS_FOUND", "THREATS_FOUND"
Event = dict[str, Any]


class Customs:
    """The quarantine and its worker, with nobody at the counter."""

    def __init__(self, resources: Resources, s3: Any, clock: Clock) -> None:
        self._resources, self._s3, self.clock = resources, s3, clock

    def receive(self, content: bytes = a_pdf(), upload: Upload | None = None) -> Upload:
        """Have a file asked for, and come."""
        asked = upload or await_file(portal().uploads, an_upload(new_id()), now())
        assert send_file(portal().quarantine.form(asked, BACK), content)[0] == 303
        return asked

    def created(self, upload: Upload) -> Event:
        return created(upload.quarantine_key)

    def scanned(self, upload: Upload, verdict: str = SAFE) -> Event:
        found = self._s3.head_object(Bucket=self._resources.uploads_bucket, Key=upload.quarantine_key)
        return scanned(upload.quarantine_key, found["ETag"], verdict)

    def tell(self, *events: Event) -> list[str]:
        return left(call("inspect_uploads", messages(*(json.dumps(event) for event in events))))

    def found(self, upload: Upload) -> Upload:
        return portal().uploads.get(upload.tenant, upload.id)

    def waiting(self) -> list[str]:
        listed = self._s3.list_objects_v2(Bucket=self._resources.uploads_bucket).get("Contents", [])
        return [one["Key"] for one in listed]

    def kept(self) -> list[str]:
        listed = self._s3.list_objects_v2(Bucket=self._resources.files_bucket).get("Contents", [])
        return [one["Key"] for one in listed]

    def joined(self, upload: Upload) -> int:
        """Count how often a file joined its request."""
        thread = portal().requests.get(ELOISE, "D2026-000123").thread
        return sum(one.upload == upload.id for one in thread)

    def mails(self) -> int:
        return len(letters(self._resources, EMAIL))

    def sweep(self, minutes: int) -> int:
        """Let time pass, have the sweep look, and its messages worked on; give how many."""
        self.clock.advance(minutes=minutes)
        found = call("sweep_uploads", EVERY_QUARTER)
        work(self._resources)
        return int(found)


@pytest.fixture
def customs(table: Resources, aws: str, clock: Clock) -> Customs:
    put(*request_items(a_request()))
    return Customs(table, client("s3", aws, ACCOUNT), clock)


def test_in_whatever_order_and_however_often_they_come_a_file_is_accepted_once(customs: Customs) -> None:
    for order in permutations(["created", "created", "scanned"]):
        upload = customs.receive()
        events = {"created": customs.created(upload), "scanned": customs.scanned(upload)}
        for name in order:
            assert customs.tell(events[name]) == []
        assert customs.tell(events["scanned"], events["created"]) == []

        assert customs.found(upload).state is UploadState.ACCEPTED
        assert customs.joined(upload) == 1
        assert f"uploads/9126/{upload.id}.pdf" in customs.kept()
    assert customs.waiting() == []
    assert customs.mails() == 0


@pytest.mark.parametrize(
    ("verdict", "state", "flaw"),
    [
        ("THREATS_FOUND", UploadState.REFUSED, Flaw.THREAT),
        ("UNSUPPORTED", UploadState.REFUSED, Flaw.UNCHECKED),
        ("FAILED", UploadState.CHECKING, None),
        ("ACCESS_DENIED", UploadState.CHECKING, None),
    ],
)
def test_without_the_scanner_s_word_nothing_is_let_in(
    customs: Customs, verdict: str, state: UploadState, flaw: Flaw | None
) -> None:
    upload = customs.receive()
    customs.tell(customs.created(upload))
    customs.tell(customs.scanned(upload, verdict))

    found = customs.found(upload)
    assert (found.state, found.flaw) == (state, flaw)
    assert customs.kept() == []
    assert customs.joined(upload) == 0
    assert customs.waiting() == ([] if flaw else [upload.quarantine_key])
    assert customs.mails() == (1 if flaw else 0)


def test_the_scanner_s_word_on_other_bytes_does_not_count(customs: Customs) -> None:
    upload = customs.receive()
    word = customs.scanned(upload)
    customs.receive(a_picture(), upload)  # the same form, sent again within its ten minutes
    customs.tell(customs.created(upload), word)
    assert customs.found(upload).state is UploadState.CHECKING

    customs.tell(customs.scanned(upload))

    assert customs.found(upload).media_type == "image/jpeg"


def test_a_file_that_the_inspection_refuses_is_not_saved_by_the_scanner(customs: Customs) -> None:
    upload = customs.receive(BAD["a PDF with a script"]())
    word = customs.scanned(upload)
    customs.tell(customs.created(upload))
    customs.tell(word)

    assert customs.found(upload).flaw is Flaw.ACTIVE
    assert customs.kept() == customs.waiting() == []
    assert customs.mails() == 1


@pytest.mark.parametrize(("verdict", "flaw"), [("UNSUPPORTED", Flaw.LOCKED), (DANGER, Flaw.THREAT)])
def test_who_sends_what_the_scanner_cannot_open_is_told_why(
    customs: Customs, verdict: str, flaw: Flaw
) -> None:
    upload = customs.receive(BAD["a PDF with a password"]())

    customs.tell(customs.scanned(upload, verdict))

    assert customs.found(upload).flaw is flaw


def test_what_comes_after_the_end_is_taken_away(customs: Customs) -> None:
    upload = customs.receive()
    customs.tell(customs.scanned(upload))
    customs.receive(a_picture(), upload)
    nobodys = an_upload(new_id())
    customs.receive(a_pdf(), nobodys)

    customs.tell(customs.scanned(upload), customs.created(nobodys))

    assert customs.found(upload).media_type == "application/pdf"
    assert customs.joined(upload) == 1
    assert customs.waiting() == []


def test_where_there_is_no_scanner_the_inspection_decides(
    customs: Customs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SCANNER", "none")
    portal.cache_clear()
    upload = customs.receive()

    customs.tell(customs.created(upload))

    assert customs.found(upload).state is UploadState.ACCEPTED


def test_an_event_that_nobody_understands_goes_back(customs: Customs) -> None:
    assert customs.tell({"detail-type": "Object Deleted", "detail": {}}) == ["m-0"]
    unscanned = scanned("t/x", "m")
    del unscanned["detail"]["scanResultDetails"]
    _, scan = what_was_told(unscanned)
    assert scan is not None
    assert scan.verdict == "FAILED"


def test_the_stand_in_scanner_knows_the_scanners_test_file_wherever_it_lies(
    customs: Customs, table: Resources, aws: str
) -> None:
    bad = customs.receive(a_pdf(trailer=b"/X (" + EICAR.replace(b")", b"\\)").replace(b"(", b"\\(") + b") "))
    hidden = customs.receive(a_picture() + EICAR)
    good = customs.receive()
    sqs = client("sqs", aws, ACCOUNT)
    told = table.uploads_queue.replace("uploads", "scanner")
    for upload in (bad, hidden, good):
        sqs.send_message(QueueUrl=told, MessageBody=json.dumps(customs.created(upload)))
    scanner = Scanner(client("s3", aws, ACCOUNT), sqs, told, table.uploads_queue)

    assert scanner.scan_batch(0) == 3
    work(table)

    assert customs.found(hidden).flaw is Flaw.THREAT
    assert customs.found(good).state is UploadState.ACCEPTED


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize(
    ("content", "state"),
    [(a_pdf(), UploadState.ACCEPTED), (BAD["a PDF with a password"](), UploadState.REFUSED)],
)
def test_killed_at_any_call_and_run_again_there_is_one_end(
    customs: Customs, when: str, content: bytes, state: UploadState
) -> None:
    """Kill at the first call, at the second with another file, and so on, until the work is done before."""
    uploads: list[Upload] = []
    killing = None
    while killing is None or killing.happened:
        upload = customs.receive(content)
        event = customs.scanned(upload)
        with killed(len(uploads), when) as killing:
            customs.tell(event)
        customs.tell(event)
        uploads.append(upload)
    customs.sweep(31)

    assert len(uploads) > 5
    assert customs.waiting() == []
    found = [customs.found(upload) for upload in uploads]
    assert {upload.state for upload in found} == {state}
    refused = state is UploadState.REFUSED
    assert [customs.joined(upload) for upload in uploads] == [not refused] * len(uploads)
    assert {upload.told_at is not None for upload in found} == {refused}
    # Twice to whom only the answer, or the note that it left, was lost.
    assert customs.mails() in ({len(uploads), len(uploads) + 1, len(uploads) + 2} if refused else {0})
    assert call("sweep_uploads", EVERY_QUARTER) == 0


def test_a_form_that_is_sent_a_thousand_times_is_looked_at_a_thousand_times_at_most(
    customs: Customs, table: Resources
) -> None:
    upload = customs.receive()
    day = UploadDayItem(uploads_key(ELOISE), f"DAY#{customs.clock.at:%Y-%m-%d}")
    day.update([UploadDayItem.size_bytes.set(100_000_000 - 150_000)])
    customs.tell(customs.created(upload))
    assert customs.found(upload).state is UploadState.CHECKING

    customs.receive(a_picture(), upload)
    customs.tell(customs.created(upload))

    assert customs.found(upload).flaw is Flaw.TOO_MANY
    assert customs.waiting() == []
