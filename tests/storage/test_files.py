"""Files in the bucket: kept once, read by signed addresses only."""

import urllib.request
from urllib.error import HTTPError

import pytest

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
