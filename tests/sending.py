"""Sending a file (« envoi »): the form of a page, sent to S3 as a browser does; the events that follow."""

import uuid
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from chalicelib.domain.uploads import SignedForm
from infra.local.scanner import scan_result
from tests.visitors import Seen

CREATED = "Object Created"


def form_of(page: Seen) -> SignedForm:
    """Read the form that a page sends to S3."""
    (action,) = [form.action for form in page.page.forms if form.action.startswith("http")]
    return SignedForm(action, page.page.form(action).fields)


def send_file(
    form: SignedForm, content: bytes, file_name: str = "attestation.pdf", **changes: str
) -> tuple[int, str]:
    """Send a file by a form, changed where a change is named; give the status, and where S3 then leads."""
    fields = {name: value for name, value in (dict(form.fields) | changes).items() if value}
    body, media_type = multipart(fields, content, file_name)
    address = urlsplit(form.address)
    connection = HTTPConnection(address.netloc, timeout=10)
    connection.request("POST", address.path, body, {"Content-Type": media_type})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Location") or ""


def multipart(fields: Mapping[str, str], content: bytes, file_name: str) -> tuple[bytes, str]:
    """Spell a form with a file, as browsers do (RFC 7578); the file comes last."""
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    quoted = file_name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
    )
    return b"".join(
        [*parts, content, f"\r\n--{edge}--\r\n".encode()]
    ), f"multipart/form-data; boundary={edge}"


def created(key: str, mark: str = "", size: int = 1) -> dict[str, Any]:
    """Write what S3 tells EventBridge of an object that came."""
    told = {
        "bucket": {"name": "espace-locataire-uploads"},
        "object": {"key": key, "etag": mark, "size": size},
    }
    return {"version": "0", "source": "aws.s3", "detail-type": CREATED, "detail": told}


def scanned(key: str, mark: str, verdict: str = "NO_THREATS_FOUND") -> dict[str, Any]:
    """Write what the scanner tells EventBridge of an object."""
    return scan_result(key, mark, verdict)
