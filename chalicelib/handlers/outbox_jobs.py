"""The outbox's job (« envoi des courriels »): a worker sends the mails of one part, at a steady pace.

It goes on for ten minutes of the fifteen that Lambda gives it, and leaves the rest to the next hour.  Five
workers at this speed, beside five that send alerts about insurance, stay below the 14 mails a second that SES
begins with; one mail to each of 3,500 tenants takes a quarter of an hour.
"""

import json
from typing import Any

from chalice.app import SQSEvent

from chalicelib.domain.outbox import send_waiting
from chalicelib.domain.stints import Stint
from chalicelib.handlers.batches import each_message
from chalicelib.portal import now, portal

STINT_SECONDS = 600.0
# Of one worker.  No head start: 64 parts that each have one would be too many at once.
MAILS_EACH_SECOND = 0.7


def send_mails(event: SQSEvent) -> dict[str, Any]:
    """Send the mails that wait in the parts that the messages name; give back the messages to send again."""

    def work(record: Any) -> None:
        part = json.loads(record.body)["part"]
        send_waiting(portal().mail_desk, part, now, Stint(STINT_SECONDS, MAILS_EACH_SECOND))

    return each_message(event, work)
