"""Reaching the portal's table from the command line: a deployed portal's, or that of « make run »."""

import json
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.storage.table import use_table
from infra.local.clock import LocalClock
from infra.local.keys import LocalKeys
from infra.local.resources import FILES_BUCKET, REGION, TABLE, known_resources
from infra.local.settings import read_settings


class NoPortal(Exception):
    """There is no portal to reach; the words are French and meant for the terminal."""


def reach_portal(environment: MutableMapping[str, str]) -> datetime:
    """Choose the table of a deployed portal, or of the one on this machine; give the portal's time."""
    if "PORTAL_TABLE" in environment:
        environment.setdefault("AWS_DEFAULT_REGION", REGION)  # that of every stage
        use_table(environment["PORTAL_TABLE"])
        return datetime.now(UTC)
    state_dir = read_settings(environment).state_dir
    environment.update(_local_access(state_dir))
    use_table(TABLE)
    return LocalClock(state_dir / "clock.json")()


def _local_access(state_dir: Path) -> Mapping[str, str]:
    try:
        keys = LocalKeys(**json.loads((state_dir / "keys.json").read_text("utf-8")))
    except FileNotFoundError as error:
        raise NoPortal(f"rien dans {state_dir}\u202f; lancez d’abord «\u00a0make run\u00a0».") from error
    endpoint = f"http://127.0.0.1:{keys.cloud_port}"
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.credentials.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PORTAL_FILES_BUCKET": FILES_BUCKET,
        "PORTAL_PAPERS_QUEUE": known_resources(endpoint, keys.credentials.access_key_id).papers_queue,
    }
