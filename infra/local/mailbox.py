"""The mailbox of this machine: every mail the portal has sent, newest first (boîte aux lettres)."""

import base64
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser
from pathlib import Path

_ADDRESS = re.compile(r"https?://[^\s<>\"’»]+")


class UnknownMail(LookupError):
    """No mail, or no attachment, has that number."""


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail as its reader gets it; ``number`` says where to find it again."""

    number: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    links: tuple[str, ...]
    at: datetime
    attachments: tuple[Attachment, ...]


class Mailbox:
    """Reads the messages that ``kept_mail`` writes; each is read once."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._lock = directory, threading.Lock()
        self._read: dict[str, Mail] = {}

    def mails(self, limit: int, to: str = "") -> list[Mail]:
        """Give the newest mails first, those to one address if ``to`` is given."""
        found: list[Mail] = []
        for path in sorted(self._directory.glob("[0-9]*.eml"), reverse=True):
            mail = self._mail(path)
            if not to or to.lower() in mail.to.lower().split(", "):
                found.append(mail)
            if len(found) == limit:
                break
        return found

    def get(self, number: str) -> Mail:
        """Give one mail; ``UnknownMail`` if there is none of that number."""
        path = self._directory / f"{number}.eml"
        if not re.fullmatch(r"[0-9-]+", number) or not path.exists():
            raise UnknownMail(number)
        return self._mail(path)

    def shown_html(self, number: str) -> str:
        """Give a mail's page with the pictures it carries (``cid:``) put into it."""
        html = self.get(number).html
        for part in _message(self._directory / f"{number}.eml").walk():
            if name := str(part["Content-ID"] or "").strip("<>"):
                address = f"data:{part.get_content_type()};base64,{base64.b64encode(_bytes(part)).decode()}"
                html = html.replace(f"cid:{name}", address)
        return html

    def attachment(self, number: str, place: int) -> Attachment:
        """Give one attachment of a mail, counted from 0; ``UnknownMail`` if there is none."""
        attachments = self.get(number).attachments
        if not 0 <= place < len(attachments):
            raise UnknownMail(number)
        return attachments[place]

    def _mail(self, path: Path) -> Mail:
        with self._lock:
            if path.stem not in self._read:
                self._read[path.stem] = _read_mail(path)
            return self._read[path.stem]


class _Links(HTMLParser):
    """Collects what the links of a page lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def _read_mail(path: Path) -> Mail:
    message = _message(path)
    text, html = _part(message, "plain"), _part(message, "html")
    return Mail(
        number=path.stem,
        to=", ".join(address for _, address in getaddresses([str(message["X-Sent-To"] or "")])),
        sender=str(message["From"] or message["X-Sent-From"] or ""),
        subject=str(message["Subject"] or ""),
        text=text,
        html=html,
        links=_links(text, html),
        at=datetime.fromisoformat(str(message["X-Sent-At"])).astimezone(UTC),
        attachments=tuple(
            Attachment(part.get_filename() or f"piece-{place}", part.get_content_type(), _bytes(part))
            for place, part in enumerate(message.iter_attachments(), 1)
        ),
    )


def _message(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _links(text: str, html: str) -> tuple[str, ...]:
    """Give what the links of the page lead to, then the addresses of the text, each once."""
    parser = _Links()
    parser.feed(html)
    return tuple(dict.fromkeys([*parser.found, *(found.rstrip(".,;:)") for found in _ADDRESS.findall(text))]))
