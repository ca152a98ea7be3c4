"""The stand-in for GuardDuty (« antivirus »): knows one virus, the test file of EICAR, wherever it lies.

What arrives in the quarantine is told to it as it is to the portal; its verdict goes to the portal's queue
in the words of GuardDuty.
"""

import json
import logging
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.resources import UPLOADS_BUCKET

log = logging.getLogger(__name__)
# The test file's text (eicar.org), in two parts so that no scanner takes this file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_WAIT_SECONDS = 1
_PAUSE_SECONDS = 0.5


class Scanner:
    """Looks at each object that came, and tells what it found."""

    def __init__(self, s3: Any, sqs: Any, told_queue: str, verdicts_queue: str) -> None:
        self._s3, self._sqs = s3, sqs
        self._told_queue, self._verdicts_queue = told_queue, verdicts_queue
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._scan_all, daemon=True, name="scanner")

    def start(self) -> None:
        """Scan what comes from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the object that is being scanned."""
        self._stopped.set()
        self._thread.join()

    def scan_batch(self, wait_seconds: int = _WAIT_SECONDS) -> int:
        """Scan what was told of, and give how many objects that was."""
        told = self._sqs.receive_message(
            QueueUrl=self._told_queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds
        ).get("Messages", [])
        for message in told:
            self._scan(json.loads(message["Body"])["detail"]["object"]["key"])
            self._sqs.delete_message(QueueUrl=self._told_queue, ReceiptHandle=message["ReceiptHandle"])
        return len(told)

    def _scan(self, key: str) -> None:
        try:
            found = self._s3.get_object(Bucket=UPLOADS_BUCKET, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return  # refused and taken away already
        verdict = "THREATS_FOUND" if EICAR in found["Body"].read() else "NO_THREATS_FOUND"
        told = scan_result(key, found["ETag"], verdict)
        self._sqs.send_message(QueueUrl=self._verdicts_queue, MessageBody=json.dumps(told))

    def _scan_all(self) -> None:
        while not self._stopped.is_set():
            try:
                self.scan_batch()
            except (BotoCoreError, ClientError) as error:
                log.warning("the scanner cannot work: %s", error)
                self._stopped.wait(_PAUSE_SECONDS)


def scan_result(key: str, mark: str, verdict: str) -> dict[str, Any]:
    """Write what GuardDuty tells EventBridge of a scan."""
    return {
        "version": "0",
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": {
            "schemaVersion": "1.0",
            "scanStatus": "COMPLETED",
            "resourceType": "S3_OBJECT",
            "s3ObjectDetails": {"bucketName": UPLOADS_BUCKET, "objectKey": key, "eTag": mark.strip('"')},
            "scanResultDetails": {"scanResultStatus": verdict, "threats": None},
        },
    }
