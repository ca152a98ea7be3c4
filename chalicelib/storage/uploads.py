"""Uploads in DynamoDB: a partition for each tenant, and in the index ``due`` until nothing is left to do."""

from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.domain import french
from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.uploads import (
    TOO_MANY_TODAY,
    Consequence,
    Flaw,
    OverQuota,
    Purpose,
    Upload,
    UploadState,
)
from chalicelib.storage.ledger import commit
from chalicelib.storage.rewriting import rewriting
from chalicelib.storage.table import CONDITION_FAILED, Facts, Item, Moment, Whole, condition_failed, moment
from chalicelib.storage.upload_consequences import write_consequence

DUE = "UPLOADS"
DAYS_KEPT = timedelta(days=3)
REFUSED_KEPT = timedelta(days=90)


class UploadItem(Item, discriminator="upload"):
    """An upload as written in the table; one that is refused goes after three months."""

    lease = UnicodeAttribute()
    purpose = UnicodeAttribute()
    facts = Facts()
    asked_at = Moment()
    email = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    flaw = UnicodeAttribute(null=True)
    mark = UnicodeAttribute(null=True)
    key = UnicodeAttribute(null=True)
    media_type = UnicodeAttribute(null=True)
    size_bytes = Whole(null=True)
    received_at = Moment(null=True)
    settled_at = Moment(null=True)
    mailing_at = Moment(null=True)
    told_at = Moment(null=True)
    look_at = Moment(null=True)
    expires_at_epoch = Whole(null=True)

    def to_domain(self) -> Upload:
        """Give the upload as the domain knows it."""
        return Upload(
            id=self.sk,
            tenant=self.pk.removeprefix(uploads_key("")),
            lease=self.lease,
            purpose=Purpose(self.purpose),
            facts=dict(self.facts),
            asked_at=self.asked_at,
            email=self.email or "",
            state=UploadState(self.state),
            flaw=Flaw(self.flaw) if self.flaw else None,
            mark=self.mark or "",
            key=self.key or "",
            media_type=self.media_type or "",
            size_bytes=self.size_bytes or 0,
            received_at=self.received_at,
            settled_at=self.settled_at,
            mailing_at=self.mailing_at,
            told_at=self.told_at,
            look_at=self.look_at,
        )


class UploadDayItem(Item, discriminator="upload_day"):
    """How many files a tenant asked to send in a day, and how many bytes came."""

    files = Whole(null=True)
    size_bytes = Whole(null=True)
    expires_at_epoch = Whole()


class DynamoUploads:
    """Implements ``chalicelib.domain.uploads.Uploads``."""

    def add(self, upload: Upload, most_files: int, most_bytes: int) -> bool:
        """Write the upload where there is none, and one file more for its day."""
        day = UploadDayItem
        room = (day.files.does_not_exist() | (day.files < most_files)) & (
            day.size_bytes.does_not_exist() | (day.size_bytes < most_bytes)
        )

        def write(transaction: TransactWrite) -> None:
            transaction.save(upload_item(upload), condition=UploadItem.pk.does_not_exist())
            transaction.update(*_day(upload.tenant, upload.asked_at, day.files.add(1)), condition=room)

        return _both(commit(write))

    def get(self, tenant: str, id: str) -> Upload:
        """Read one of the tenant's uploads."""
        try:
            return UploadItem.get(uploads_key(tenant), id, consistent_read=True).to_domain()
        except UploadItem.DoesNotExist as error:
            raise Absent(id) from error

    def receive(self, upload: Upload, size_bytes: int, most_bytes: int) -> bool:
        """Write that bytes came, and count them for the day on which they came."""
        day, other_mark = UploadDayItem, UploadItem.mark != upload.mark
        came_at = upload.received_at or upload.asked_at
        room = day.size_bytes.does_not_exist() | (day.size_bytes <= most_bytes - size_bytes)

        def write(transaction: TransactWrite) -> None:
            new = UploadItem.mark.does_not_exist() | other_mark
            transaction.update(*_rewritten(upload), condition=_unsettled() & new)
            transaction.update(*_day(upload.tenant, came_at, day.size_bytes.add(size_bytes)), condition=room)

        return _both(commit(write))

    def settle(self, upload: Upload, consequence: Consequence | None = None) -> bool:
        """Write the end of an upload with what follows, if it had not ended."""

        def write(transaction: TransactWrite) -> None:
            transaction.update(*_rewritten(upload), condition=_unsettled())
            if consequence:
                write_consequence(transaction, consequence)

        if not commit(write):
            return True
        if not self.get(upload.tenant, upload.id).is_settled:
            raise Conflict(upload.id)
        return False

    def change(self, before: Upload, after: Upload) -> bool:
        """Write who looks or writes next, if that is as it was read."""
        as_read = _is(UploadItem.look_at, before.look_at) & _is(UploadItem.mailing_at, before.mailing_at)
        item = upload_item(after)
        names = ("mailing_at", "told_at", "look_at", "due_pk", "due_sk")
        said = [(getattr(UploadItem, name), getattr(item, name)) for name in names]
        actions = [one.set(value) if value is not None else one.remove() for one, value in said]
        try:
            item.update(actions, UploadItem.pk.exists() & as_read)
        except UpdateError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def forget(self, upload: Upload) -> None:
        """Delete an upload that still waits for its file."""
        try:
            upload_item(upload).delete(UploadItem.state == UploadState.AWAITED.value)
        except DeleteError as error:
            if not condition_failed(error):
                raise

    def due(self, before: datetime) -> list[Upload]:
        """List from the index what was to be looked at by then."""
        late = Item.due_sk < f"{moment(before)}$"  # « $ » is just after the « # » that follows the moment
        found = Item.due.query(DUE, late)
        return [item.to_domain() for item in found if isinstance(item, UploadItem)]


def uploads_key(tenant: str) -> str:
    """Partition of the uploads of a tenant."""
    return f"UPLOAD#{tenant}"


def upload_item(upload: Upload) -> UploadItem:
    """Spell an upload for the table."""
    is_refused = upload.state is UploadState.REFUSED and upload.settled_at is not None
    return UploadItem(
        uploads_key(upload.tenant),
        upload.id,
        lease=upload.lease,
        purpose=upload.purpose.value,
        facts=dict(upload.facts),
        asked_at=upload.asked_at,
        email=upload.email or None,
        state=upload.state.value,
        flaw=upload.flaw.value if upload.flaw else None,
        mark=upload.mark or None,
        key=upload.key or None,
        media_type=upload.media_type or None,
        size_bytes=upload.size_bytes or None,
        received_at=upload.received_at,
        settled_at=upload.settled_at,
        mailing_at=upload.mailing_at,
        told_at=upload.told_at,
        look_at=upload.look_at,
        due_pk=DUE if upload.look_at else None,
        due_sk=f"{moment(upload.look_at)}#{upload.id}" if upload.look_at else None,
        expires_at_epoch=_epoch(upload.settled_at, REFUSED_KEPT) if is_refused else None,
    )


def _rewritten(upload: Upload) -> tuple[UploadItem, list[Any]]:
    item = upload_item(upload)
    return item, list(rewriting(item))


def _day(tenant: str, at: datetime, more: Any) -> tuple[UploadDayItem, list[Any]]:
    on: date = french.today(at)
    item = UploadDayItem(uploads_key(tenant), f"DAY#{on.isoformat()}")
    ends = UploadDayItem.expires_at_epoch.set(_epoch(at, DAYS_KEPT))
    return item, [more, ends, UploadDayItem.kind.set(UploadDayItem)]


def _epoch(at: datetime | None, kept: timedelta) -> int:
    return int((at + kept).timestamp()) if at else 0


def _unsettled() -> Condition:
    return UploadItem.state.is_in(UploadState.AWAITED.value, UploadState.CHECKING.value)


def _is(attribute: Any, value: datetime | None) -> Condition:
    condition: Condition = attribute == value if value else attribute.does_not_exist()
    return condition


def _both(codes: list[str]) -> bool:
    """Read what became of an upload and its day: ``False`` when it is the upload that was in the way.

    PynamoDB sends what is put before what is updated, so the upload is the first of the two.
    """
    if not codes:
        return True
    if codes[0] == CONDITION_FAILED:
        return False
    if CONDITION_FAILED in codes:
        raise OverQuota(TOO_MANY_TODAY)
    raise Unavailable("contended")
