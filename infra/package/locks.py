"""The locks: every library that travels, with the fingerprints of its files (« verrous »).

``python -m infra.package.locks`` writes them anew from requirements.txt and those of the layers, within
constraints.txt; the packaging reads nothing else.
"""

import os
import re
from collections.abc import Mapping
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.package.commands import run_python
from infra.package.failure import PackagingFailed

PINNED = re.compile(r"([\w.-]+)==([^\s;\\]+)\s*(?:--hash=\S+\s*)*")
COMMENT = re.compile(r"(?:^|\s)#.*")
LOCKS = {
    "requirements.lock": "requirements.txt",
    "requirements-documents.lock": "requirements-documents.txt",
    "requirements-inspection.lock": "requirements-inspection.txt",
}
HEAD = "# Written by « python -m infra.package.locks » from {asked}, for the packaging.\n"
# Where pip finds the files is the business of whoever packages; which files they are is said here.
_OPTIONS = [
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--annotation-style=line",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--quiet",
]


def write_locks(project: Path) -> None:
    """Resolve the requirements, and pin what they come to."""
    for lock, asked in LOCKS.items():
        files = ["--constraint=constraints.txt", f"--output-file={lock}", asked]
        command = ["-m", "piptools", "compile", *_OPTIONS, *files]
        run_python(lock, *command, cwd=project, environment=os.environ)
        written = project / lock
        written.write_text(HEAD.format(asked=asked) + written.read_text(encoding="utf-8"), encoding="utf-8")


def pinned_in(file: Path) -> dict[str, str]:
    """Read what a requirements file or a lock pins: version by name.

    ``PackagingFailed`` for a line that says anything else than a name, its version and its hashes: passed
    over, it would not travel.
    """
    pinned: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        asked = COMMENT.sub("", line).strip()
        found = PINNED.fullmatch(asked)
        if asked and not found:
            raise PackagingFailed(f"{file.name}: « {asked} » is no name==version")
        if found:
            pinned[canonicalize_name(found[1])] = found[2]
    return pinned


def refuse_stale(asked: Path, lock: Path) -> None:
    """``PackagingFailed`` when a lock does not hold what its requirements ask for: it is an old one."""
    locked = pinned_in(lock)
    wrong = [
        f"{name}=={version}" for name, version in pinned_in(asked).items() if locked.get(name) != version
    ]
    if wrong:
        missing, anew = ", ".join(wrong), "python -m infra.package.locks"
        raise PackagingFailed(f"{lock.name} has not {missing} of {asked.name}: write it anew with {anew}")


def refuse_gaps(lock: Path, tree: Path, target: Mapping[str, str]) -> None:
    """``PackagingFailed`` when a library in ``tree`` needs another that is not there, or not in that version.

    pip is not asked to resolve anything when it packages, so it would not tell.  ``target`` says what markers
    mean on Lambda.
    """
    told = [
        HeaderParser().parsestr(one.read_text(encoding="utf-8")) for one in tree.glob("*.dist-info/METADATA")
    ]
    there = {canonicalize_name(one["Name"]): one["Version"] for one in told}
    for one in told:
        for needed in map(Requirement, one.get_all("Requires-Dist", [])):
            if needed.marker and not needed.marker.evaluate({**target, "extra": ""}):
                continue
            version = there.get(canonicalize_name(needed.name))
            if version is None or not needed.specifier.contains(version, prereleases=True):
                raise PackagingFailed(
                    f"{lock.name}: {one['Name']} needs {needed}, and {version or 'nothing'} is locked"
                )


if __name__ == "__main__":
    write_locks(Path.cwd())
