"""Quarantine (« quarantaine »): a file that was sent is inspected and scanned before anybody can open it.

Events may come late, twice, in any order or never; each look begins by reading what is kept, and ends in one
transaction.  The bytes that are promoted are the bytes that this look has read and inspected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.documents import Files
from chalicelib.domain.errors import Absent
from chalicelib.domain.mail import Mailer, Undeliverable
from chalicelib.domain.uploads import (
    CHECKED_WITHIN,
    EXTENSIONS,
    FORGOTTEN_AFTER,
    LARGEST_BYTES,
    LEAST_COUNTED_BYTES,
    LOOKED_AFTER,
    MOST_BYTES_A_DAY,
    Flaw,
    OverQuota,
    Purpose,
    SignedForm,
    Upload,
    Uploads,
    UploadState,
    consequence_of,
)

MAILED_WITHIN = timedelta(minutes=10)


class Verdict(StrEnum):
    """What the scanner says of bytes, in Amazon GuardDuty's words."""

    NO_THREATS = "NO_THREATS_FOUND"
    THREATS = "THREATS_FOUND"
    UNSUPPORTED = "UNSUPPORTED"
    ACCESS_DENIED = "ACCESS_DENIED"
    FAILED = "FAILED"


class Unsound(Exception):
    """The inspection refuses these bytes."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True)
class Received:
    """Bytes that wait in quarantine; ``again`` tells that we had them looked at again ourselves."""

    content: bytes
    mark: str
    again: bool = False


@dataclass(frozen=True)
class Sound:
    """Bytes that can be kept: a PDF as it came, a photo without what its camera wrote in it."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Scan:
    """A verdict on the bytes of a mark, and on no others."""

    mark: str
    verdict: Verdict


class Quarantine(Protocol):
    """Where files wait.  Nothing there can be opened by a tenant or an agent."""

    def form(self, upload: Upload, back: str) -> SignedForm:
        """Sign a form that lets one file in under the upload's own key; ``back`` is where S3 leads then."""

    def read(self, key: str) -> Received | None:
        """Read the bytes that lie there now, one more than may come at most; nothing if there are none."""

    def ask_again(self, key: str) -> bool:
        """Have the bytes told of and scanned anew; ``False`` if there are none."""

    def remove(self, key: str) -> None:
        """Take the bytes away, if any are there."""


class Inspector(Protocol):
    """Who reads the bytes."""

    def inspect(self, content: bytes) -> Sound:
        """Give what can be kept of a file; ``Unsound`` if nothing of it can."""


class Lookout(Protocol):
    """Who takes to the worker that an upload is to be looked at again."""

    def look_again(self, tenant: str, id: str) -> None:
        """Send the worker to look at an upload."""


@dataclass(frozen=True)
class Checkpoint:
    """What checking needs; ``scanned`` is whether the landlord's account has a scanner."""

    uploads: Uploads
    quarantine: Quarantine
    inspector: Inspector
    files: Files
    mail: Mailer
    scanned: bool


def look_at(point: Checkpoint, key: str, now: datetime, scan: Scan | None = None) -> None:
    """Look at the bytes under a key of the quarantine, knowing what the scanner said, if it did.

    Without a verdict on the very bytes that lie there, what is sound waits for it; what is not is refused at
    once.
    """
    tenant, _, id = key.rpartition("/")
    if not tenant:  # the scanner tries its rights with an object of its own
        return
    try:
        upload = point.uploads.get(tenant, id)
    except Absent:
        point.quarantine.remove(key)
        return
    if upload.is_settled:
        _finish(point, upload, now)
    elif received := point.quarantine.read(key):
        _check(point, upload, received, scan, now)


def look_again(point: Checkpoint, tenant: str, id: str, now: datetime) -> None:
    """Look at an upload of which nothing was heard: ask for its events anew, or give it up after a day.

    The day of a file begins when we first saw it: it may have come with the last form of another day.
    """
    try:
        upload = point.uploads.get(tenant, id)
    except Absent:
        return
    if upload.is_settled:
        _finish(point, upload, now)
    elif upload.look_at is None or upload.look_at > now:
        return
    elif now - (upload.received_at or upload.asked_at) < _limit(upload):
        _ask_again(point, upload, now)
    elif upload.state is UploadState.CHECKING:
        raise_alarm(Alarm.SCAN_MISSING, upload=upload.id)
        _refuse(point, upload, Flaw.UNCHECKED, now)
    elif received := point.quarantine.read(upload.quarantine_key):
        _check(point, upload, received, None, now)
    else:
        point.uploads.forget(upload)


def _limit(upload: Upload) -> timedelta:
    return FORGOTTEN_AFTER if upload.state is UploadState.AWAITED else CHECKED_WITHIN


def sweep(uploads: Uploads, lookout: Lookout, now: datetime) -> int:
    """Send the worker to the uploads of which nothing was heard; give how many."""
    late = uploads.due(now)
    for upload in late:
        lookout.look_again(upload.tenant, upload.id)
    return len(late)


def _ask_again(point: Checkpoint, upload: Upload, now: datetime) -> None:
    if point.quarantine.ask_again(upload.quarantine_key) and upload.state is UploadState.CHECKING:
        raise_alarm(Alarm.SCAN_MISSING, upload=upload.id)
    point.uploads.change(upload, replace(upload, look_at=now + LOOKED_AFTER))


def _check(point: Checkpoint, upload: Upload, received: Received, scan: Scan | None, now: datetime) -> None:
    verdict = scan.verdict if scan and scan.mark == received.mark else None
    try:
        upload = _count(point, upload, received, now)
        if verdict is Verdict.THREATS:
            raise Unsound(Flaw.THREAT)
        if len(received.content) > LARGEST_BYTES:
            raise Unsound(Flaw.TOO_BIG)
        sound = point.inspector.inspect(received.content)
        if verdict is Verdict.UNSUPPORTED:  # of what we can read ourselves, or the tenant would know why
            raise Unsound(Flaw.UNCHECKED)
    except Unsound as found:
        _refuse(point, upload, found.flaw, now)
        return
    if not point.scanned or verdict is Verdict.NO_THREATS:
        _accept(point, upload, sound, now)


def _count(point: Checkpoint, upload: Upload, received: Received, now: datetime) -> Upload:
    """Write that bytes came, and how many; those that we had looked at again may be counted already."""
    if received.mark == upload.mark:
        return upload
    checking = replace(
        upload, state=UploadState.CHECKING, mark=received.mark, look_at=now + LOOKED_AFTER, received_at=now
    )
    try:
        counted_before = received.again and upload.state is UploadState.CHECKING
        counted = 0 if counted_before else max(len(received.content), LEAST_COUNTED_BYTES)
        point.uploads.receive(checking, counted, MOST_BYTES_A_DAY)
    except OverQuota as error:
        raise Unsound(Flaw.TOO_MANY) from error
    return checking


def _accept(point: Checkpoint, upload: Upload, sound: Sound, now: datetime) -> None:
    key = upload.key_as(sound.media_type)
    kept = point.files.put(key, sound.content, sound.media_type)
    accepted = replace(
        upload,
        state=UploadState.ACCEPTED,
        key=key,
        media_type=sound.media_type,
        size_bytes=len(kept),
        settled_at=now,
        look_at=None,
    )
    if point.uploads.settle(accepted, consequence_of(accepted)):
        point.quarantine.remove(upload.quarantine_key)
    else:  # somebody was quicker, perhaps with other bytes
        _finish(point, point.uploads.get(upload.tenant, upload.id), now)


def _refuse(point: Checkpoint, upload: Upload, flaw: Flaw, now: datetime) -> None:
    refused = replace(upload, state=UploadState.REFUSED, flaw=flaw, settled_at=now, look_at=now)
    if point.uploads.settle(refused):
        _finish(point, refused, now)


def _finish(point: Checkpoint, upload: Upload, now: datetime) -> None:
    """Take away what is left of a settled upload, and tell the tenant of a refusal, once.

    What was kept before a try that came to no end is nobody’s: it goes as well.
    """
    point.quarantine.remove(upload.quarantine_key)
    for media_type in EXTENSIONS:
        if (key := upload.key_as(media_type)) != upload.key:
            point.files.remove(key)
    if upload.state is not UploadState.REFUSED or upload.told_at is not None:
        return
    if upload.mailing_at is not None and now - upload.mailing_at < MAILED_WITHIN:
        return
    mailing = replace(upload, mailing_at=now, look_at=now + MAILED_WITHIN)
    if not point.uploads.change(upload, mailing):
        return
    if upload.email:
        try:
            point.mail.send(upload.email, "upload_refused", _said(upload))
        except Undeliverable:
            raise_alarm(Alarm.MAIL_UNDELIVERABLE, upload=upload.id)
    point.uploads.change(mailing, replace(mailing, told_at=now, look_at=None))


def _said(upload: Upload) -> Mapping[str, str]:
    what = f"L’attestation d’assurance que vous avez envoyée pour le contrat L/{upload.lease}"
    if upload.purpose is Purpose.REQUEST:
        what = f"La pièce jointe que vous avez envoyée pour la demande n°\u00a0{upload.facts['number']}"
    return {"what": what, "reason": upload.reason, "path": upload.path}
