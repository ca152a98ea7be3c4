"""What a scanner says of the template: nothing, but for a written list that holds nothing in vain."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.config import ROOT
from tests.infra.aws.conftest import Packaged

WAIVERS = yaml.safe_load((ROOT / "infra" / "aws" / "waivers.yaml").read_text(encoding="utf-8"))
CHECKOV = ROOT / ".venv-deploy" / "bin" / "checkov"
# So that an empty answer is not taken for a good one.
FEWEST_CHECKS = 100


def failed(file: Path) -> tuple[int, set[tuple[str, str]]]:
    """Scan a template; give how much passed, and each rule with the resource that does not follow it."""
    scan = [str(CHECKOV), "--skip-download", "--framework", "cloudformation", "-o", "json", "-f", str(file)]
    said = subprocess.run(scan, capture_output=True, text=True, check=False, cwd=file.parent)
    report: dict[str, Any] = json.loads(said.stdout)
    assert report["summary"]["parsing_errors"] == 0
    checks = report["results"]["failed_checks"]
    return report["summary"]["passed"], {
        (check["check_id"], check["resource"].rpartition(".")[2]) for check in checks
    }


@pytest.fixture(scope="session")
def scanned(packaged: Packaged) -> tuple[int, set[tuple[str, str]]]:
    assert CHECKOV.exists(), "install requirements-deploy.txt in .venv-deploy"
    return failed(packaged.file)


def waived() -> set[tuple[str, str]]:
    return {(waiver["rule"], resource) for waiver in WAIVERS for resource in waiver["resources"]}


def test_the_scanner_finds_nothing_that_is_not_waived(scanned: tuple[int, set[tuple[str, str]]]) -> None:
    passed, found = scanned

    assert passed >= FEWEST_CHECKS
    assert found - waived() == set()


def test_no_waiver_is_there_in_vain(scanned: tuple[int, set[tuple[str, str]]]) -> None:
    _, found = scanned

    assert waived() - found == set()


def test_a_waiver_names_its_reason_and_says_things_once() -> None:
    pairs = [(waiver["rule"], resource) for waiver in WAIVERS for resource in waiver["resources"]]

    assert len(pairs) == len(set(pairs))
    assert all(len(waiver["reason"]) > 60 for waiver in WAIVERS)
    assert all("*" not in resource for _, resource in pairs)


def test_the_scanner_sees_a_bucket_that_is_open(tmp_path: Path) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    file = tmp_path / "open.yaml"
    file.write_text(yaml.safe_dump({"Resources": {"Open": bucket}}), encoding="utf-8")

    _, found = failed(file)

    assert ("CKV_AWS_20", "Open") in found
