"""The files as they were at a moment: which version was the one, and how to have it again (« versions »)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Version:
    """One version of a file; ``size_bytes`` is ``None`` for the mark of a deletion."""

    key: str
    id: str
    at: datetime
    size_bytes: int | None
    latest: bool


@dataclass(frozen=True)
class Files:
    """What became of the papers' files: there as they were, lost for good, and those that can come back."""

    sound: list[str]
    lost: list[str]
    recoverable: list[Version]


def look_at_files(s3: Any, bucket: str, papers: Mapping[str, int], at: datetime) -> Files:
    """Compare the papers of a register (size in bytes by key) with the bucket as it is now."""
    known: dict[str, list[Version]] = defaultdict(list)
    for version in _versions(s3, bucket):
        if version.key in papers:
            known[version.key].append(version)
    files = Files([], [], [])
    for key, size_bytes in papers.items():
        now = next((one for one in known[key] if one.latest), None)
        then = [one for one in known[key] if one.at.replace(microsecond=0) <= at]
        wanted = max((one for one in then if one.size_bytes == size_bytes), key=_when, default=None)
        if wanted is None:
            files.lost.append(key)
        elif now and _same(s3, bucket, now, wanted):
            files.sound.append(key)
        else:
            files.recoverable.append(wanted)
    return files


def bring_back(s3: Any, bucket: str, versions: list[Version]) -> None:
    """Make each of these versions the latest again; what stood above stays below, and can be looked at."""
    for one in versions:
        source = {"Bucket": bucket, "Key": one.key, "VersionId": one.id}
        s3.copy_object(Bucket=bucket, Key=one.key, CopySource=source, MetadataDirective="COPY")


def _when(version: Version) -> datetime:
    return version.at


def _same(s3: Any, bucket: str, now: Version, wanted: Version) -> bool:
    """Tell whether a file is what it was: that version, or one that was brought back from it."""
    if now.id == wanted.id or now.size_bytes != wanted.size_bytes:
        return now.id == wanted.id
    one, other = (
        s3.get_object(Bucket=bucket, Key=version.key, VersionId=version.id)["Body"].read()
        for version in (now, wanted)
    )
    return bool(one == other)


def _versions(s3: Any, bucket: str) -> Iterator[Version]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            yield Version(one["Key"], one["VersionId"], one["LastModified"], one.get("Size"), one["IsLatest"])
