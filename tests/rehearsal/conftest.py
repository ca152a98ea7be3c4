"""Fixtures of the rehearsal: one stage for all of it, and the operator's look into its table."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.config import SECRETS
from chalicelib.portal import portal
from chalicelib.storage.table import leave_table
from infra.local.resources import REGION
from tests.conftest import ACCOUNT
from tests.rehearsal.stage import LiveStage
from tests.rehearsal.standing import Stopwatch, standing

HERE = Path(__file__).parent
WATCH = Stopwatch()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything that is here: it takes a stage, and belongs to ``make rehearse`` alone."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.rehearsal)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long the stage took to come up."""
    if WATCH.steps:
        told = ", ".join(f"{step} in {seconds:.1f} s" for step, seconds in WATCH.steps.items())
        terminalreporter.write_line(f"stage: {told}")


@pytest.fixture(scope="session")
def stage() -> Iterator[LiveStage]:
    """Bring the stage up once; its folder goes at the end: functions unpack hundreds of megabytes there."""
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    try:
        with standing(folder, WATCH) as up:
            yield up
    finally:
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def operator(stage: LiveStage, settings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give this process the settings of the web function, and the operator's rights.

    ``portal()`` is then the operator's look into the books, and their hand on what has to be older.
    """
    told = stage.function("api_handler").settings["Environment"]["Variables"]
    access = {
        "AWS_ENDPOINT_URL": stage.cloud.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT.secret_access_key,
    }
    for name, value in (told | access).items():
        monkeypatch.setenv(name, value)
    for name in SECRETS:
        monkeypatch.delenv(name)
    leave_table()
    portal.cache_clear()
    yield
    leave_table()
