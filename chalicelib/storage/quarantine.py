"""The quarantine in S3 (« quarantaine »): browsers send to it by a signed form, and only we read it.

Whoever may not list a bucket is told « forbidden » of a key that is not there, so what is there is looked up
in its list first.
"""

from functools import cached_property
from typing import Any

from chalicelib.cloud import client
from chalicelib.domain.quarantine import Received
from chalicelib.domain.uploads import FORM_LIFE, LARGEST_BYTES, SignedForm, Upload

MEDIA_TYPE = "application/octet-stream"
AGAIN = "again"


class S3Quarantine:
    """Implements ``chalicelib.domain.quarantine.Quarantine``."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _client(self) -> Any:
        return client("s3")

    def form(self, upload: Upload, back: str) -> SignedForm:
        """Sign a form for ten minutes: this key, this type, one byte to ten megabytes, and back to us."""
        fields = {"Content-Type": MEDIA_TYPE, "success_action_redirect": back}
        signed = self._client.generate_presigned_post(
            self._bucket,
            upload.quarantine_key,
            Fields=dict(fields),
            Conditions=[["eq", f"${name}", value] for name, value in fields.items()]
            + [["content-length-range", 1, LARGEST_BYTES]],
            ExpiresIn=int(FORM_LIFE.total_seconds()),
        )
        return SignedForm(signed["url"], signed["fields"])

    def read(self, key: str) -> Received | None:
        """Read the bytes that the list tells of; others that came since have their own event."""
        if (mark := self._mark(key)) is None:
            return None
        found = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=mark)
        return Received(found["Body"].read(LARGEST_BYTES + 1), mark, AGAIN in found["Metadata"])

    def ask_again(self, key: str) -> bool:
        """Copy the bytes onto themselves, which S3 tells of and the scanner looks at as if they were new."""
        if self._mark(key) is None:
            return False
        self._client.copy_object(
            Bucket=self._bucket,
            Key=key,
            CopySource={"Bucket": self._bucket, "Key": key},
            MetadataDirective="REPLACE",
            Metadata={AGAIN: "1"},
            ContentType=MEDIA_TYPE,
        )
        return True

    def remove(self, key: str) -> None:
        """Delete the bytes; S3 says the same when there are none."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def _mark(self, key: str) -> str | None:
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1).get("Contents", [])
        return next((str(one["ETag"]).strip('"') for one in listed if one["Key"] == key), None)
