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
SCANNERS = ROOT / ".venv-deploy" / "bin" / "python"
# Checkov as its own command runs it, but for one thing: the grammar of the paths that it reads is worked out
# once, and not for each of two hundred paths, which takes three quarters of its time.
CHECKOV = """
import sys
from checkov.main import Checkov
from ply import yacc

build, built = yacc.yacc, {}

def once(*, module, **asked):
    kind = type(module), asked["start"]
    if kind not in built:
        built[kind] = build(module=module, **asked)
    return built[kind]

yacc.yacc = once
sys.exit(Checkov().run())
"""
# So that an empty answer is not taken for a good one.
FEWEST_CHECKS = 100


Rules = set[tuple[str, str]]


def failed(*files: Path) -> list[tuple[int, Rules]]:
    """Scan templates; give of each how much passed, and each rule with the resource that breaks it."""
    scan = [str(SCANNERS), "-c", CHECKOV, "--skip-download", "--framework", "cloudformation", "-o", "json"]
    for file in files:
        scan += ["-f", str(file)]
    said = subprocess.run(scan, capture_output=True, text=True, check=False, cwd=files[0].parent)
    report: dict[str, Any] = json.loads(said.stdout)
    assert report["summary"]["parsing_errors"] == 0
    passed, found = (report["results"][name] for name in ("passed_checks", "failed_checks"))
    return [
        (
            len([check for check in passed if check["file_abs_path"] == str(file)]),
            {
                (check["check_id"], check["resource"].rpartition(".")[2])
                for check in found
                if check["file_abs_path"] == str(file)
            },
        )
        for file in files
    ]


@pytest.fixture(scope="session")
def scans(packaged: Packaged, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, Rules]]:
    """Scan the template, and a bucket that is open, at one go: the scanner takes seconds to start."""
    assert SCANNERS.exists(), "install requirements-deploy.txt in .venv-deploy"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    file = tmp_path_factory.mktemp("scanned") / "open.yaml"
    file.write_text(yaml.safe_dump({"Resources": {"Open": bucket}}), encoding="utf-8")
    return failed(packaged.file, file)


def waived() -> Rules:
    return {(waiver["rule"], resource) for waiver in WAIVERS for resource in waiver["resources"]}


def test_the_scanner_finds_nothing_that_is_not_waived(scans: list[tuple[int, Rules]]) -> None:
    passed, found = scans[0]

    assert passed >= FEWEST_CHECKS
    assert found - waived() == set()


def test_no_waiver_is_there_in_vain(scans: list[tuple[int, Rules]]) -> None:
    _, found = scans[0]

    assert waived() - found == set()


def test_a_waiver_names_its_reason_and_says_things_once() -> None:
    pairs = [(waiver["rule"], resource) for waiver in WAIVERS for resource in waiver["resources"]]

    assert len(pairs) == len(set(pairs))
    assert all(len(waiver["reason"]) > 60 for waiver in WAIVERS)
    assert all("*" not in resource for _, resource in pairs)


def test_the_scanner_sees_a_bucket_that_is_open(scans: list[tuple[int, Rules]]) -> None:
    _, found = scans[1]

    assert ("CKV_AWS_20", "Open") in found
