"""A real portal on this machine, and a real Chromium in front of it.

Without Debian's chromium these tests are skipped, and say so; where CI is set they fail instead.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from infra.local.keys import free_port
from tests.appearances import DESKTOP

ROOT = Path(__file__).parents[2]
READY_WITHIN_SECONDS = 60


@dataclass
class RunningPortal:
    """What ``make run`` started, and where."""

    address: str
    panel: str
    state: Path
    process: subprocess.Popen[bytes]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the local panel's JSON side."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.panel + path,
            content,
            {"Content-Type": "application/json"},
            method="POST" if content else "GET",
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def start_portal(state: Path, homes: int = 4) -> RunningPortal:
    """Start the portal as ``make run`` does, on free ports."""
    port, panel_port = free_port(), free_port()
    settings = {
        "PORT": str(port),
        "PANEL_PORT": str(panel_port),
        "STATE_DIR": str(state),
        "HOMES": str(homes),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local"], cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL
    )
    portal = RunningPortal(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{panel_port}", state, process)
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{portal.address}/connexion").close()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the portal did not start"
            time.sleep(0.1)
        else:
            return portal
    raise AssertionError("the portal does not answer")


def stop_portal(portal: RunningPortal) -> None:
    """Stop it as Ctrl-C does."""
    portal.process.send_signal(signal.SIGINT)
    portal.process.wait(30)


@pytest.fixture(scope="module")
def running(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Run a fresh portal for one module of tests."""
    portal = start_portal(tmp_path_factory.mktemp("state"))
    yield portal
    stop_portal(portal)


Visitor = Callable[..., Page]


@pytest.fixture
def visitor(chromium: Browser, running: RunningPortal) -> Iterator[Visitor]:
    """Give somebody's browser: ``visitor(viewport=PHONE, java_script_enabled=False)``."""
    contexts: list[BrowserContext] = []

    def come(**options: Any) -> Page:
        context = chromium.new_context(
            base_url=running.address, locale="fr-FR", **{"viewport": DESKTOP, **options}
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str = "locataire@demo.example", password: str = "Bonjour-2026!") -> None:
    """Sign in as a tenant of the demonstration does."""
    page.goto("/connexion")
    page.get_by_label("Votre identifiant").fill(email)
    page.get_by_label("Votre mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def until(check: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait for something that another process does; give what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")
