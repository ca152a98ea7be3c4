"""K4: no secret in what is deployed, and two of the webhook's live side by side while one is replaced."""

import hashlib
import hmac
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import ROOT, SECRETS, read_config
from chalicelib.gateways.stripe_events import BadEvent, StripeEvents
from infra.package.failure import PackagingFailed
from infra.package.leaks import refuse_secrets
from tests.conftest import SETTINGS
from tests.infra.aws.conftest import Packaged

SCANNER = ROOT / ".venv-deploy" / "bin" / "detect-secrets"
NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
# Lines that name a secret without holding one.
KNOWN = (
    '"SecretsName": "espace-locataire/',
    "{{resolve:secretsmanager:${SecretsName}:SecretString:ORIGIN_KEY",
    "role/AmazonAPIGatewayPushToCloudWatchLogs",
    "PASSWORD_CHANGED",
)


def found_in(folder: Path) -> list[tuple[str, str]]:
    """Scan a folder with detect-secrets; give each kind with the line it was found on."""
    assert SCANNER.exists(), "install requirements-deploy.txt in .venv-deploy"
    said = subprocess.run(
        [str(SCANNER), "scan", "--all-files", "."], cwd=folder, capture_output=True, text=True, check=True
    )
    return [
        (
            one["type"],
            (folder / one["filename"]).read_text(encoding="utf-8").splitlines()[one["line_number"] - 1],
        )
        for finds in json.loads(said.stdout)["results"].values()
        for one in finds
    ]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, packaged: Packaged) -> Path:
    """Lay out all that goes to AWS: the template, its parameters, the zip, the settings of Chalice."""
    folder = tmp_path_factory.mktemp("deployed")
    shutil.copyfile(packaged.file, folder / "template.yaml")
    shutil.unpack_archive(packaged.folder / "deployment.zip", folder / "zip")
    shutil.copytree(ROOT / "infra" / "aws" / "stages", folder / "stages")
    shutil.copytree(ROOT / ".chalice", folder / "chalice", ignore=shutil.ignore_patterns("deploy*"))
    return folder


def test_no_secret_is_deployed(deployed: Path) -> None:
    refuse_secrets(deployed)
    found = found_in(deployed)

    assert [one for one in found if not any(known in one[1] for known in KNOWN)] == []
    assert all(any(known in line for _, line in found) for known in KNOWN)


def test_both_scanners_see_a_key_that_is_there(tmp_path: Path) -> None:
    settings = tmp_path / "config.json"
    settings.write_text('{"STRIPE_API_KEY": "' + "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc" + '"}\n')

    with pytest.raises(PackagingFailed):
        refuse_secrets(tmp_path)
    assert "Stripe Access Key" in {kind for kind, _ in found_in(tmp_path)}


def test_no_function_is_told_a_secret(template: dict[str, Any]) -> None:
    told = set(template["Globals"]["Function"]["Environment"]["Variables"])
    for one in template["Resources"].values():
        told |= set(one.get("Properties", {}).get("Environment", {}).get("Variables", {}))

    assert not told & set(SECRETS)
    assert "PORTAL_SECRETS" in told


def test_functions_are_told_every_setting_that_has_no_default(template: dict[str, Any]) -> None:
    """Start from what the template tells, with the secret beside it: the settings are whole."""
    told = template["Globals"]["Function"]["Environment"]["Variables"]
    public = {name: SETTINGS[name] for name in SETTINGS if name in told}
    hidden = json.dumps({name: SETTINGS[name] for name in SECRETS})

    config = read_config(public | {"PORTAL_SECRETS": "here"}, lambda _: hidden)

    assert config.session_key == SETTINGS["PORTAL_SESSION_KEY"]


def signed(secret: str) -> tuple[bytes, str]:
    """Sign an event as the provider does."""
    session = {"object": "checkout.session", "id": "cs_1"}
    body = {"id": "evt_1", "type": "x", "livemode": False, "data": {"object": session}}
    payload, at = json.dumps(body).encode(), int(NOW.timestamp())
    mark = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return payload, f"t={at},v1={mark}"


def test_no_event_is_refused_while_the_webhook_s_secret_is_replaced() -> None:
    """Follow the guide's steps: whoever signs with the old or the new one is heard at each of them."""
    for held, signing in [("old", ["old"]), ("new,old", ["old", "new"]), ("new", ["new"])]:
        hidden = json.dumps({name: SETTINGS[name] for name in SECRETS} | {"STRIPE_WEBHOOK_SECRETS": held})
        public = {name: value for name, value in SETTINGS.items() if name not in SECRETS}
        config = read_config(public | {"PORTAL_SECRETS": "here"}, lambda _, said=hidden: said)  # type: ignore[misc]
        reader = StripeEvents(config.stripe_webhook_secrets, live=False)
        for secret in signing:
            assert reader.read(*signed(secret), NOW).object_id == "cs_1"

    with pytest.raises(BadEvent, match="signature"):
        reader.read(*signed("old"), NOW)
