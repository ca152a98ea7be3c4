"""« make run », from the outside: it starts, refuses, stops, is killed, and finds everything again."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.local.keys import free_port
from infra.local.settings import LocalSettings, WrongSetting, read_settings

ROOT = Path(__file__).resolve().parents[3]
READY_WITHIN_SECONDS = 60


@dataclass
class Run:
    """One portal on this machine, started as ``make run`` starts it."""

    state: Path
    port: int = field(default_factory=free_port)
    panel_port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Start and wait for the sign-in page; give the seconds it took."""
        began = time.monotonic()
        self.process = self.launch()
        deadline = began + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.process.communicate()
            try:
                if self.get("/connexion")[0] == 200:
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the portal does not answer")

    def launch(self) -> subprocess.Popen[str]:
        settings = {
            "PORT": str(self.port),
            "PANEL_PORT": str(self.panel_port),
            "STATE_DIR": str(self.state),
            "HOMES": "3",
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            cwd=ROOT,
            env=environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; give the exit code and what the terminal showed."""
        assert self.process is not None
        self.process.send_signal(number)
        shown, _ = self.process.communicate(timeout=30)
        return self.process.returncode, shown

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        found = answer.status, answer.read().decode()
        connection.close()
        return found

    def sign_in(self) -> str | None:
        """Sign in as the tenant of the demonstration; give where the portal sends them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/connexion")
        answer = connection.getresponse()
        page = answer.read().decode()
        cookie = "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie") or [])
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        form |= {"identifiant": "locataire@demo.example", "mot-de-passe": "Bonjour-2026!"}
        names = re.findall(
            r'<input[^>]* name="([\w-]+)"[^>]*autocomplete="(username|email|current-password)', page
        )
        assert names, page
        for name, kind in names:
            form[name] = "Bonjour-2026!" if kind == "current-password" else "locataire@demo.example"
        connection.request(
            "POST",
            "/connexion",
            urllib.parse.urlencode(form),
            {
                "Cookie": cookie,
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            },
        )
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.headers["Location"]

    def ask(self, path: str, content: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.panel_port}{path}",
            None if content is None else json.dumps(content).encode(),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path / "state")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Give a portal that runs, to the tests that let it run."""
    made = Run(tmp_path_factory.mktemp("running") / "state")
    made.start()
    yield made
    made.end(signal.SIGTERM)


def test_it_starts_stops_and_finds_everything_again(run: Run) -> None:
    run.start()
    assert run.sign_in() == "/"
    run.ask("/api/clock", {"days": 3})
    assert run.ask("/api/health")["ok"] is True
    code, shown = run.end(signal.SIGINT)

    assert code == 0
    assert "locataire@demo.example" in shown
    assert f"http://127.0.0.1:{run.panel_port}" in shown
    assert "Traceback" not in shown
    assert run.start() < 10
    assert run.ask("/api/clock")["ahead_seconds"] == 3 * 86_400
    assert run.sign_in() == "/"


def test_it_is_killed_and_finds_everything_again(run: Run) -> None:
    run.start()
    run.ask("/api/clock", {"hours": 5})
    run.end(signal.SIGKILL)

    run.start()

    assert run.sign_in() == "/"
    assert run.ask("/api/clock")["ahead_seconds"] == 5 * 3600
    assert run.end(signal.SIGTERM)[0] == 0


def test_an_unknown_path_is_a_french_page(running: Run) -> None:
    status, page = running.get("/cette-page-n-existe-pas")

    assert status == 404
    assert '<html lang="fr"' in page
    assert "Cette page n’existe pas" in page


def test_the_same_state_is_never_run_twice_at_once(running: Run) -> None:
    code, shown = _ended(Run(running.state).launch())

    assert code == 1
    assert len(shown.strip().splitlines()) == 1
    assert "il tourne déjà" in shown


@pytest.mark.parametrize("name", ["port", "panel_port"])
def test_a_taken_port_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, shown = _ended(Run(tmp_path, **{name: port}).launch())

    assert code == 1
    assert len(shown.strip().splitlines()) == 1
    assert f"le port {port} est déjà pris" in shown


def test_settings_are_read_with_their_defaults() -> None:
    read = read_settings({"PORT": "9000", "HOMES": ""})

    assert read == LocalSettings(9000, 8001, Path(".local").absolute(), 100)


@pytest.mark.parametrize(
    "environment",
    [
        {"PORT": "abc"},
        {"PORT": "0"},
        {"PORT": "70000"},
        {"PORT": "８０００"},
        {"HOMES": "-1"},
        {"HOMES": "1e3"},
        {"PORT": "8001"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(WrongSetting):
        read_settings(environment)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    shown, _ = process.communicate(timeout=30)
    return process.returncode, shown
