"""U1, U4: the form lets one file in, as the policy says and no other way; the list knows what is there."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.uploads import SignedForm
from chalicelib.storage import quarantine as module
from chalicelib.storage.files import S3Files, safe_name
from chalicelib.storage.quarantine import S3Quarantine
from infra.local.resources import Resources, client
from tests.conftest import ACCOUNT
from tests.mothers import an_upload
from tests.sending import send_file

BACK = "https://locataires.littoral-habitat.example/envois/x?recu=1"
UPLOAD = an_upload()
KEY = UPLOAD.quarantine_key
LARGEST = 10_000_000


@pytest.fixture
def quarantine(resources: Resources) -> S3Quarantine:
    return S3Quarantine(resources.uploads_bucket)


@pytest.fixture
def form(quarantine: S3Quarantine) -> SignedForm:
    return quarantine.form(UPLOAD, BACK)


@pytest.fixture
def s3(resources: Resources, aws: str) -> Any:
    return client("s3", aws, ACCOUNT)


def keys(s3: Any, resources: Resources) -> list[str]:
    found = s3.list_objects_v2(Bucket=resources.uploads_bucket).get("Contents", [])
    return [one["Key"] for one in found]


def test_the_policy_names_one_key_one_type_a_size_and_ten_minutes(
    form: SignedForm, resources: Resources
) -> None:
    policy = json.loads(b64decode(form.fields["policy"]))

    ends_at = datetime.fromisoformat(policy["expiration"])
    assert timedelta(minutes=9) < ends_at - datetime.now(UTC) <= timedelta(minutes=10)
    said = policy["conditions"]
    assert ["content-length-range", 1, LARGEST] in said
    assert {"key": KEY} in said
    assert {"bucket": resources.uploads_bucket} in said
    assert ["eq", "$Content-Type", "application/octet-stream"] in said
    assert ["eq", "$success_action_redirect", BACK] in said
    named = {name for one in said if isinstance(one, dict) for name in one}
    assert named == {"key", "bucket", "x-amz-algorithm", "x-amz-credential", "x-amz-date"}
    assert len(said) == 3 + len(named)


def test_a_file_comes_in_by_the_form_and_leads_back(
    form: SignedForm, quarantine: S3Quarantine, s3: Any
) -> None:
    assert send_file(form, b"%PDF")[0] == 303

    received = quarantine.read(KEY)
    assert received is not None
    assert (received.content, received.again) == (b"%PDF", False)


def altered(form: SignedForm) -> str:
    policy = json.loads(b64decode(form.fields["policy"]))
    policy["conditions"] = [one for one in policy["conditions"] if "content-length-range" not in one]
    return b64encode(json.dumps(policy).encode()).decode()


VIOLATIONS: dict[str, Callable[[SignedForm], tuple[bytes, dict[str, str]]]] = {
    "nothing in it": lambda _: (b"", {}),
    "a byte too many": lambda _: (bytes(LARGEST + 1), {}),
    "another's key": lambda _: (b"x", {"key": "9128-1/" + UPLOAD.id}),
    "another type": lambda _: (b"x", {"Content-Type": "text/html"}),
    "another way back": lambda _: (b"x", {"success_action_redirect": "https://elsewhere.example/"}),
    "a field that nobody allowed": lambda _: (b"x", {"x-amz-meta-again": "1"}),
    "another policy": lambda form: (b"x", {"policy": altered(form)}),
    "another signature": lambda _: (b"x", {"x-amz-signature": "0" * 64}),
    "no signature": lambda _: (b"x", {"x-amz-signature": ""}),
    "open to everybody": lambda _: (b"x", {"acl": "public-read"}),
}


@pytest.mark.parametrize("what", VIOLATIONS)
def test_what_the_policy_does_not_say_is_refused(
    form: SignedForm, s3: Any, resources: Resources, what: str
) -> None:
    content, changes = VIOLATIONS[what](form)

    status, _ = send_file(form, content, **changes)

    assert 400 <= status < 500
    assert keys(s3, resources) == []


def test_a_form_that_is_too_old_is_refused(
    quarantine: S3Quarantine, monkeypatch: pytest.MonkeyPatch, s3: Any, resources: Resources
) -> None:
    monkeypatch.setattr(module, "FORM_LIFE", timedelta(seconds=-1))

    assert send_file(quarantine.form(UPLOAD, BACK), b"x")[0] == 403
    assert keys(s3, resources) == []


HOSTILE = (
    *("../../etc/passwd", "..\\..\\x.pdf", "/etc/passwd", "C:\\x.pdf", "a/b.pdf", ".htaccess", "..", ".", ""),
    *(
        "x.pdf\r\nX: y",
        "x\n.pdf",
        "x\0.pdf",
        'x".pdf',
        "x';.pdf",
        "x.pdf.exe",
        "x.exe\u202efdp.",
        "CON",
        "$HOME",
    ),
    *(
        "`id`.pdf",
        "$(id).pdf",
        "|x.pdf",
        "&x.pdf",
        "<script>.pdf",
        "%2e%2e%2fx",
        "%00.pdf",
        "é" * 300,
        "😀.pdf",
    ),
    *(
        "x" * 5_000,
        " x.pdf ",
        "x .pdf",
        "-rf",
        "--help",
        "x.pdf;y=z",
        "x,y.pdf",
        "=1+1.csv",
        "@x",
        "+x",
        "~x",
    ),
    *("x\t.pdf", "x\u2028.pdf", "x\u200b.pdf", "\ufeffx.pdf", "\u00adx.pdf", "x:y.pdf", "x*?.pdf", "x#y.pdf"),
    *("${filename}", "{{7*7}}", "x%0d%0aSet-Cookie: a=b", "file:///etc/passwd", "\\\\host\\share\\x.pdf"),
    *("attestation d’assurance.pdf", "Attestation n°\u00a04.pdf"),
)


def test_a_hostile_name_becomes_no_key(
    quarantine: S3Quarantine, form: SignedForm, s3: Any, resources: Resources
) -> None:
    assert len(HOSTILE) >= 50
    for name in HOSTILE[::4]:
        assert send_file(form, b"x", name)[0] == 303

    assert keys(s3, resources) == [KEY]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_a_plain_one(name: str) -> None:
    safe = safe_name(name)

    assert safe
    assert len(safe) <= 100
    assert set(safe) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert safe[0] not in ".-"


def test_a_hostile_name_stays_a_file_to_keep(resources: Resources) -> None:
    link = S3Files(resources.files_bucket).link("uploads/1.pdf", 'x"; inline\r\nA: b', 60, "image/jpeg")

    assert "response-content-disposition=attachment%3B%20filename%3D%22x-inline-A-b%22" in link
    assert "response-content-type=image%2Fjpeg" in link
    assert "X-Amz-Expires=60" in link


def test_what_is_not_there_is_nothing(quarantine: S3Quarantine, form: SignedForm) -> None:
    send_file(form, b"x")

    assert quarantine.read(KEY[:-1]) is None, "the beginning of a key is no key"
    assert not quarantine.ask_again("9128-1/" + UPLOAD.id)
    quarantine.remove(KEY)
    quarantine.remove(KEY)
    assert quarantine.read(KEY) is None


def test_what_is_asked_for_again_says_so_and_is_the_same(quarantine: S3Quarantine, form: SignedForm) -> None:
    send_file(form, b"x")
    before = quarantine.read(KEY)

    assert quarantine.ask_again(KEY)

    after = quarantine.read(KEY)
    assert before is not None
    assert after is not None
    assert (after.content, after.mark, after.again) == (b"x", before.mark, True)
