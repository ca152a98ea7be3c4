"""Service requests in DynamoDB: whole under the tenant's requests, in short beside the profile while open."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, MapAttribute, UnicodeAttribute

from chalicelib.domain.errors import Absent
from chalicelib.domain.service_requests import RequestMessage, RequestState, ServiceRequest
from chalicelib.storage.table import Item, Moment, tenant_key

WIDTH = 14


class MessageMap(MapAttribute[str, object]):
    """One line of a thread."""

    at = Moment()
    text = UnicodeAttribute()
    from_landlord = BooleanAttribute()
    attachment = UnicodeAttribute(null=True)


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
                RequestMessage(one.at, one.text, bool(one.from_landlord), one.attachment or "")
                for one in self.thread
            ),
        )


class OpenRequestItem(Item, discriminator="open_request"):
    """What the home page shows of an open request; written with the request, in one transaction."""

    number = UnicodeAttribute()
    lease = UnicodeAttribute()
    topic = UnicodeAttribute()
    detail = UnicodeAttribute()
    opened_at = Moment()
    state = UnicodeAttribute()

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
        )


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
    }
    whole = RequestItem(
        requests_key(request.tenant),
        request.number.zfill(WIDTH),
        tenant=request.tenant,
        handler=request.handler or None,
        comment=request.comment or None,
        thread=[
            MessageMap(  # type: ignore[no-untyped-call]
                at=one.at, text=one.text, from_landlord=one.from_landlord, attachment=one.attachment or None
            )
            for one in request.thread
        ],
        **common,
    )
    return whole, OpenRequestItem(tenant_key(request.tenant), f"OPEN#{request.number.zfill(WIDTH)}", **common)
