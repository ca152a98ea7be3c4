"""What SES tells of mails that came back, as EventBridge puts it in the queue."""

import json
from typing import Any

AT = "2026-11-23T08:40:12.345Z"
MAIL = {"messageId": "m-1", "source": "ne-pas-repondre@littoral-habitat.example", "timestamp": AT}


def bounce(email: str, kind: str = "Permanent", at: str = AT, receipt: str = "") -> str:
    """Write the event of a mail that bounced."""
    told = {"bounceType": kind, "bounceSubType": "General", "timestamp": at, "feedbackId": "f-1"}
    recipients = [{"emailAddress": email, "action": "failed", "status": "5.1.1"}]
    said = {"eventType": "Bounce", "bounce": told | {"bouncedRecipients": recipients}}
    return event("Email Bounced", said, receipt)


def receipt(name: str, kind: str, at: str = AT) -> str:
    """Write the event of a mail with a receipt: « Send », « Delivery »."""
    said = {"eventType": kind, kind.lower(): {"timestamp": at}}
    return event({"Send": "Email Sent"}.get(kind, "Email Delivered"), said, name)


def complaint(email: str) -> str:
    """Write the event of a mail that somebody called spam."""
    told = {"complaintFeedbackType": "abuse", "timestamp": AT, "feedbackId": "f-2"}
    recipients = [{"emailAddress": email}]
    return event(
        "Email Complaint Received",
        {"eventType": "Complaint", "complaint": told | {"complainedRecipients": recipients}},
    )


def event(kind: str, detail: dict[str, Any], receipt: str = "") -> str:
    """Write an event of EventBridge; SES gives back the tags of the mail."""
    tags = {"ses:configuration-set": ["espace-locataire"]} | ({"receipt": [receipt]} if receipt else {})
    envelope = {"version": "0", "id": "e-1", "source": "aws.ses", "time": AT, "region": "eu-west-3"}
    return json.dumps(envelope | {"detail-type": kind, "detail": detail | {"mail": MAIL | {"tags": tags}}})
