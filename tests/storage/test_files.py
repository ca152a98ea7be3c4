"""Files in the bucket: kept once, read by signed addresses only."""

import urllib.request
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.errors import Unavailable
from chalicelib.storage.files import S3Files
from infra.local.resources import Resources

NAME = "ticket-T-261123-4F9A2C01.pdf"


@pytest.fixture
def files(resources: Resources) -> S3Files:
    return S3Files(resources.files_bucket)


def test_a_file_is_kept_and_the_first_one_for_good(files: S3Files) -> None:
    assert files.put("tickets/1.pdf", b"first", "application/pdf") == b"first"
    assert files.put("tickets/1.pdf", b"second", "application/pdf") == b"first"

    with urllib.request.urlopen(files.link("tickets/1.pdf", NAME, 60)) as answer:
        assert answer.read() == b"first"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{NAME}"'
        assert answer.headers["Content-Type"] == "application/pdf"


def test_a_file_that_is_not_there_is_not_found_and_nothing_is_open_without_signature(files: S3Files) -> None:
    files.put("tickets/1.pdf", b"x", "application/pdf")
    missing = files.link("tickets/2.pdf", NAME, 60)
    bare = files.link("tickets/1.pdf", NAME, 60).partition("?")[0]

    for address, status in ((missing, 404), (bare, 403)):
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(address)
        assert refused.value.code == status
        refused.value.close()


def test_an_address_is_signed_for_reading_one_file_for_so_long(files: S3Files) -> None:
    address = files.link("tickets/1.pdf", NAME, 60)

    assert "X-Amz-Expires=60" in address
    assert "X-Amz-SignedHeaders=host" in address
    request = urllib.request.Request(address, b"x", method="PUT")
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    refused.value.close()


def test_a_file_is_shown_where_that_is_asked_and_no_browser_would_run_it(files: S3Files) -> None:
    files.put("tickets/1.pdf", b"x", "application/pdf")

    for media_type, way in (("application/pdf", "inline"), ("text/html", "attachment")):
        with urllib.request.urlopen(files.link("tickets/1.pdf", NAME, 60, media_type, inline=True)) as answer:
            assert answer.headers["Content-Disposition"] == f'{way}; filename="{NAME}"'


def test_whether_there_is_a_file_can_be_asked(files: S3Files) -> None:
    files.put("tickets/1.pdf", b"x", "application/pdf")

    assert files.holds("tickets/1.pdf")
    assert not files.holds("tickets/2.pdf")
    files.remove("tickets/1.pdf")
    assert not files.holds("tickets/1.pdf")


@pytest.mark.parametrize("code", ["403", "404", "500", "503", "SlowDown"])
def test_forbidden_is_as_absent_and_what_cannot_be_told_is_no_answer(
    files: S3Files, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may read files and not list them is told « forbidden » of one that is not there."""

    def refuse(**_: str) -> None:
        raise ClientError({"Error": {"Code": code}}, "HeadObject")

    monkeypatch.setattr(files._client, "head_object", refuse)

    if code in {"403", "404"}:
        assert not files.holds("tickets/1.pdf")
    else:
        with pytest.raises(Unavailable):
            files.holds("tickets/1.pdf")


def test_while_s3_does_not_answer_nobody_can_tell(files: S3Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _: None)

    with pytest.raises(Unavailable):
        files.holds("tickets/1.pdf")
