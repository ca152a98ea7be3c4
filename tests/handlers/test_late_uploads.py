"""U3: files that come late, of which nobody told, or that cannot join: in the end all or nothing is kept."""

from dataclasses import replace

import pytest

from chalicelib.domain.errors import Absent, Conflict
from chalicelib.domain.quarantine import Sound
from chalicelib.domain.uploads import Flaw, UploadState, await_file, new_id
from chalicelib.gateways.inspection import ByteInspector
from chalicelib.portal import now, portal
from chalicelib.storage.uploads import DynamoUploads, UploadDayItem, uploads_key
from tests.handlers.test_upload_jobs import Customs, customs
from tests.mothers import ELOISE, an_upload
from tests.sent_files import BAD

__all__ = ["customs"]
PDF = "application/pdf"


def test_a_verdict_that_was_lost_is_asked_for_again_after_half_an_hour(
    customs: Customs, caplog: pytest.LogCaptureFixture
) -> None:
    upload = customs.receive()
    customs.tell(customs.created(upload))

    assert customs.sweep(29) == 0
    assert customs.sweep(2) == 1
    assert "scan_missing" in caplog.text
    received = portal().quarantine.read(upload.quarantine_key)
    assert received is not None
    assert received.again
    assert customs.sweep(1) == 0, "the answer has half an hour"
    customs.tell(customs.created(upload), customs.scanned(upload))
    assert customs.found(upload).state is UploadState.ACCEPTED


def test_a_file_of_which_nobody_told_is_found(customs: Customs) -> None:
    upload = customs.receive()

    assert customs.sweep(31) == 1
    customs.tell(customs.created(upload), customs.scanned(upload))
    assert customs.found(upload).state is UploadState.ACCEPTED


def test_bytes_whose_first_event_was_lost_are_counted(customs: Customs) -> None:
    upload = customs.receive()
    customs.sweep(31)
    customs.tell(customs.created(upload))

    day = UploadDayItem.get(uploads_key(ELOISE), f"DAY#{customs.clock.at:%Y-%m-%d}")
    assert day.size_bytes == 100_000
    customs.sweep(31)
    customs.tell(customs.created(upload))
    day.refresh()
    assert day.size_bytes == 100_000, "once"


def test_a_file_that_never_came_is_forgotten_after_a_day(customs: Customs) -> None:
    upload = await_file(portal().uploads, an_upload(new_id()), now())

    customs.sweep(31)
    assert customs.found(upload).state is UploadState.AWAITED
    assert customs.sweep(24 * 60 - 31 + 9) == 1
    assert customs.found(upload).state is UploadState.AWAITED, "the last form lives for ten minutes"
    assert customs.sweep(31) == 1
    assert customs.sweep(24 * 60) == 0
    with pytest.raises(Absent):
        customs.found(upload)


@pytest.mark.parametrize("told", [True, False])
def test_a_file_by_the_last_form_of_a_day_has_a_day_of_its_own(customs: Customs, told: bool) -> None:
    upload = await_file(portal().uploads, an_upload(new_id()), now())
    customs.clock.advance(minutes=24 * 60 + 8)
    customs.receive(upload=upload)
    if told:
        customs.tell(customs.created(upload))

    customs.sweep(31)
    assert customs.found(upload).state is UploadState.CHECKING
    customs.sweep(23 * 60)
    customs.tell(customs.scanned(upload))
    assert customs.found(upload).state is UploadState.ACCEPTED


def test_a_file_that_could_not_be_scanned_in_a_day_is_refused_and_told(customs: Customs) -> None:
    upload = customs.receive()
    customs.tell(customs.created(upload))

    customs.sweep(24 * 60)

    assert customs.found(upload).flaw is Flaw.UNCHECKED
    assert customs.waiting() == []
    assert customs.mails() == 1
    assert customs.sweep(24 * 60) == 0


def test_nothing_is_kept_of_a_file_that_could_not_join_and_was_then_refused(
    customs: Customs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_the_way(*_: object) -> None:
        raise Conflict(upload.id)

    upload = customs.receive()
    with monkeypatch.context() as contended:
        contended.setattr(DynamoUploads, "settle", in_the_way)
        assert customs.tell(customs.scanned(upload)) == ["m-0"]
    assert customs.kept() == [upload.key_as(PDF)]
    customs.receive(BAD["a PDF with a script"](), upload)

    customs.tell(customs.created(upload))

    assert customs.found(upload).flaw is Flaw.ACTIVE
    assert customs.kept() == []


@pytest.mark.parametrize("media_type", [None, PDF, "image/jpeg"])
def test_what_was_settled_while_somebody_read_stays_and_nothing_else(
    customs: Customs, monkeypatch: pytest.MonkeyPatch, media_type: str | None
) -> None:
    """Have somebody quicker refuse the upload, or accept it: the same file, or another by the same form."""
    upload = customs.receive()
    state = UploadState.ACCEPTED if media_type else UploadState.REFUSED
    key = upload.key_as(media_type) if media_type else ""
    quicker = replace(
        upload, state=state, key=key, media_type=media_type or "", settled_at=now(), look_at=None
    )
    inspect = ByteInspector.inspect

    def meanwhile(inspector: ByteInspector, content: bytes) -> Sound:
        assert portal().uploads.settle(quicker)
        if media_type:
            portal().files.put(key, content, media_type)
        return inspect(inspector, content)

    monkeypatch.setattr(ByteInspector, "inspect", meanwhile)

    assert customs.tell(customs.scanned(upload)) == []
    assert customs.kept() == ([key] if media_type else [])
    assert customs.waiting() == []
