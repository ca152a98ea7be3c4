"""The stack standing on the local AWS: real template, real policies, the application without libraries.

It goes up as every deployment does, by ``infra.deploy``.
"""

import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.deploy import NEARBY, Place, deploy, needed_keys, read_stage
from infra.local.resources import client
from infra.package.build import ARCHIVE, LAYERS, TEMPLATE
from tests.conftest import ACCOUNT, SETTINGS
from tests.infra.aws.conftest import Packaged

STAGE = read_stage("rehearsal")
SECRET = {name: SETTINGS[name] for name in needed_keys(STAGE.name)}


@dataclass(frozen=True)
class Stack:
    """A stack that stands, and what it tells."""

    endpoint: str
    outputs: Mapping[str, str]
    api: str

    def client(self, service: str) -> Any:
        return client(service, self.endpoint, ACCOUNT)

    def queue(self, output: str) -> str:
        """Give the address of a queue here: CloudFormation tells that of the machine's name."""
        return f"{self.endpoint}/{self.outputs[output].split('/', 3)[3]}"


def stand(endpoint: str, packaged: Packaged) -> Stack:
    """Deploy the stage of the rehearsal for the first time."""
    keep_secret(endpoint, SECRET)
    deployed = deploy(place_at(endpoint), laid_out(packaged))
    return Stack(endpoint, deployed.outputs, deployed.address)


def place_at(endpoint: str, **differently: Any) -> Place:
    """Give the local cloud as a place where nobody hesitates and nobody listens."""
    usual: dict[str, Any] = {
        "stage": STAGE,
        "ask": lambda _: True,
        "say": lambda _: None,
        "endpoint": endpoint,
        "credentials": ACCOUNT,
        "patience": NEARBY,
    }
    return Place(**(usual | differently))


def keep_secret(endpoint: str, told: Mapping[str, str]) -> None:
    """Create the stage's secret."""
    name = STAGE.parameters["SecretsName"]
    client("secretsmanager", endpoint, ACCOUNT).create_secret(Name=name, SecretString=json.dumps(told))


def laid_out(packaged: Packaged) -> Path:
    """Lay the files out as ``infra.package`` does, with layers that have nothing in them."""
    folder = packaged.folder / "laid-out"
    if not folder.exists():
        folder.mkdir()
        shutil.copyfile(packaged.folder / "deployment.zip", folder / ARCHIVE)
        shutil.copyfile(packaged.file, folder / TEMPLATE)
        for name in LAYERS:
            with zipfile.ZipFile(folder / name, "w") as layer:
                layer.writestr("python/nothing.py", "")
    return folder
