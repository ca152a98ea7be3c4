"""The locks: every library that travels, with the fingerprints of its files (« verrous »).

``python -m infra.package.locks`` writes them anew from requirements.txt and requirements-documents.txt,
within constraints.txt; the packaging reads nothing else.
"""

import os
from pathlib import Path

from infra.package.commands import run_python

LOCKS = {"requirements.lock": "requirements.txt", "requirements-documents.lock": "requirements-documents.txt"}
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


if __name__ == "__main__":
    write_locks(Path.cwd())
