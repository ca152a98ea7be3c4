"""What the cost takes for granted, since no machine of ours can count it (« hypothèses »)."""

import re
from typing import Any

from chalicelib.domain.monthly_run import HOMES_AT_ONCE
from chalicelib.domain.outbox import PARTS as PARTS_OF_A_MONTH
from infra.aws.merge import PARTS, read_template

# Lambda gives a whole processor at 1,769 MB, a share of it below; one of ours counts as one of theirs.
WHOLE_PROCESSOR_MB = 1769
WAIT_FOR_AWS_MS, WAIT_FOR_STRIPE_MS = 5, 300
# Two calls in a hundred start a function: half a second, one reading of the secret, one request to its key.
COLD_SHARE, COLD_SECONDS = 0.02, 0.5
# A message is sent, received and deleted, never two in one batch.
REQUESTS_PER_MESSAGE = 3
# What the month brings to all comes together: a thousand homes are cut into 64 parts, so that one run has 16.
HOMES = 1_000
HOMES_PER_RUN = min(HOMES_AT_ONCE, HOMES / PARTS_OF_A_MONTH)
# With a key of the bucket, S3 asks KMS once for about a hundred files.
FILES_PER_KEY_REQUEST = 100
# Beside its names and values, an item takes a hundred bytes of the table.
BESIDE_AN_ITEM = 100
# Papers and entries stay as long as a claim on them lives: three years (loi 89-462, art. 7-1).
MONTHS_KEPT, SECONDS_OF_A_MONTH = 36, 30 * 86_400
# What Lambda writes of each call by itself, and what the access log has of each request: long values.
ID = 36 * "x"
SYSTEM_LINES = {
    "platform.start": f'"requestId":"{ID}","functionArn":"{80 * "x"}","version":"$LATEST"',
    "platform.report": f'"requestId":"{ID}","metrics":{{"durationMs":123.456,"billedDurationMs":124,'
    '"memorySizeMB":512,"maxMemoryUsedMB":123},"status":"success"',
}
ACCESS_VALUES = {
    "requestId": ID,
    "requestTimeEpoch": "1795423320000",
    "httpMethod": "POST",
    "resourcePath": "/documents/{lease}/{id}",
    "status": "200",
    "responseLatency": "123",
    "responseLength": "12345",
}


def bytes_of_system_lines(function: str) -> int:
    """Measure what Lambda writes of one call of a function, if the template has it written."""
    everywhere = _part("stage.yaml")["Globals"]["Function"]["LoggingConfig"]
    resource = "APIHandler" if function == "api_handler" else function.title().replace("_", "")
    (own,) = (
        part["Resources"][resource]["Properties"]["LoggingConfig"]
        for part in map(_part, sorted(path.name for path in PARTS.glob("*.yaml")))
        if "LoggingConfig" in part.get("Resources", {}).get(resource, {}).get("Properties", {})
    )
    if (everywhere | own)["SystemLogLevel"] == "WARN":
        return 0
    head = '{"time":"2026-11-23T08:42:00.000Z","type":"","record":{}}'
    return sum(len(head + kind + record) for kind, record in SYSTEM_LINES.items())


def bytes_of_access_line() -> int:
    """Measure the line that the access log has of one request."""
    line = _part("api.yaml")["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]
    return len(re.sub(r"\$context\.([\w.]+)", lambda name: ACCESS_VALUES.get(name[1], "-"), line))


def tells_of_files() -> bool:
    """Tell whether the bucket of papers tells EventBridge of each file, which is paid for."""
    bucket = _part("store.yaml")["Resources"]["FilesBucket"]["Properties"]
    return "EventBridgeConfiguration" in bucket.get("NotificationConfiguration", {})


def _part(name: str) -> dict[str, Any]:
    found: dict[str, Any] = read_template(PARTS / name)
    return found
