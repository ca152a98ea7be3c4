"""What SES tells of mails with a receipt: that it sent each and that it arrived (accusés d’envoi).

ministack keeps the settings of mails and tells nothing.  Here every mail arrives at once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

TOLD = (("Email Sent", "Send"), ("Email Delivered", "Delivery"))


def tell(request: Mapping[str, Any], message_id: str, recipients: Sequence[str]) -> None:
    """Tell EventBridge of a SendEmail request that names settings and tags."""
    from ministack.core import responses
    from ministack.services import eventbridge

    owner = f"{responses.get_region()}:{responses.get_account_id()}"
    entries = list(_entries(request, message_id, recipients, owner))
    if entries:
        eventbridge._put_events({"Entries": entries}, allow_aws_source=True)


def _entries(
    request: Mapping[str, Any], message_id: str, recipients: Sequence[str], owner: str
) -> Iterator[dict[str, Any]]:
    settings, tags = request.get("ConfigurationSetName", ""), request.get("EmailTags", [])
    if not settings or not tags:
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    mail = {
        "timestamp": at,
        "messageId": message_id,
        "source": request.get("FromEmailAddress", ""),
        "destination": list(recipients),
        "tags": {"ses:configuration-set": [settings]} | {one["Name"]: [one["Value"]] for one in tags},
    }
    what: dict[str, dict[str, Any]] = {
        "Send": {"send": {}},
        "Delivery": {"delivery": {"timestamp": at, "recipients": list(recipients)}},
    }
    for kind, event_type in TOLD:
        yield {
            "Source": "aws.ses",
            "DetailType": kind,
            "Detail": json.dumps({"eventType": event_type, "mail": mail} | what[event_type]),
            "Resources": [f"arn:aws:ses:{owner}:configuration-set/{settings}"],
        }
