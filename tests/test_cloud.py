"""How long the portal waits for AWS: far less than those who wait for the portal."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib import cloud
from chalicelib.storage.table import connection, leave_table, use_table

SERVICES = ("s3", "sqs", "sesv2", "secretsmanager")


def waits(client: Any) -> tuple[float, float, int]:
    """Read back how long a client waits to connect and for an answer, and how often it tries."""
    config = client.meta.config
    return config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]


@pytest.fixture
def table_client() -> Iterator[Any]:
    use_table("nowhere")
    yield connection().client
    leave_table()


@pytest.mark.parametrize("service", SERVICES)
def test_no_client_waits_for_long(service: str) -> None:
    assert waits(cloud.client(service)) == (1, 3, 3)


def test_the_table_s_client_does_not_wait_for_long(table_client: Any) -> None:
    connect, read, tries = waits(table_client)

    assert (connect, read) == (1, 3)
    assert tries <= 3


def test_a_service_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect to something that takes requests and never answers."""
    monkeypatch.setattr(cloud, "READ_SECONDS", 0.2)
    silent = socket.create_server(("127.0.0.1", 0))
    heard: list[socket.socket] = []
    threading.Thread(target=lambda: heard.extend(silent.accept()[0] for _ in range(3)), daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
    began = time.monotonic()

    with pytest.raises(ReadTimeoutError):
        cloud.client("secretsmanager").get_secret_value(SecretId="any")

    assert len(heard) == cloud.TRIES
    assert time.monotonic() - began < 10
    for one in (*heard, silent):
        one.close()
