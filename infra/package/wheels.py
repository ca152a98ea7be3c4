"""Libraries for Lambda's machine: the locked wheels, each checked against its hash (« bibliothèques »).

Chalice would only warn of a library without a fitting wheel, and leave it out; here nothing is packaged then.
Nothing is compiled on the way: what travels is what the library's authors published.
"""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infra.package.commands import run_python
from infra.package.failure import PackagingFailed

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
OLDEST_GLIBC = 17
NEWER_SYSTEM = (3, 12)  # from this Python on, Lambda runs on Amazon Linux 2023
GLIBC, NEWER_GLIBC = 26, 34


@dataclass(frozen=True)
class Machine:
    """Where the package runs: Lambda's ``architecture`` and the version of Python."""

    architecture: str
    python: tuple[int, int] = sys.version_info[:2]

    def __post_init__(self) -> None:
        if self.architecture not in MACHINES:
            raise PackagingFailed(f"lambda_architecture {self.architecture} is none of {', '.join(MACHINES)}")

    @property
    def runtime(self) -> str:
        """Give Lambda's name of this Python."""
        return f"python{self.python[0]}.{self.python[1]}"

    @property
    def markers(self) -> dict[str, str]:
        """Say what the markers of requirements mean there."""
        version = ".".join(map(str, self.python))
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": MACHINES[self.architecture],
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": "linux",
        }

    def pip_options(self) -> list[str]:
        """Tell pip which wheels fit; it wants every older C library named too."""
        machine = MACHINES[self.architecture]
        newest = NEWER_GLIBC if self.python >= NEWER_SYSTEM else GLIBC
        platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(OLDEST_GLIBC, newest + 1)]
        platforms.append(f"manylinux2014_{machine}")
        version = ".".join(map(str, self.python))
        fitting = ["--only-binary=:all:", "--implementation=cp", f"--python-version={version}"]
        return [*fitting, *(f"--platform={name}" for name in platforms)]


def fetch_wheels(lock: Path, machine: Machine, store: Path) -> Path:
    """Download what the lock names, once per lock and machine; give the folder of wheels.

    ``PackagingFailed`` when a wheel is missing or is not the one that was locked.
    """
    asked = [*machine.pip_options(), "--no-deps", "--require-hashes"]
    told = lock.read_bytes() + "\n".join(asked).encode()
    folder = store / hashlib.sha256(told).hexdigest()[:16]
    if folder.is_dir():
        return folder
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store, prefix="coming-") as coming:
        wheels = Path(coming) / "wheels"
        _pip("download", *asked, f"--requirement={lock}", f"--dest={wheels}")
        if not folder.is_dir():
            wheels.rename(folder)
    return folder


def install_wheels(lock: Path, machine: Machine, wheels: Path, target: Path) -> None:
    """Unpack the locked wheels into ``target``; their hashes are checked again."""
    asked = [*machine.pip_options(), "--no-deps", "--require-hashes", "--no-compile", "--no-index"]
    _pip("install", *asked, f"--find-links={wheels}", f"--requirement={lock}", f"--target={target}")


def _pip(*arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    run_python(f"pip {arguments[0]}", "-m", "pip", *arguments, *quiet, cwd=Path.cwd(), environment=os.environ)
