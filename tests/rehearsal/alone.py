"""The local AWS, its functions left alone with what was packaged (« python -m tests.rehearsal.alone »).

ministack runs functions with its own interpreter, where everything that a developer has installed is at hand:
a library that the package lacks would not be missed.  Here it starts them with an interpreter that has the
standard library and nothing else.  Besides:

- a package is unpacked once, and each new instance of a function is given links to it: three thousand files
  are most of a cold start here;
- EventBridge has a clock that can be moved, so that a schedule of fifteen minutes is not waited for;
- IAM is told from which domain a mail is sent: to ministack it is from « * », which no good policy allows;
- sent mail is kept in files, which a restart does not lose.

All of ministack that this leans on is named in this file.
"""

import hashlib
import json
import os
import signal
import sys
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from infra.local.kept_mail import KeptMail

SCRIPT = '#!/bin/sh\nexec "{python}" -I -S -B "$@"\n'
LOOKS_EVERY_SECONDS = 0.2
OUTBOUND = "/v2/email/outbound-emails"


def leave_functions_alone(folder: Path) -> None:
    """Have functions started by an interpreter without site-packages, user's packages or variables."""
    alone = folder / "python"
    alone.write_text(SCRIPT.format(python=Path(sys.executable).resolve()), encoding="utf-8")
    alone.chmod(0o755)
    sys.executable = str(alone)


class KeptZip(zipfile.ZipFile):
    """Unpacks each content once; after that, gives links to its files and folders."""

    kept: ClassVar[Path]
    unpacking: ClassVar[threading.Lock] = threading.Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        folder = self.kept / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        with self.unpacking:
            if not folder.is_dir():
                fresh = folder.with_suffix(".new")
                super().extractall(fresh)
                fresh.rename(folder)
        for entry in folder.iterdir():
            (Path(path) / entry.name).symlink_to(entry)


def unpack_once(folder: Path) -> None:
    """Have packages unpacked by ``KeptZip``."""
    from ministack.core import lambda_runtime

    KeptZip.kept = folder / "kept"
    KeptZip.kept.mkdir(exist_ok=True)
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=KeptZip, BadZipFile=zipfile.BadZipFile)


def move_the_clock_of_schedules(ahead: Path) -> None:
    """Let EventBridge's time be ahead by the seconds that a file tells, and have it look often."""
    from ministack.services import eventbridge

    eventbridge._now_ts = lambda: time.time() + float(ahead.read_text(encoding="utf-8"))
    eventbridge._SCHEDULER_TICK_INTERVAL = LOOKS_EVERY_SECONDS


def name_who_sends() -> None:
    """Have the right to send a mail looked for on the domain that it is sent from, as on AWS."""
    from ministack.core import iam_actions

    known = iam_actions._ses_v2_resource_arn

    def resource(method: str, path: str, body: bytes, region: str, account: str) -> str:
        if path.rstrip("/") != OUTBOUND:
            return str(known(method, path, body, region, account))
        domain = json.loads(body)["FromEmailAddress"].rpartition("@")[2].rstrip(">")
        return f"arn:aws:ses:{region}:{account}:identity/{domain}"

    iam_actions._ses_v2_resource_arn = resource


def stop_when_nobody_is_left() -> None:
    """Stop when whoever started us is gone, however they went: their end of our standard input closes."""

    def wait() -> None:
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Serve until told to stop; then at once, without waiting for functions that are running."""
    from ministack.app import main as serve

    stop_when_nobody_is_left()
    folder = Path(os.environ["REHEARSAL_FOLDER"])
    leave_functions_alone(folder)
    unpack_once(folder)
    move_the_clock_of_schedules(folder / "ahead")
    name_who_sends()
    KeptMail(folder / "mail").attach()
    try:
        serve()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
