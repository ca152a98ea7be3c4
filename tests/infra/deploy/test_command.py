"""``make deploy`` and its sisters, as they are typed: questions, exit codes, one line for each trouble."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    SSOTokenLoadError,
)

from infra.deploy import Place, Stage
from infra.deploy.__main__ import main
from infra.deploy.explaining import explained
from infra.deploy.place import REGION
from infra.local import resources
from infra.package import application
from tests.infra.aws.standing import SECRET, keep_secret
from tests.infra.deploy.conftest import Operator

NOWHERE = Path("/nonexistent")


@pytest.fixture
def without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(NOWHERE))


def at(operator: Operator) -> Any:
    """Have the command work at the local cloud."""
    return lambda _, ask: replace(operator.place, ask=ask)


@pytest.mark.parametrize("verb", ["deploy", "rollback", "migrate"])
@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("", "which stage?"),
        ("prdo", "STAGE=prdo: infra/aws/stages knows dev, prod, rehearsal"),
        ("rehearsal", "never goes up on AWS"),
        ("prod", "fill in CertificateArn, OperatorEmail"),
    ],
)
def test_a_stage_that_cannot_be_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], verb: str, stage: str, words: str
) -> None:
    assert main([verb, stage]) == 2

    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_without_credentials_it_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], without_credentials: None
) -> None:
    def nobody(stage: Stage, ask: Any) -> Place:
        return Place(stage=stage, ask=ask, say=lambda _: None)

    assert main(["deploy", "rehearsal"], nobody) == 2
    assert capsys.readouterr().err.startswith("no credentials for AWS: sign in first")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "GetCallerIdentity"), 2, "expired: sign in again"),
        (ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "GetCallerIdentity"), 2, "does not know"),
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject"),
            2,
            r"\(PutObject\): no",
        ),
        (
            ClientError({"Error": {"Code": "Throttling", "Message": "slow"}}, "Scan"),
            1,
            "Scan: Throttling: slow",
        ),
        (SSOTokenLoadError(error_msg="gone"), 2, "expired: sign in again"),
        (CredentialRetrievalError(provider="sso", error_msg="gone"), 2, "expired: sign in again"),
        (EndpointConnectionError(endpoint_url="https://sts"), 1, "AWS does not answer"),
    ],
)
def test_what_aws_refuses_is_one_line(error: Any, code: int, words: str) -> None:
    given, line = explained(error)

    assert given == code
    assert re.search(words, line)
    assert "\n" not in line


def test_migrating_says_what_there_is_to_do(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "rehearsal"], at(operator)) == 2
    assert "there is no stack espace-locataire-rehearsal yet" in capsys.readouterr().err

    operator.deploys(operator.package("one"))
    assert main(["migrate", "rehearsal"], at(operator)) == 0
    assert main(["migrate", "rehearsal", "--dry-run"], at(operator)) == 0


def test_the_person_is_asked_in_the_terminal(
    operator: Operator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = operator.package("one")
    operator.deploys(one)
    two = operator.package("two")
    operator.deploys(two)

    monkeypatch.setattr("sys.stdin", io.StringIO("non\n"))
    assert main(["rollback", "rehearsal"], at(operator)) == 1
    said = capsys.readouterr()
    assert "(oui/non)" in said.out
    assert said.err == "nothing was changed\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["rollback", "rehearsal"], at(operator)) == 1
    assert "nobody is here to answer: YES=1" in capsys.readouterr().out
    assert operator.runs(two)

    monkeypatch.setattr("sys.stdin", io.StringIO("oui\n"))
    assert main(["rollback", "rehearsal"], at(operator)) == 0
    assert operator.runs(one)


def test_yes_asks_nobody_and_the_package_is_made_only_when_all_is_ready(
    stranger: Operator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def build(stage: str, _: Path) -> Path:
        made.append(stage)
        return stranger.package("one")

    monkeypatch.setattr("infra.deploy.__main__.build", build)
    assert main(["deploy", "rehearsal", "--yes"], at(stranger)) == 2
    assert (made, "there is no secret" in capsys.readouterr().err) == ([], True)

    keep_secret(stranger.endpoint, SECRET)
    assert main(["deploy", "rehearsal", "--yes"], at(stranger)) == 0
    assert made == ["rehearsal"]
    assert "oui (YES=1)" in capsys.readouterr().out


def test_stopping_by_hand_says_what_goes_on(
    operator: Operator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr("infra.deploy.__main__.build", stopped)

    assert main(["deploy", "rehearsal"], at(operator)) == 130
    assert "the same command goes on from there" in capsys.readouterr().err


def test_the_region_is_that_of_the_package_and_of_the_local_cloud() -> None:
    assert REGION == resources.REGION == application.REGION
