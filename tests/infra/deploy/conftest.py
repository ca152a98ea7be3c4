"""Fixtures of the deployment: an operator at the local cloud, with a small package in the hand."""

import base64
import hashlib
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import Deployed, DeploymentFailed, NotReady, Patience, Place, deploy, roll_back
from infra.deploy.stack import look_at
from infra.local.resources import client
from infra.migrations.migration import Migration
from infra.package.build import ARCHIVE
from tests.conftest import ACCOUNT
from tests.infra.aws.standing import SECRET, STAGE, keep_secret, place_at
from tests.infra.deploy.small import small_package

BUCKET = "espace-locataire-rehearsal-code-000000000000-eu-west-3"
QUICK = Patience(look=0.02, stack=30, answer=0.2)


@dataclass
class Operator:
    """Somebody who deploys to the local cloud, answers what is asked, and reads what is said."""

    endpoint: str
    folder: Path
    answer: bool = True
    asked: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    differently: dict[str, Any] = field(default_factory=dict)
    at: datetime = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)

    @property
    def place(self) -> Place:
        usual = {"ask": self._ask, "say": self.lines.append, "patience": QUICK, "now": lambda: self.at}
        return place_at(self.endpoint, **(usual | self.differently))

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def _ask(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer

    def package(self, version: str, pages: dict[str, str] | None = None, **resources: Any) -> Path:
        return small_package(self.folder, version, pages, **resources)

    def deploys(self, package: Path, migrations: Sequence[Migration] = ()) -> Deployed:
        self.lines.clear()
        self.at += timedelta(minutes=1)
        return deploy(self.place, package, migrations)

    def goes_back(self, release: str = "") -> Deployed:
        self.lines.clear()
        return roll_back(self.place, release)

    def client(self, service: str) -> Any:
        return client(service, self.endpoint, ACCOUNT)

    def sees(self, path: str) -> str:
        """Ask the portal that stands for a page."""
        outputs = look_at(self.place).outputs
        address = f"{self.endpoint}/restapis/{outputs['RestAPIId']}/api/_user_request_{path}"
        with urllib.request.urlopen(address) as answer:
            return str(answer.read().decode())

    def runs(self, package: Path) -> bool:
        """Tell whether the function has the code of a package, without waiting for it to start."""
        code = hashlib.sha256((package / ARCHIVE).read_bytes()).digest()
        return bool(self.function()["CodeSha256"] == base64.b64encode(code).decode())

    def function(self) -> Any:
        """Read how the function is set up."""
        asked = {"StackName": self.place.stage.stack, "LogicalResourceId": "APIHandler"}
        found = self.client("cloudformation").describe_stack_resource(**asked)["StackResourceDetail"]
        return self.client("lambda").get_function_configuration(FunctionName=found["PhysicalResourceId"])

    @contextmanager
    def at_each(self, when: str, call: str, act: Callable[..., Any]) -> Iterator[None]:
        """Have something happen ``before-call`` or ``after-call`` of CloudFormation's."""
        events, name = self.client("cloudformation").meta.events, f"{when}.cloudformation.{call}"
        events.register(name, act)
        try:
            yield
        finally:
            events.unregister(name, act)

    @property
    def parameters(self) -> Mapping[str, str]:
        return look_at(self.place).parameters

    @property
    def secret_name(self) -> str:
        return STAGE.parameters["SecretsName"]

    def renews_the_secret(self) -> str:
        """Give the secret a new version with the same values."""
        secrets = self.client("secretsmanager")
        held = secrets.get_secret_value(SecretId=self.secret_name)["SecretString"]
        return str(secrets.put_secret_value(SecretId=self.secret_name, SecretString=held)["VersionId"])


@dataclass(frozen=True)
class Step:
    """One thing that an operator did, with all that was seen of it: several tests look at one story."""

    deployed: Deployed | None
    refused: str
    asked: int
    said: str
    kept: tuple[str, ...]
    release: str


def step(operator: Operator, act: Any, *arguments: Any) -> Step:
    """Do something, and note what came of it."""
    operator.asked.clear()
    deployed, refused = None, ""
    try:
        deployed = act(*arguments)
    except (NotReady, DeploymentFailed) as reason:
        refused = f"{type(reason).__name__}: {reason}"
    found = operator.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return Step(
        deployed,
        refused,
        len(operator.asked),
        operator.said,
        tuple(one["Key"] for one in found),
        operator.parameters.get("Release", ""),
    )


def new_operator(aws: str, folder: Path) -> Operator:
    """Empty the local cloud, and give somebody who has made the secret."""
    urllib.request.urlopen(urllib.request.Request(f"{aws}/_ministack/reset", method="POST")).close()
    keep_secret(aws, SECRET)
    return Operator(aws, folder)


@pytest.fixture
def stranger(aws: str, tmp_path: Path) -> Operator:
    """Give somebody who has prepared nothing."""
    urllib.request.urlopen(urllib.request.Request(f"{aws}/_ministack/reset", method="POST")).close()
    return Operator(aws, tmp_path)


@pytest.fixture
def operator(aws: str, tmp_path: Path) -> Operator:
    """Give somebody who has made the secret."""
    return new_operator(aws, tmp_path)
