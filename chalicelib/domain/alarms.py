"""Alarms: what an operator must hear of; each name has a metric filter and a line in docs/running.md."""

import logging
from enum import StrEnum

_logger = logging.getLogger("portal.alarm")


class Alarm(StrEnum):
    """What can be wrong enough to wake somebody."""

    MONEY_IN_SUSPENSE = "money_in_suspense"
    WEBHOOK_REFUSED = "webhook_refused"
    PAYMENT_STUCK = "payment_stuck"
    MAIL_UNDELIVERABLE = "mail_undeliverable"
    PROVIDER_REFUSES_US = "provider_refuses_us"
    NOTICE_LOST = "notice_lost"
    HASH_UNREADABLE = "hash_unreadable"
    SCAN_MISSING = "scan_missing"
    PAPER_REFUSED = "paper_refused"
    FILE_MISSING = "file_missing"


def raise_alarm(alarm: Alarm, **facts: str | int) -> None:
    """Log an alarm with its facts: ids and amounts, never a name or a number of somebody."""
    _logger.error(alarm.value, extra={"alarm": alarm.value, **facts})
