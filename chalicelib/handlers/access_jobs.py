"""The worker of accounts: it answers by mail what the pages only took (« demandes d’accès »)."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalice.app import SQSEvent

from chalicelib.domain.access import Notice
from chalicelib.domain.address_change import answer_new_address
from chalicelib.domain.askings import Asking, Wish, read_asking
from chalicelib.domain.notices import (
    answer_many_failures,
    answer_notice,
    answer_owner_notice,
    answer_parting,
    answer_staff_notice,
)
from chalicelib.domain.reception import Reception
from chalicelib.domain.recovery import answer_new_password
from chalicelib.domain.registration import answer_registration
from chalicelib.handlers.batches import each_message
from chalicelib.portal import now, portal

ANSWERS: Mapping[str, Callable[[Reception, Asking, datetime], None]] = {
    Wish.REGISTRATION: answer_registration,
    Wish.RECOVERY: answer_new_password,
    Wish.ADDRESS: answer_new_address,
    Notice.MANY_FAILURES: answer_many_failures,
    Notice.PASSWORD_CHANGED: answer_owner_notice,
    Notice.SESSION_REPLAYED: answer_notice,
    Notice.ADDRESS_CHANGED: answer_parting,
    Notice.ACCOUNT_OPENED: answer_parting,
    Notice.SECOND_FACTOR_ADDED: answer_staff_notice,
    Notice.RECOVERY_CODE_USED: answer_staff_notice,
    Notice.RECOVERY_CODES_RENEWED: answer_staff_notice,
    Notice.PASSKEY_ADDED: answer_owner_notice,
    Notice.PASSKEY_REMOVED: answer_owner_notice,
    Notice.PASSKEY_COPIED: answer_owner_notice,
}


def answer_access(event: SQSEvent) -> dict[str, Any]:
    """Answer askings; give back the messages to send again."""

    def answer(record: Any) -> None:
        asking = read_asking(json.loads(record.body))
        ANSWERS[asking.kind](portal().reception, asking, now())

    return each_message(event, answer)
