"""Sent mail kept as files, one per message, before the answer of SES leaves (boîte aux lettres locale).

ministack would pass mail on to a mail server, too late to be sure of it and, through SES v2, without its
attachments.  So the whole message is taken from the request itself.  ``mailbox`` reads the files.
"""

import base64
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from infra.local import mail_receipts

Answer = tuple[int, dict[str, str], Any]
_OUTBOUND = "/v2/email/outbound-emails"


class KeptMail:
    """Writes messages into a directory; the name of a file says when it was sent."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self._numbers = directory, itertools.count()

    def attach(self) -> None:
        """Take the place of ministack's relay, in both versions of SES."""
        from ministack.services import ses, ses_v2

        self._send_v2: Callable[..., Awaitable[Answer]] = ses_v2.handle_request
        ses._smtp_relay = lambda source, to, message: self.keep(source, to, message.encode())
        ses_v2._smtp_relay = lambda *_: None
        ses_v2.handle_request = self._handle_v2

    def keep(self, source: str, recipients: list[str], message: bytes) -> None:
        """Write one message; its envelope comes first, as headers of ours."""
        at = datetime.now(UTC).isoformat()
        envelope = f"X-Sent-At: {at}\nX-Sent-From: {source}\nX-Sent-To: {', '.join(recipients)}\n"
        name = f"{time.time_ns():020d}-{next(self._numbers):04d}.eml"
        fresh = self._directory / f".{name}"
        fresh.write_bytes(envelope.encode() + message.replace(b"\r\n", b"\n"))
        fresh.replace(self._directory / name)

    async def _handle_v2(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Answer:
        answer = await self._send_v2(method, path, headers, body, query)
        if method == "POST" and path == _OUTBOUND and answer[0] == 200:
            request = json.loads(body)
            message = _message(request)
            recipients = _recipients(request, message)
            self.keep(request.get("FromEmailAddress", ""), recipients, message)
            mail_receipts.tell(request, _message_id(answer), recipients)
        return answer


def _message_id(answer: Answer) -> str:
    """Give the name by which SES knows a mail that it took."""
    return str(json.loads(answer[2])["MessageId"])


def _message(request: dict[str, Any]) -> bytes:
    """Give the message of a SendEmail request of SES v2, raw or put together from its parts."""
    content = request["Content"]
    if "Raw" in content:
        return base64.b64decode(content["Raw"]["Data"])
    simple = content["Simple"]
    message = EmailMessage(policy.SMTP)
    message["Subject"] = simple["Subject"]["Data"]
    message["From"] = request.get("FromEmailAddress", "")
    message["To"] = ", ".join(request.get("Destination", {}).get("ToAddresses", []))
    for header in simple.get("Headers", []):
        message[header["Name"]] = header["Value"]
    message.set_content(simple["Body"].get("Text", {}).get("Data", ""))
    if "Html" in simple["Body"]:
        message.add_alternative(simple["Body"]["Html"]["Data"], subtype="html")
    for attachment in simple.get("Attachments", []):
        kind, _, subtype = attachment.get("ContentType", "application/octet-stream").partition("/")
        content_bytes = base64.b64decode(attachment["RawContent"])
        message.add_attachment(content_bytes, kind, subtype, filename=attachment["FileName"])
    return message.as_bytes()


def _recipients(request: dict[str, Any], message: bytes) -> list[str]:
    """Give the addresses of the envelope; those of the message when the request names none."""
    destination = request.get("Destination", {})
    named = [address for kind in ("To", "Cc", "Bcc") for address in destination.get(f"{kind}Addresses", [])]
    return named or [str(message_from_bytes(message, policy=policy.default)["To"] or "")]
