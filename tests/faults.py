"""Faults between us and DynamoDB: a call that never arrives, one whose answer is lost, one that is throttled.

The hooks are botocore's own: the first to hear of a request may break it before it leaves, and the last
one lets it through and breaks the answer.
"""

import json
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

KINDS = ("before", "after", "throttle", "conflict")
_BODIES: dict[str, dict[str, Any]] = {
    "throttle": {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"},
    "conflict": {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled",
        "CancellationReasons": [{"Code": "TransactionConflict", "Message": "injected"}],
    },
    "broken": {"__type": "com.amazonaws.dynamodb.v20120810#SomethingElse", "message": "injected"},
}


class Faults:
    """Breaks calls of one botocore client; ``choose`` is asked before each and names a fault or nothing."""

    def __init__(self, client: Any, choose: Callable[[str], str | None] = lambda _: None) -> None:
        self.choose = choose
        self.calls: Counter[str] = Counter()
        self.injected: Counter[str] = Counter()
        self.statuses: dict[str, int] = {}
        self._http = URLLib3Session()
        client.meta.events.register_first("before-send.*.*", self._before)

    def _before(self, request: AWSRequest, event_name: str, **_: Any) -> AWSResponse | None:
        operation = event_name.rsplit(".", 1)[1]
        self.calls[operation] += 1
        fault = self.choose(operation)
        if fault == "conflict" and operation != "TransactWriteItems":
            fault = "throttle"
        if fault is None:
            return None
        self.injected[fault] += 1
        if fault == "before":
            raise EndpointConnectionError(endpoint_url=request.url)
        if fault == "after":
            self._http.send(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        return _answer(request, _BODIES[fault], self.statuses.get(fault, 400))


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _answer(request: AWSRequest, body: dict[str, Any], status: int) -> AWSResponse:
    headers = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(body).encode()))
