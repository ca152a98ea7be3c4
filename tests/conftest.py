"""Fixtures for all the tests: a real table, real queues and buckets, no network but this machine's own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from chalicelib.portal import portal, set_clock, wall_clock
from chalicelib.storage.table import leave_table, use_table
from infra.local.keys import free_port
from infra.local.resources import REGION, Credentials, Resources, create_resources

ACCOUNT = Credentials("000000000000", "not-a-secret")
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
SETTINGS = {
    "PORTAL_STAGE": "local",
    "PORTAL_ADDRESS": "http://127.0.0.1:8000",
    "PORTAL_SESSION_KEY": "a key of the tests, and of nothing else",
    "PORTAL_TABLE": "not-created",
    "PORTAL_FILES_BUCKET": "not-created",
    "PORTAL_PAYMENTS_QUEUE": "not-created",
    "PORTAL_DOCUMENTS_QUEUE": "not-created",
    "PORTAL_MAIL_SENDER": "Littoral Habitat <ne-pas-repondre@littoral-habitat.example>",
    "STRIPE_API_KEY": "sk_test_demo",
    "STRIPE_WEBHOOK_SECRETS": "whsec_old,whsec_new",
    "STRIPE_CHECKOUT_ORIGIN": "http://127.0.0.1:8001",
    "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
    "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give every test the same settings, and leave no portal behind."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    yield
    portal.cache_clear()
    set_clock(wall_clock)


@pytest.fixture
def clock() -> Clock:
    """Stop the portal's clock on a Monday morning."""
    stopped = Clock(datetime(2026, 11, 23, 8, 42, tzinfo=UTC))
    set_clock(stopped)
    return stopped


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """Start the local AWS once, with signatures enforced; give its address."""
    port = free_port()
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    _wait_for(f"{address}/_ministack/health", process)
    yield address
    process.terminate()
    process.wait()


@pytest.fixture
def resources(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    """Give the test a table, a bucket and queues that are empty."""
    urllib.request.urlopen(urllib.request.Request(f"{aws}/_ministack/reset", method="POST")).close()
    made = create_resources(aws, ACCOUNT)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    monkeypatch.setenv("PORTAL_TABLE", made.table)
    monkeypatch.setenv("PORTAL_FILES_BUCKET", made.files_bucket)
    monkeypatch.setenv("PORTAL_PAYMENTS_QUEUE", made.payments_queue)
    monkeypatch.setenv("PORTAL_DOCUMENTS_QUEUE", made.documents_queue)
    leave_table()
    yield made
    leave_table()


@pytest.fixture
def table(resources: Resources) -> Resources:
    """Have the stores use the test's own table."""
    use_table(resources.table)
    return resources


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's chromium once; without it the test is skipped, and says so; in CI it fails."""
    if CHROMIUM is None:
        reason = "Debian's chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            if process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the local AWS does not answer")
