"""Mails of the outbox, in memory or in the table, and who takes them as SES does."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Protocol

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib.domain.mail import Attachment, NotSent, NotTaken, Refused, Told, Undeliverable
from chalicelib.domain.outbox import (
    MailDesk,
    MailState,
    Outbox,
    QueuedMail,
    Unsent,
    queued_mail,
    send_waiting,
)
from chalicelib.domain.stints import Stint
from chalicelib.domain.tenants import Tenant
from chalicelib.storage.outbox import DynamoOutbox, QueuedMailItem, mail_item
from chalicelib.storage.parts import part_of
from chalicelib.storage.tenants import profile_item
from tests.insured import endless, somebody
from tests.mothers import put

MORNING = datetime(2026, 12, 1, 9, tzinfo=UTC)  # 10 h in Paris
TEMPLATE, VALUES = "rent_notice", {"month": "décembre 2026"}


def a_mail(tenant: str, about: str = "A-2026-12-009126", at: datetime = MORNING) -> QueuedMail:
    return queued_mail(about, tenant, TEMPLATE, VALUES, at)


class Place(Protocol):
    """An outbox, and the tenants to whom its mails go."""

    @property
    def outbox(self) -> Outbox:
        """Give the outbox."""

    def queue(self, *mails: QueuedMail) -> None:
        """Have mails wait."""

    def know(self, *tenants: Tenant) -> None:
        """Have tenants on file."""

    def read(self, id: str) -> QueuedMail:
        """Read a mail as it is now."""


class InTable:
    """In DynamoDB."""

    def __init__(self) -> None:
        self.outbox: Outbox = DynamoOutbox()

    def queue(self, *mails: QueuedMail) -> None:
        put(*map(mail_item, mails))

    def know(self, *tenants: Tenant) -> None:
        put(*(profile_item(one, 0) for one in tenants))

    def read(self, id: str) -> QueuedMail:
        return QueuedMailItem.get(f"OUTBOX#{id}", "MAIL", consistent_read=True).to_domain()


class InMemory:
    """In memory: the same answers to the same questions."""

    def __init__(self) -> None:
        self.outbox: Outbox = self
        self.mails: dict[str, QueuedMail] = {}
        self.parts: dict[int, list[str]] = {}
        self.tenants: dict[str, Tenant] = {}

    def queue(self, *mails: QueuedMail) -> None:
        for mail in mails:
            self.mails[mail.id] = mail
            self.parts.setdefault(part_of(mail.tenant), []).append(mail.id)

    def know(self, *tenants: Tenant) -> None:
        self.tenants |= {one.id: one for one in tenants}

    def read(self, id: str) -> QueuedMail:
        return self.mails[id]

    def has_waiting(self, part: int) -> bool:
        return any(True for _ in self.waiting(part))

    def waiting(self, part: int) -> Iterator[QueuedMail]:
        found = [self.mails[id] for id in self.parts.get(part, ())]
        yield from sorted(filter(_waits, found), key=lambda mail: (mail.queued_at, mail.id))

    def reader(self, mail: QueuedMail) -> tuple[Tenant | None, QueuedMail]:
        return self.tenants.get(mail.tenant), self.mails[mail.id]

    def claim(self, mail: QueuedMail, now: datetime) -> bool:
        known = self.mails[mail.id]
        same = (known.claimed_at, known.refused_at) == (mail.claimed_at, mail.refused_at)
        if same and _waits(known):
            self.mails[mail.id] = replace(known, claimed_at=now, unanswered=mail.unanswered)
        return same and _waits(known)

    def settle(self, mail: QueuedMail, now: datetime) -> None:
        self.note(mail.id, Told.SENT, now)

    def drop(self, mail: QueuedMail, reason: Unsent, now: datetime) -> None:
        known = self._tried(mail)
        if _waits(known):
            self.mails[mail.id] = replace(known, state=MailState.NOT_SENT, reason=reason.value)

    def release(self, mail: QueuedMail) -> None:
        known = self._tried(mail)
        if _waits(known) and known.claimed_at == mail.claimed_at:
            self.mails[mail.id] = replace(known, claimed_at=None)

    def _tried(self, mail: QueuedMail) -> QueuedMail:
        return replace(self.mails[mail.id], refused=mail.refused, refused_at=mail.refused_at)

    def note(self, id: str, told: Told, at: datetime) -> None:
        if (known := self.mails.get(id)) is None:
            return
        if told is Told.SENT and known.state is not MailState.SENT:
            known = replace(known, state=MailState.SENT, reason="")
        if getattr(known, told.value) is None:
            fields: dict[str, Any] = {told.value: at}
            known = replace(known, **fields)
        self.mails[id] = known


def _waits(mail: QueuedMail) -> bool:
    return mail.state is MailState.WAITING


@dataclass
class Post:
    """Takes mails as SES does; ``answers`` are what it says to who is written to, when it is not « taken ».

    ``around`` is told before a mail is taken and after.
    """

    answers: dict[str, type[Exception]] = field(default_factory=dict)
    busy: bool = False
    around: Callable[[str], None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    taken: list[tuple[str, str, dict[str, Any], str]] = field(default_factory=list)

    def send(
        self,
        to: str,
        template: str,
        values: Any,
        attachments: Sequence[Attachment] = (),
        receipt: str = "",
    ) -> None:
        self.asked.append(to)
        if self.busy or to in self.answers:
            raise self.answers.get(to, NotTaken)(receipt)
        self.around("before")
        self.taken.append((to, template, dict(values), receipt))
        self.around("after")

    def to(self) -> list[str]:
        """Give to whom a mail was taken, in order."""
        return [to for to, *_ in self.taken]


REFUSES: dict[str, type[Exception]] = {"refused@demo.example": Refused}
GONE: dict[str, type[Exception]] = {"gone@demo.example": Undeliverable}
STUCK: dict[str, type[Exception]] = {"stuck@demo.example": NotSent}


def send(place: Place, post: Post, at: datetime = MORNING, part: int = 0, stint: Stint | None = None) -> int:
    """Do what a worker does with a part at that moment."""
    return send_waiting(MailDesk(place.outbox, post), part, lambda: at, stint or endless())


def waiting_for(place: Place, *names: str) -> list[QueuedMail]:
    """Have a mail wait for each of some tenants, a second after the one before; give them."""
    mails = [a_mail(name, at=MORNING + timedelta(seconds=n)) for n, name in enumerate(names)]
    place.know(*(somebody(name) for name in names))
    place.queue(*mails)
    return mails


Answer = Callable[[AWSRequest], AWSResponse | None]


def refusing(status: int, code: str, said: str = "") -> Answer:
    """Have SES refuse in these words."""

    def answer(request: AWSRequest) -> AWSResponse:
        body = BytesIO(json.dumps({"message": said}).encode())
        body.stream = lambda **_: iter([body.getvalue()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, status, {"x-amzn-ErrorType": code}, body)

    return answer


def lost(request: AWSRequest) -> None:
    """Have SES take the mail, and its answer get lost."""
    URLLib3Session().send(request)
    raise ReadTimeoutError(endpoint_url=request.url)
