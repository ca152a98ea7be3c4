"""Fixtures for all the tests: a real table, real queues and buckets, no network but this machine's own."""

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import botocore.session
import botocore.useragent
import pytest
from botocore.loaders import create_loader
from playwright.sync_api import Browser, sync_playwright

from chalicelib.config import ROOT
from chalicelib.portal import portal, set_clock, wall_clock
from chalicelib.storage.table import Item, connection, leave_table, use_table
from infra.local.keys import free_port
from infra.local.resources import REGION, Credentials, Resources, create_resources
from tests.local_aws import GO_BACK, REMEMBER

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
# Files and folders that take long, longest first; ``pytest --durations=60`` tells.
LONGEST_FIRST = (
    "domain/test_collection_machine.py",
    "infra/package/test_running_alone.py",
    "browser/",
    "infra/aws/test_waivers.py",
    "infra/local/",
    "infra/",
    "journeys/",
    "storage/",
    "handlers/",
)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
SETTINGS = {
    "PORTAL_STAGE": "local",
    "PORTAL_ADDRESS": "http://127.0.0.1:8000",
    "PORTAL_SESSION_KEY": "a key of the tests, and of nothing else",
    "PORTAL_DATA_KEYS": "a key of the tests that seals what is kept",
    "PORTAL_TABLE": "not-created",
    "PORTAL_FILES_BUCKET": "not-created",
    "PORTAL_UPLOADS_BUCKET": "not-created",
    "PORTAL_SCANNER": "guardduty",
    "PORTAL_PAYMENTS_QUEUE": "not-created",
    "PORTAL_DOCUMENTS_QUEUE": "not-created",
    "PORTAL_ACCESS_QUEUE": "not-created",
    "PORTAL_UPLOADS_QUEUE": "not-created",
    "PORTAL_ALERTS_QUEUE": "not-created",
    "PORTAL_PAPERS_QUEUE": "not-created",
    "PORTAL_MAILS_QUEUE": "not-created",
    "PORTAL_MAIL_RECEIPTS": "espace-locataire-receipts",
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


@pytest.fixture(scope="session", autouse=True)
def botocore_in_haste() -> Iterator[None]:
    """Have botocore do once what it does again and again, and not pause between its tries.

    Each of its sessions would take 100 ms to read the descriptions of AWS anew; each request has its 17 words
    of « user agent » looked at letter by letter, twice.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(create_loader))
        clean = botocore.useragent.sanitize_user_agent_string_component
        patch.setattr(botocore.useragent, "sanitize_user_agent_string_component", lru_cache(1000)(clean))
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left with one of them at the end."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    path = str(item.path.relative_to(ROOT / "tests"))
    found = (rank for rank, prefix in enumerate(LONGEST_FIRST) if path.startswith(prefix))
    return next(found, len(LONGEST_FIRST))


def pytest_collection_finish() -> None:
    """Set aside what was imported: looking for garbage in it stopped the tests for 0.3 s now and then."""
    gc.collect()
    gc.freeze()


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
        [sys.executable, "-m", "tests.local_aws"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,  # its end tells the local AWS that we are gone, however we went
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    _wait_for(f"{address}/_ministack/health", process)
    yield address
    process.kill()
    process.communicate()


@pytest.fixture(scope="session")
def laid_out(aws: str) -> Resources:
    """Create the resources once, in a local AWS that is empty, and have it remember them."""
    ask(f"{aws}/_ministack/reset")
    made = create_resources(aws, ACCOUNT)
    ask(aws + REMEMBER)
    return made


@pytest.fixture
def resources(aws: str, laid_out: Resources, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    """Give the test a table, a bucket and queues that are empty."""
    ask(aws + GO_BACK)
    made = laid_out
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    monkeypatch.setenv("PORTAL_TABLE", made.table)
    monkeypatch.setenv("PORTAL_FILES_BUCKET", made.files_bucket)
    monkeypatch.setenv("PORTAL_UPLOADS_BUCKET", made.uploads_bucket)
    monkeypatch.setenv("PORTAL_PAYMENTS_QUEUE", made.payments_queue)
    monkeypatch.setenv("PORTAL_DOCUMENTS_QUEUE", made.documents_queue)
    monkeypatch.setenv("PORTAL_ACCESS_QUEUE", made.access_queue)
    monkeypatch.setenv("PORTAL_ALERTS_QUEUE", made.alerts_queue)
    monkeypatch.setenv("PORTAL_UPLOADS_QUEUE", made.uploads_queue)
    monkeypatch.setenv("PORTAL_PAPERS_QUEUE", made.papers_queue)
    monkeypatch.setenv("PORTAL_MAILS_QUEUE", made.mails_queue)
    leave_table()
    yield made
    leave_table()


class KeptConnection:
    """The stores' connection to the table, made once; each test finds it without the hooks of another."""

    def __init__(self) -> None:
        self._connection: Any = None

    def use(self, table: str) -> None:
        """Take the connection, as it was when it was made."""
        if self._connection is None:
            use_table(table)
            self._connection = Item._connection
            self._hooks = copy(self._emitter())
        Item._connection, Item.Meta.table_name = self._connection, table
        vars(self._emitter()).update(vars(copy(self._hooks)))

    def _emitter(self) -> Any:
        return connection().client.meta.events._emitter


@pytest.fixture(scope="session")
def kept_connection() -> KeptConnection:
    return KeptConnection()


@pytest.fixture
def table(resources: Resources, kept_connection: KeptConnection) -> Resources:
    """Have the stores use the test's own table."""
    kept_connection.use(resources.table)
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


def ask(address: str) -> None:
    """Have the local AWS do something that AWS itself does not."""
    urllib.request.urlopen(urllib.request.Request(address, method="POST")).close()


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
