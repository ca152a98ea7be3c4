"""« make run »: the portal on this machine, with everything around it (lancement local)."""

import contextlib
import errno
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.local import console
from infra.local.cloud import Cloud, CloudNotReady
from infra.local.keys import kept_keys
from infra.local.serving import Call, LoopbackServer, Reply
from infra.local.settings import LocalSettings, WrongSetting, read_settings

_WATCH_SECONDS = 1.0


class CannotStart(Exception):
    """Something is in the way; its words are French and meant for the terminal."""


def main() -> int:
    """Run the portal until Ctrl-C or SIGTERM; 1 with one line of explanation if it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopping is one thing, however it is asked
    try:
        settings = read_settings(os.environ)
        os.umask(0o077)
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        with _only_one(settings.state_dir), _servers(settings) as (portal, panel):
            _run(settings, portal, panel)
    except (WrongSetting, CannotStart, CloudNotReady) as reason:
        print(f"Le portail ne démarre pas : {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run(settings: LocalSettings, portal: LoopbackServer, panel: LoopbackServer) -> None:
    began = time.monotonic()
    console.say_preparing(settings)
    keys = kept_keys(settings.state_dir)
    cloud = Cloud(
        keys.cloud_port, settings.state_dir / "cloud", keys.credentials, settings.state_dir / "mail"
    )
    cloud.start()
    try:
        # Imported while the local AWS starts: the portal's own imports are half of the wait.
        from infra.local.whole import Whole

        whole = Whole(settings, keys, cloud)
        cloud.wait_until_ready()
        whole.prepare()
        with whole.running(portal, panel):
            console.say_ready(settings, whole.people(), time.monotonic() - began)
            _watch(cloud)
    finally:
        cloud.stop()
    console.say_stopped(settings)


def _watch(cloud: Cloud) -> None:
    """Wait for the end; bring the local AWS back if it goes away: its state is on disk."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(_WATCH_SECONDS):
        if not cloud.alive():
            logging.getLogger(__name__).warning("the local AWS has stopped and is started again")
            cloud.start()
            cloud.wait_until_ready()


@contextlib.contextmanager
def _only_one(state_dir: Path) -> Iterator[None]:
    """Hold the state directory; ``CannotStart`` if another portal has it."""
    with (state_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotStart(f"il tourne déjà avec le dossier {state_dir} (variable STATE_DIR).") from taken
        yield


@contextlib.contextmanager
def _servers(settings: LocalSettings) -> Iterator[tuple[LoopbackServer, LoopbackServer]]:
    """Take both ports before anything is started for nothing."""
    with (
        _listening("PORT", settings.port, console.log_answer) as portal,
        _listening("PANEL_PORT", settings.panel_port) as panel,
    ):
        yield portal, panel


def _listening(
    name: str, port: int, on_answer: Callable[[Call, Reply], None] | None = None
) -> LoopbackServer:
    try:
        return LoopbackServer(port, _not_yet, on_answer)
    except OSError as refused:
        if refused.errno == errno.EADDRINUSE:
            reason = f"le port {port} est déjà pris ; choisissez-en un autre avec {name}=…"
        else:
            reason = f"le port {port} ne peut pas être ouvert ({refused.strerror}) ; variable {name}."
        raise CannotStart(reason) from refused


def _not_yet(_call: Call) -> Reply:
    return Reply(503)


if __name__ == "__main__":
    sys.exit(main())
