"""Sessions in DynamoDB, beside the tenant's profile, holds, open requests and latest actions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.domain.sessions import Session, Visitor
from chalicelib.storage.service_requests import OpenRequestItem
from chalicelib.storage.table import Item, Moment, Whole, backwards, tenant_key
from chalicelib.storage.tenants import HoldItem, ProfileItem
from chalicelib.storage.timeline import ActionItem

BESIDE_ACTIONS = 10
KEPT_AFTER_ITS_END = timedelta(days=1)


class SessionItem(Item, discriminator="session"):
    """A session as written in the table; ``expires_at_epoch`` lets DynamoDB sweep it up, late."""

    tenant = UnicodeAttribute()
    email = UnicodeAttribute(default="")
    secret_hash = UnicodeAttribute()
    opened_at = Moment()
    ends_at = Moment()
    remembered = BooleanAttribute()
    device = UnicodeAttribute(default="")
    expires_at_epoch = Whole()

    def to_domain(self) -> Session:
        """Give the session as the domain knows it."""
        return Session(
            self.tenant,
            self.email,
            self.secret_hash,
            self.opened_at,
            self.ends_at,
            bool(self.remembered),
            self.device,
        )


class DynamoSessions:
    """Implements ``chalicelib.domain.sessions.Sessions``."""

    def open(self, session: Session) -> None:
        """Write a new session."""
        SessionItem(
            tenant_key(session.tenant),
            f"SESSION#{session.secret_hash}",
            tenant=session.tenant,
            email=session.email,
            secret_hash=session.secret_hash,
            opened_at=session.opened_at,
            ends_at=session.ends_at,
            remembered=session.remembered,
            device=session.device,
            expires_at_epoch=int((session.ends_at + KEPT_AFTER_ITS_END).timestamp()),
        ).save()

    def close(self, tenant: str, secret_hash: str) -> None:
        """Delete a session."""
        SessionItem(tenant_key(tenant), f"SESSION#{secret_hash}").delete()

    def visitor(self, tenant: str, secret_hash: str, *, actions: int = 0) -> Visitor | None:
        """Read the tenant's partition backwards: sessions, profile, open requests, holds, latest actions.

        Without actions the read ends at the holds.  With them it has a limit, since actions have no end;
        a tenant with so many sessions and requests that the limit cuts the holds off is read again without.
        """
        lowest, limit = ("ACTION#", BESIDE_ACTIONS + actions) if actions else ("HOLD#", None)
        found = list(backwards(tenant_key(tenant), lowest, "SESSION#~", limit, consistent=True))
        if limit is not None and len(found) == limit and not isinstance(found[-1], ActionItem):
            found = list(backwards(tenant_key(tenant), "HOLD#", "SESSION#~", consistent=True))
        return _visitor(found, secret_hash, actions)


def _visitor(found: Sequence[Any], secret_hash: str, actions: int) -> Visitor | None:
    sessions = [item for item in found if isinstance(item, SessionItem) and item.secret_hash == secret_hash]
    profiles = [item for item in found if isinstance(item, ProfileItem)]
    if not sessions or not profiles:
        return None
    return Visitor(
        session=sessions[0].to_domain(),
        tenant=profiles[0].to_domain(),
        holds=tuple(reversed([item.to_domain() for item in found if isinstance(item, HoldItem)])),
        request_count=profiles[0].request_count,
        open_requests=tuple(item.to_domain() for item in found if isinstance(item, OpenRequestItem)),
        actions=tuple([item.to_domain() for item in found if isinstance(item, ActionItem)][:actions]),
    )
