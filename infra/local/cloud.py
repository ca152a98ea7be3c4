"""The local AWS as a child process bound to loopback, its state kept (nuage local)."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from infra.local.resources import REGION, Credentials

_READY_WITHIN_SECONDS = 60.0
_STOP_WITHIN_SECONDS = 30.0
_ROOT = Path(__file__).resolve().parents[2]


class CloudNotReady(Exception):
    """The local AWS did not start; its words are French and meant for the terminal."""


@dataclass
class Cloud:
    """One local AWS: started, asked for, stopped.  ``state_dir`` is its own, nobody else writes there."""

    port: int
    state_dir: Path
    credentials: Credentials
    mail_dir: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        """Give the address its clients use."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Give the number of the process, ``None`` before the start."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process and return at once; ``wait_until_ready`` waits."""
        self.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.state_dir / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.durable"],
                cwd=_ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,  # its end tells the child that we are gone, however we went
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop the child when nothing needs it any more
            )

    def wait_until_ready(self, seconds: float = _READY_WITHIN_SECONDS) -> None:
        """Wait until it answers; ``CloudNotReady`` if it ended or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive():
                break
            with contextlib.suppress(URLError, ConnectionError, TimeoutError):
                address = f"{self.endpoint}/_ministack/health"
                with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own loopback address
                    return
            time.sleep(0.05)
        raise CloudNotReady(f"Le nuage local n’a pas démarré : voir {self.state_dir / 'log.txt'}.")

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop it politely: everything it holds is written first."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close()

    def kill(self) -> None:
        """Kill it without warning, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close()

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PORTAL_"))
        }
        return inherited | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",  # signed addresses and upload forms are enforced as on AWS
            "AWS_ACCESS_KEY_ID": self.credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_access_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state_dir),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state_dir / "objects"),
            "MAIL_DIR": str(self.mail_dir),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
            "LOG_LEVEL": "WARNING",
        }
