"""U5: uploads and their counts: never more than a day has room for, however many ask at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.errors import Absent, Refused
from chalicelib.domain.uploads import (
    MOST_BYTES_A_DAY,
    MOST_FILES_A_DAY,
    NewAttachment,
    OverQuota,
    Upload,
    UploadState,
    await_file,
    begin_again,
    id_of_form,
    new_id,
)
from chalicelib.storage.service_requests import DynamoServiceRequests, request_items
from chalicelib.storage.uploads import DynamoUploads
from tests.mothers import ELOISE, NADEGE, NOW, a_request, an_upload, put

UPLOADS = DynamoUploads()
MEGABYTE = 1_000_000
pytestmark = pytest.mark.usefixtures("table")


def outcome(act: Callable[[], object]) -> str:
    try:
        return "done" if act() else "again"
    except OverQuota:
        return "over"


def accepted(upload: Upload) -> Upload:
    key = f"uploads/9126/{upload.id}.pdf"
    return replace(
        upload,
        state=UploadState.ACCEPTED,
        key=key,
        media_type="application/pdf",
        size_bytes=3,
        settled_at=NOW,
        look_at=None,
    )


def checking(upload: Upload, mark: str = "m-1") -> Upload:
    return replace(upload, state=UploadState.CHECKING, mark=mark, received_at=NOW)


def test_an_upload_is_read_as_it_was_written() -> None:
    upload = await_file(UPLOADS, an_upload(), NOW)

    assert UPLOADS.get(ELOISE, upload.id) == upload
    assert upload.look_at == NOW + timedelta(minutes=30)
    assert UPLOADS.due(NOW + timedelta(minutes=29)) == []
    assert UPLOADS.due(NOW + timedelta(minutes=30)) == [upload]


def test_another_s_upload_is_absent() -> None:
    upload = await_file(UPLOADS, an_upload(), NOW)

    for tenant, id in ((NADEGE, upload.id), (ELOISE, new_id()), ("", upload.id)):
        with pytest.raises(Absent):
            UPLOADS.get(tenant, id)


def test_fifty_who_ask_at_once_are_twenty() -> None:
    asked = [an_upload(new_id()) for _ in range(50)]

    with ThreadPoolExecutor(10) as pool:
        given = Counter(pool.map(lambda one: outcome(lambda: await_file(UPLOADS, one, NOW)), asked))

    assert given == {"done": MOST_FILES_A_DAY, "over": 30}
    assert len(UPLOADS.due(NOW + timedelta(days=1))) == MOST_FILES_A_DAY


def test_the_next_day_and_another_tenant_have_room_of_their_own() -> None:
    for _ in range(MOST_FILES_A_DAY):
        await_file(UPLOADS, an_upload(new_id()), NOW)

    with pytest.raises(Refused, match="Recommencez demain"):
        await_file(UPLOADS, an_upload(new_id()), NOW + timedelta(hours=14))
    await_file(UPLOADS, an_upload(new_id()), NOW + timedelta(hours=15))  # past midnight in Paris
    await_file(UPLOADS, an_upload(new_id(), NADEGE), NOW)


def test_a_form_sent_twice_asks_once_even_when_the_day_is_full() -> None:
    first = await_file(UPLOADS, an_upload(), NOW)
    for _ in range(MOST_FILES_A_DAY - 1):
        await_file(UPLOADS, an_upload(new_id()), NOW)

    assert await_file(UPLOADS, an_upload(), NOW + timedelta(seconds=1)) == first


def test_a_hundred_megabytes_come_in_and_no_more() -> None:
    uploads = [await_file(UPLOADS, an_upload(new_id()), NOW) for _ in range(15)]

    def come(upload: Upload) -> str:
        size = 10 * MEGABYTE
        return outcome(lambda: UPLOADS.receive(checking(upload), size, MOST_BYTES_A_DAY))

    with ThreadPoolExecutor(10) as pool:
        given = Counter(pool.map(come, uploads))

    assert given == {"done": 10, "over": 5}
    with pytest.raises(OverQuota):
        await_file(UPLOADS, an_upload(new_id()), NOW)


def test_the_same_bytes_count_once_and_others_again() -> None:
    upload = await_file(UPLOADS, an_upload(), NOW)

    assert UPLOADS.receive(checking(upload), 60 * MEGABYTE, MOST_BYTES_A_DAY)
    assert not UPLOADS.receive(checking(upload), 60 * MEGABYTE, MOST_BYTES_A_DAY)
    with pytest.raises(OverQuota):
        UPLOADS.receive(checking(upload, "m-2"), 60 * MEGABYTE, MOST_BYTES_A_DAY)


def test_an_upload_ends_once() -> None:
    put(*request_items(a_request()))
    upload = await_file(UPLOADS, an_upload(), NOW)
    refused = replace(upload, state=UploadState.REFUSED, settled_at=NOW)
    done = accepted(upload)

    assert UPLOADS.settle(done, NewAttachment(done))
    assert not UPLOADS.settle(done, NewAttachment(done))
    assert not UPLOADS.settle(refused)
    assert not UPLOADS.receive(checking(upload), 1, MOST_BYTES_A_DAY)
    UPLOADS.forget(upload)
    assert UPLOADS.get(ELOISE, upload.id) == done
    assert UPLOADS.due(NOW + timedelta(days=9)) == []
    thread = DynamoServiceRequests().get(ELOISE, "D2026-000123").thread
    assert [(one.attachment, one.upload) for one in thread if one.upload] == [(done.file_name, done.id)]


def test_who_has_read_an_older_state_changes_nothing() -> None:
    upload = await_file(UPLOADS, an_upload(), NOW)
    later = replace(upload, look_at=NOW + timedelta(hours=1))

    assert UPLOADS.change(upload, later)
    assert not UPLOADS.change(upload, replace(upload, look_at=NOW + timedelta(hours=2)))
    assert UPLOADS.get(ELOISE, upload.id) == later


def test_another_file_is_awaited_in_place_of_a_refused_one_alone() -> None:
    upload = await_file(UPLOADS, an_upload(), NOW)
    with pytest.raises(Absent):
        begin_again(UPLOADS, upload, new_id(), NOW)
    refused = replace(upload, state=UploadState.REFUSED, settled_at=NOW)
    UPLOADS.settle(refused)

    fresh = begin_again(UPLOADS, refused, new_id(), NOW)

    assert fresh.id != upload.id
    assert (fresh.facts, fresh.lease, fresh.email) == (upload.facts, upload.lease, upload.email)


@pytest.mark.parametrize("typed", ["", "A" * 21, "A" * 23, "../" + "A" * 19, "A" * 21 + "\n", "é" * 22])
def test_a_mark_that_no_page_of_ours_wrote_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        id_of_form(typed)
