"""The bucket that a stage's code comes from: files under their fingerprint, releases described (« dépôt »).

====================================  ==================================================================
``code/<sha256>.zip``                 what the functions run
``layers/<sha256>.zip``               the engine that prints papers, what reads PDF and photos
``templates/<sha256>.yaml``           the template, with the two above written into it
``releases/<moment>-<sha256>.json``   one release: which template, from which commit, by whom, after which
====================================  ==================================================================

It is made before the stack, and is no part of it: a stack cannot be created from a bucket of its own.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.failure import NotReady
from infra.deploy.place import REGION, Place
from infra.package.archive import sha256

KEPT_DAYS = 35
GONE = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}
PRIVATE = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
OWNED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
LIFECYCLE = {
    "Rules": [
        {
            "ID": "what-was-replaced-or-erased-goes-after-35-days",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
}


@dataclass(frozen=True)
class CodeStore:
    """The bucket of one stage in one account; every request says whose it must be."""

    place: Place
    bucket: str
    owner: str

    @property
    def _mine(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "ExpectedBucketOwner": self.owner}

    @property
    def _s3(self) -> Any:
        return self.place.client("s3")

    def has(self, key: str) -> bool:
        """Tell whether a file is there."""
        try:
            self._s3.head_object(**self._mine, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return False
            raise
        return True

    def upload(self, folder: str, file: Path) -> str:
        """Put a file under its fingerprint, unless it is there; give its key.  S3 checks the fingerprint."""
        mark = sha256(file)
        key = f"{folder}/{mark}{file.suffix}"
        if not self.has(key):
            self.place.say(f"  {file.name} -> {key} ({file.stat().st_size / 1e6:.2f} MB)")
            with file.open("rb") as content:
                checked = base64.b64encode(bytes.fromhex(mark)).decode()
                self._s3.put_object(**self._mine, Key=key, Body=content, ChecksumSHA256=checked)
        return key

    def write(self, key: str, told: dict[str, Any]) -> None:
        """Keep a JSON object."""
        body = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
        self._s3.put_object(**self._mine, Key=key, Body=body.encode(), ContentType="application/json")

    def read(self, key: str) -> bytes | None:
        """Read a file; ``None`` when it is not there."""
        try:
            found: bytes = self._s3.get_object(**self._mine, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
        return found

    def names(self, prefix: str) -> list[str]:
        """List the keys under a prefix, in their order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(**self._mine, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def url(self, key: str) -> str:
        """Give the address that CloudFormation reads a template from."""
        if self.place.on_aws:
            return f"https://{self.bucket}.s3.{REGION}.amazonaws.com/{key}"
        return f"{self.place.endpoint}/{self.bucket}/{key}"


def known_code_store(place: Place) -> CodeStore:
    """Give the bucket by its name, which follows from account, region and stage, be it there or not."""
    account = place.caller.account
    return CodeStore(place, f"espace-locataire-{place.stage.name}-code-{account}-{REGION}", account)


def open_code_store(place: Place) -> CodeStore:
    """Find or create the bucket, and see to its settings; ``NotReady`` when its name is somebody else's."""
    store = known_code_store(place)
    s3, mine = place.client("s3"), {"Bucket": store.bucket, "ExpectedBucketOwner": store.owner}
    try:
        s3.head_bucket(**mine)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise NotReady(f"the bucket {store.bucket} is not ours to use: {error}") from error
        place.say(f"  the bucket {store.bucket} is made")
        s3.create_bucket(
            Bucket=store.bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectOwnership="BucketOwnerEnforced",
        )
    s3.put_public_access_block(**mine, PublicAccessBlockConfiguration=PRIVATE)
    s3.put_bucket_ownership_controls(**mine, OwnershipControls=OWNED)
    s3.put_bucket_versioning(**mine, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(**mine, ServerSideEncryptionConfiguration=ENCRYPTED)
    s3.put_bucket_lifecycle_configuration(**mine, LifecycleConfiguration=LIFECYCLE)
    if place.on_aws:  # the local cloud speaks plain HTTP, on one machine
        s3.put_bucket_policy(**mine, Policy=json.dumps(tls_only(store.bucket)))
    return store


def tls_only(bucket: str) -> dict[str, Any]:
    """Write the policy that refuses whatever does not come by TLS."""
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
