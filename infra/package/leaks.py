"""Secrets that must not travel: looked for in every file before it is packed (« secrets »).

A secret lives in Secrets Manager.  Found in a file, in the settings or in the template, it stops
the packaging.
"""

import re
from pathlib import Path

from infra.package.failure import PackagingFailed

# Each sort with a mark that is quick to look for, and how it is recognized around the mark.
KINDS = {
    "a Stripe test key": (b"k_test_", re.compile(rb"\b[sr]k_test_[0-9A-Za-z]{16,}")),
    "a Stripe key": (b"k_live_", re.compile(rb"\b[sr]k_live_[0-9A-Za-z]{16,}")),
    "a webhook secret": (b"whsec_", re.compile(rb"\bwhsec_[0-9A-Za-z+/]{20,}")),
    "an AWS access key": (b"AKIA", re.compile(rb"\bAKIA[0-9A-Z]{16}\b")),
    "a passing AWS access key": (b"ASIA", re.compile(rb"\bASIA[0-9A-Z]{16}\b")),
    "a private key": (
        b"PRIVATE KEY-----",
        re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[0-9A-Za-z+/]{40}"),
    ),
}


def refuse_secrets(*places: Path) -> None:
    """Look through files and folders; ``PackagingFailed`` names the file and the sort, never the secret."""
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and (found := _secret(path.read_bytes())):
                raise PackagingFailed(f"{path.relative_to(place.parent)} holds {found}")


def _secret(content: bytes) -> str:
    found = (kind for kind, (mark, pattern) in KINDS.items() if mark in content and pattern.search(content))
    return next(found, "")
