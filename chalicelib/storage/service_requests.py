"""Service requests in DynamoDB: whole under the tenant's requests, in short beside the profile while open."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, MapAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.domain.changes import Change
from chalicelib.domain.errors import Absent, Conflict, Unavailable
from chalicelib.domain.once import Sending
from chalicelib.domain.service_requests import RequestMessage, RequestState, ServiceRequest
from chalicelib.domain.timeline import Action, TimelineEvent
from chalicelib.domain.uploads import Upload
from chalicelib.storage.changes import change_item
from chalicelib.storage.keys import tenant_key
from chalicelib.storage.ledger import commit
from chalicelib.storage.once import send_once
from chalicelib.storage.table import CONDITION_FAILED, Item, Moment, Whole
from chalicelib.storage.tenants import count_request
from chalicelib.storage.timeline import action_item

WIDTH = 14


class MessageMap(MapAttribute[str, object]):
    """One line of a thread."""

    at = Moment()
    text = UnicodeAttribute()
    from_landlord = BooleanAttribute()
    attachment = UnicodeAttribute(null=True)
    upload = UnicodeAttribute(null=True)


class RequestItem(Item, discriminator="request"):
    """A request as written in the table."""

    number = UnicodeAttribute()
    tenant = UnicodeAttribute()
    lease = UnicodeAttribute()
    topic = UnicodeAttribute()
    detail = UnicodeAttribute()
    opened_at = Moment()
    state = UnicodeAttribute()
    handler = UnicodeAttribute(null=True)
    comment = UnicodeAttribute(null=True)
    about = UnicodeAttribute(null=True)
    opened_here = BooleanAttribute(null=True)
    thread = ListAttribute(of=MessageMap, default=list)

    def to_domain(self) -> ServiceRequest:
        """Give the request as the domain knows it."""
        return ServiceRequest(
            number=self.number,
            tenant=self.tenant,
            lease=self.lease,
            topic=self.topic,
            detail=self.detail,
            opened_at=self.opened_at,
            state=RequestState(self.state),
            handler=self.handler or "",
            comment=self.comment or "",
            thread=tuple(
                RequestMessage(
                    one.at, one.text, bool(one.from_landlord), one.attachment or "", one.upload or ""
                )
                for one in self.thread
            ),
            about=self.about or "",
            opened_here=bool(self.opened_here),
        )


class OpenRequestItem(Item, discriminator="open_request"):
    """What the home page shows of an open request; written with the request, in one transaction."""

    number = UnicodeAttribute()
    lease = UnicodeAttribute()
    topic = UnicodeAttribute()
    detail = UnicodeAttribute()
    opened_at = Moment()
    state = UnicodeAttribute()
    about = UnicodeAttribute(null=True)
    opened_here = BooleanAttribute(null=True)

    def to_domain(self) -> ServiceRequest:
        """Give the request without its thread."""
        return ServiceRequest(
            self.number,
            self.pk.removeprefix(tenant_key("")),
            self.lease,
            self.topic,
            self.detail,
            self.opened_at,
            RequestState(self.state),
            about=self.about or "",
            opened_here=bool(self.opened_here),
        )


class SequenceItem(Item, discriminator="sequence"):
    """The last number of a year that a request was given."""

    last = Whole(default=0)


class DynamoServiceRequests:
    """Implements ``chalicelib.domain.service_requests.ServiceRequests``."""

    def get(self, tenant: str, number: str) -> ServiceRequest:
        """Read one of the tenant's requests."""
        try:
            found = RequestItem.get(requests_key(tenant), number.zfill(WIDTH), consistent_read=True)
        except RequestItem.DoesNotExist as error:
            raise Absent(number) from error
        return found.to_domain()

    def of_tenant(self, tenant: str, after: str = "", limit: int = 20) -> tuple[list[ServiceRequest], str]:
        """Read the tenant's requests, latest first."""
        before = RequestItem.sk < after.zfill(WIDTH) if after else None
        found = list(
            RequestItem.query(
                requests_key(tenant), before, scan_index_forward=False, limit=limit + 1, page_size=limit + 1
            )
        )
        page = [item.to_domain() for item in found[:limit]]
        return page, page[-1].number if len(found) > limit else ""

    def take_number(self, year: int) -> int:
        """Count one more, in one request that nobody else can come into."""
        item = SequenceItem(f"SEQUENCE#D{year}", "SEQUENCE")
        item.update([SequenceItem.last.add(1), SequenceItem.kind.set(SequenceItem)])
        return item.last

    def open(self, request: ServiceRequest, change: Change, sending: Sending, known: int) -> bool:
        """Write the request whole and in short, and all that goes with it."""
        whole, short = request_items(request)
        event = TimelineEvent(request.opened_at, Action.REQUEST_SENT, request.number, request.detail)

        def write(transaction: TransactWrite) -> None:
            transaction.save(whole, condition=RequestItem.pk.does_not_exist())
            send_once(transaction, sending, request.opened_at)
            transaction.save(short)
            transaction.save(action_item(request.tenant, event))
            transaction.save(change_item(change))
            count_request(transaction, request.tenant, known)

        codes = commit(write)
        if codes and CONDITION_FAILED not in codes:
            raise Unavailable("contended")
        *others, count = codes or [""]  # PynamoDB sends updates after all else
        if count == CONDITION_FAILED and CONDITION_FAILED not in others:
            raise Conflict(request.tenant)
        return not codes


def requests_key(tenant: str) -> str:
    """Partition of all the requests of a tenant."""
    return f"REQUESTS#{tenant}"


def request_items(request: ServiceRequest) -> tuple[RequestItem, OpenRequestItem]:
    """Spell a request for the table: whole, and in short for the home page."""
    common: dict[str, Any] = {
        "number": request.number,
        "lease": request.lease,
        "topic": request.topic,
        "detail": request.detail,
        "opened_at": request.opened_at,
        "state": request.state.value,
        "about": request.about or None,
        "opened_here": request.opened_here or None,
    }
    whole = RequestItem(
        requests_key(request.tenant),
        request.number.zfill(WIDTH),
        tenant=request.tenant,
        handler=request.handler or None,
        comment=request.comment or None,
        thread=[_message_map(one) for one in request.thread],
        **common,
    )
    return whole, OpenRequestItem(tenant_key(request.tenant), f"OPEN#{request.number.zfill(WIDTH)}", **common)


def attach(transaction: TransactWrite, upload: Upload) -> None:
    """Add to a transaction that an accepted file joins a request's thread, and that the tenant sent it."""
    at, number = upload.settled_at or upload.asked_at, upload.facts["number"]
    message = RequestMessage(at, "", from_landlord=False, attachment=upload.file_name, upload=upload.id)
    transaction.update(
        RequestItem(requests_key(upload.tenant), number.zfill(WIDTH)),
        [RequestItem.thread.set(RequestItem.thread.append([_message_map(message)]))],
        condition=RequestItem.pk.exists(),
    )
    transaction.save(action_item(upload.tenant, TimelineEvent(at, Action.FILE_SENT, number)))


def _message_map(message: RequestMessage) -> MessageMap:
    return MessageMap(  # type: ignore[no-untyped-call]
        at=message.at,
        text=message.text,
        from_landlord=message.from_landlord,
        attachment=message.attachment or None,
        upload=message.upload or None,
    )
