"""The cloud of the rehearsal: ministack in a process of its own, started again from what it kept."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

from chalicelib.config import ROOT
from infra.local.keys import free_port
from infra.local.resources import REGION
from tests.conftest import ACCOUNT

READY_WITHIN_SECONDS = 30
STOPPED_WITHIN_SECONDS = 30
OURS = ("AWS_", "PORTAL_", "STRIPE_", "PYTHON")


class Cloud:
    """One local AWS: signatures and policies are enforced; told to stop, it writes its state down."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "unpacked").mkdir()
        self._ahead = timedelta(0)
        self.move_schedules(timedelta(0))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.rehearsal.alone"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,  # its end tells the child that we are gone
                stdout=log,
                stderr=log,
                start_new_session=True,  # functions are in its group, and end with it
            )
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.endpoint}/_ministack/health").close()
                return
            time.sleep(0.05)
        raise AssertionError(f"the local AWS does not answer: {self.log()[-2000:]}")

    def stop(self) -> None:
        """Stop it: what was acknowledged is written down, what was running is cut."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOPPED_WITHIN_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process = None

    def move_schedules(self, by: timedelta) -> None:
        """Move the clock of schedules ahead; that of functions is the machine's, and stays."""
        self._ahead += by
        fresh = self.folder / "ahead.new"
        fresh.write_text(str(self._ahead.total_seconds()), encoding="utf-8")
        fresh.replace(self.folder / "ahead")

    def log(self) -> str:
        """Give what it has said."""
        return (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return inherited | {
            "REHEARSAL_FOLDER": str(self.folder),
            "TMPDIR": str(self.folder / "unpacked"),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
            "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "objects"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
            "LOG_LEVEL": "WARNING",
        }
