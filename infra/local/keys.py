"""Keys this machine invents once and keeps: sessions, webhooks, local AWS (clés locales)."""

import json
import secrets
import socket
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from infra.local.resources import Credentials

ACCOUNT = "000000000000"
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class LocalKeys:
    """What has to stay the same from one run to the next, or sessions and signed addresses would break."""

    cloud_port: int
    cloud_secret: str
    session_key: str
    webhook_secret: str
    data_key: str = ""

    @property
    def credentials(self) -> Credentials:
        """Give the account's root credentials: a twelve-digit key is an account of its own."""
        return Credentials(ACCOUNT, self.cloud_secret)


def kept_keys(state_dir: Path) -> LocalKeys:
    """Read the keys of this state directory, invented and written the first time.

    The local AWS keeps its port, which signed addresses contain, unless somebody else has taken it meanwhile.
    """
    path = state_dir / "keys.json"
    if not path.exists():
        return _write(path, _new_keys())
    keys = LocalKeys(**json.loads(path.read_text("utf-8")))
    if not keys.data_key:  # kept by a portal that sealed nothing yet
        keys = _write(path, replace(keys, data_key=_new_keys().data_key))
    if _is_free(keys.cloud_port):
        return keys
    return _write(path, replace(keys, cloud_port=free_port()))


def free_port() -> int:
    """Find a port nobody listens on, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_keys() -> LocalKeys:
    return LocalKeys(
        cloud_port=free_port(),
        cloud_secret=secrets.token_hex(20),
        session_key=secrets.token_hex(32),
        webhook_secret=f"whsec_{secrets.token_hex(24)}",
        data_key=secrets.token_hex(32),
    )


def _write(path: Path, keys: LocalKeys) -> LocalKeys:
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(keys)), "utf-8")
    fresh.replace(path)
    return keys


def _is_free(port: int) -> bool:
    """Tell whether the port can be had; a local AWS that is just stopping is given the time to."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                if time.monotonic() > deadline:
                    return False
            else:
                return True
        time.sleep(0.1)
