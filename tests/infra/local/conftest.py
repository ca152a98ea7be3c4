"""The parts of the portal on this machine, started for the tests, each in a directory of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import Cloud
from infra.local.keys import kept_keys
from infra.local.resources import Resources, client, create_resources


class LocalAws:
    """A durable local AWS that a test may stop, kill and start again."""

    def __init__(self, state: Path) -> None:
        keys = kept_keys(state)
        self.mail_dir = state / "mail"
        self.cloud = Cloud(keys.cloud_port, state / "cloud", keys.credentials, self.mail_dir)
        self.start()
        self.resources = self.create()

    def start(self) -> None:
        self.cloud.start()
        self.cloud.wait_until_ready()

    def create(self, visibility_seconds: int = 10) -> Resources:
        return create_resources(
            self.cloud.endpoint, self.cloud.credentials, visibility_seconds=visibility_seconds
        )

    def client(self, service: str) -> Any:
        return client(service, self.cloud.endpoint, self.cloud.credentials)


@pytest.fixture
def local_aws(tmp_path: Path) -> Iterator[LocalAws]:
    """Give a durable local AWS of the test's own."""
    made = LocalAws(tmp_path)
    yield made
    made.cloud.kill()


@pytest.fixture(scope="module")
def shared_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Give a durable local AWS to the tests of a file that leave nothing behind."""
    made = LocalAws(tmp_path_factory.mktemp("cloud"))
    yield made
    made.cloud.stop()
