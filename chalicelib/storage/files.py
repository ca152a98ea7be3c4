"""Files in S3: written once under a key of ours, read through addresses that live a minute."""

import re
import unicodedata
from functools import cached_property
from typing import Any

from chalicelib.cloud import client
from chalicelib.domain.documents import PDF
from chalicelib.domain.errors import Unavailable

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
# Whoever may not list the bucket is told « forbidden » of what is not there; neither can be read.
UNREADABLE = ("403", "404", "NoSuchKey", "AccessDenied")
# What a browser shows without running anything; all else is a file to keep.
SHOWN = ("application/pdf", "image/jpeg", "image/png")


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

    def holds(self, key: str) -> bool:
        """Ask S3 for the head of a file."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in UNREADABLE:
                return False
            raise Unavailable("files") from error
        except BotoCoreError as error:
            raise Unavailable("files") from error
        return True

    def link(
        self, key: str, file_name: str, seconds: int, media_type: str = PDF, *, inline: bool = False
    ) -> str:
        """Sign an address; whatever the name, it is the name of a file, to keep unless it can be shown."""
        way = "inline" if inline and media_type in SHOWN else "attachment"
        signed: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'{way}; filename="{safe_name(file_name)}"',
                "ResponseContentType": media_type,
            },
            ExpiresIn=seconds,
        )
        return signed


def safe_name(name: str) -> str:
    """Give a name that is no path, hides no file, and needs no quotes in a header (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain).strip(".-")[-100:].lstrip(".-") or "document"
