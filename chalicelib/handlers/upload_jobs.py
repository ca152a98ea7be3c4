"""The worker of uploads: what S3, the scanner and our own sweep tell of files in quarantine (« envois »)."""

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.domain.certificates import sweep_untold, tell
from chalicelib.domain.quarantine import Scan, Verdict, look_again, look_at, sweep
from chalicelib.handlers.batches import each_message
from chalicelib.portal import now, portal

CREATED, SCANNED = "Object Created", "GuardDuty Malware Protection Object Scan Result"
AGAIN, CERTIFICATE = "look_again", "certificate"


def inspect_uploads(event: SQSEvent) -> dict[str, Any]:
    """Look at what came; give back the messages to send again."""
    return each_message(event, _look)


def sweep_uploads(event: CloudWatchEvent) -> int:
    """Every quarter of an hour, have looked at what nobody told of; give how many."""
    return sweep(portal().uploads, portal().lookout, now()) + sweep_untold(portal().check_desk, now())


def _look(record: Any) -> None:
    told = json.loads(record.body)
    if CERTIFICATE in told:
        named = told[CERTIFICATE]
        tell(portal().check_desk, named["lease"], named["reference"], now())
    elif AGAIN in told:
        look_again(portal().checkpoint, told[AGAIN]["tenant"], told[AGAIN]["id"], now())
    else:
        key, scan = what_was_told(told)
        look_at(portal().checkpoint, key, now(), scan)


def what_was_told(told: Mapping[str, Any]) -> tuple[str, Scan | None]:
    """Read an event of EventBridge: of which key, and with which verdict; a scan that failed has none."""
    detail = told["detail"]
    if told["detail-type"] == CREATED:
        return detail["object"]["key"], None
    if told["detail-type"] != SCANNED:
        raise ValueError(told["detail-type"])
    scanned = detail["s3ObjectDetails"]
    verdict = detail.get("scanResultDetails", {}).get("scanResultStatus", Verdict.FAILED.value)
    return scanned["objectKey"], Scan(scanned["eTag"].strip('"'), Verdict(verdict))
