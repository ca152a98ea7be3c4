"""Files in S3: written once under a key of ours, read through addresses that live a minute."""

import re
import unicodedata
from functools import cached_property
from typing import Any

from chalicelib.cloud import client
from chalicelib.domain.documents import PDF

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
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

    def remove(self, key: str) -> None:
        """Delete a file; S3 says the same when there is none."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def link(self, key: str, file_name: str, seconds: int, media_type: str = PDF) -> str:
        """Sign an address; whatever the name, it is a file to keep, and the name of one."""
        signed: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{safe_name(file_name)}"',
                "ResponseContentType": media_type,
            },
            ExpiresIn=seconds,
        )
        return signed


def safe_name(name: str) -> str:
    """Give a name that is no path, hides no file, and needs no quotes in a header (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain).strip(".-")[-100:].lstrip(".-") or "document"
