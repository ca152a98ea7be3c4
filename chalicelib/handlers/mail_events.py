"""What came of our mails (« retours de courriel »): bounces and complaints, as SES tells EventBridge.

Of mails with a receipt it tells too that they were sent and delivered: those of insurance alerts, and those
of the outbox, which are known by how their receipts begin.

A bounce that may pass (mailbox full, server away) changes nothing: SES has tried again by itself.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from chalice.app import SQSEvent

from chalicelib.domain.alarms import Alarm, raise_alarm
from chalicelib.domain.mail import RECEIPT_TAG, Told
from chalicelib.domain.mail_health import BadAddress, Trouble
from chalicelib.domain.outbox import mail_of
from chalicelib.handlers.batches import each_message
from chalicelib.portal import portal

FOR_GOOD = "Permanent"


# What an event says of a mail with a receipt, and where it says when.
RECEIPTS = {
    "Send": (Told.SENT, "mail"),
    "Delivery": (Told.DELIVERED, "delivery"),
    "Bounce": (Told.BOUNCED, "bounce"),
}


def record_mail_events(event: SQSEvent) -> dict[str, Any]:
    """Keep the addresses that take no mail, and receipts; give back the messages to send again."""
    return each_message(event, _record)


def _record(record: Any) -> None:
    detail = json.loads(record.body)["detail"]
    for bad in bad_addresses(detail):
        portal().mail_health.record(bad)
        raise_alarm(Alarm.MAIL_UNDELIVERABLE, trouble=bad.trouble.value)
    for receipt, told, at in receipts(detail):
        if (id := mail_of(receipt)) is None:
            portal().alert_outbox.note(receipt, told, at)
        else:
            portal().outbox.note(id, told, at)


def receipts(detail: Mapping[str, Any]) -> Iterator[tuple[str, Told, datetime]]:
    """Give the receipt that an event is about, what became of its mail, and when."""
    for receipt in detail["mail"].get("tags", {}).get(RECEIPT_TAG, []):
        told, place = RECEIPTS.get(detail["eventType"], (None, ""))
        if told:
            yield receipt, told, datetime.fromisoformat(detail[place]["timestamp"])


def bad_addresses(detail: Mapping[str, Any]) -> Iterator[BadAddress]:
    """Give the addresses of one event to which no more mail may leave."""
    if detail["eventType"] == "Bounce" and detail["bounce"]["bounceType"] == FOR_GOOD:
        yield from _each(Trouble.BOUNCED, detail["bounce"], "bouncedRecipients")
    elif detail["eventType"] == "Complaint":
        yield from _each(Trouble.COMPLAINED, detail["complaint"], "complainedRecipients")


def _each(trouble: Trouble, told: Mapping[str, Any], recipients: str) -> Iterator[BadAddress]:
    since_at = datetime.fromisoformat(told["timestamp"])
    for recipient in told[recipients]:
        yield BadAddress(parseaddr(recipient["emailAddress"])[1], trouble, since_at)
