"""Files in S3: written once under a key of ours, read through addresses that live a minute."""

from functools import cached_property
from typing import Any

from chalicelib.cloud import client

TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


class S3Files:
    """Implements ``chalicelib.domain.documents.Files``."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _client(self) -> Any:
        return client("s3")

    def put(self, key: str, content: bytes, media_type: str) -> bytes:
        """Write a file unless there is one; the bucket encrypts it by its own rule."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=media_type, IfNoneMatch="*"
            )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in TAKEN:
                raise
            return bytes(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        return content

    def link(self, key: str, file_name: str, seconds: int) -> str:
        """Sign an address; the names are of our making, so they need no quoting."""
        signed: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
                "ResponseContentType": "application/pdf",
            },
            ExpiresIn=seconds,
        )
        return signed
