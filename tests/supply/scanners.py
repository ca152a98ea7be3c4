"""L3: what bandit and detect-secrets say of the whole repository: nothing, but for a list with reasons.

« make check » runs this, not « make test »: it takes ten seconds, and what it says depends on the text alone.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.config import ROOT

BIN = ROOT / ".venv-deploy" / "bin"
CODE = ("app.py", "chalicelib", "infra", "benchmarks", "tests")
KNOWN: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "supply" / "known.yaml").read_text(encoding="utf-8")
)
# So that an empty answer is not taken for a good one.
FEWEST_LINES, FEWEST_FILES = 20_000, 300


@dataclass(frozen=True)
class Finding:
    """What a scanner says of one line; ``text`` is the line."""

    scanner: str
    rule: str
    file: str
    text: str


def run(*command: str, folder: Path) -> dict[str, Any]:
    assert (BIN / command[0]).exists(), "install requirements-deploy.txt in .venv-deploy"
    said = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    report: dict[str, Any] = json.loads(said.stdout)
    return report


def files_of(folder: Path) -> list[str]:
    """Give the files that are, or would be, committed."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    said = subprocess.run(listed, cwd=folder, capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in said if name and (folder / name).is_file()]


def weaknesses(folder: Path, *places: str) -> tuple[int, list[Finding]]:
    """Have bandit read code; give how many lines it read, and what it thinks worse than low."""
    report = run("bandit", "--quiet", "--format=json", "-ll", "--recursive", *places, folder=folder)
    assert report["errors"] == []
    lines = report["metrics"]["_totals"]["loc"]
    return lines, [
        Finding("bandit", one["test_id"], one["filename"].removeprefix("./"), one["code"])
        for one in report["results"]
    ]


def secrets(folder: Path, *files: str) -> Iterator[Finding]:
    """Have detect-secrets read files of any kind."""
    report = run("detect-secrets", "scan", *files, folder=folder)
    for file, finds in report["results"].items():
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        for one in finds:
            yield Finding("detect-secrets", one["type"], file, lines[one["line_number"] - 1])


def is_known(finding: Finding, entry: dict[str, Any], pattern: str) -> bool:
    return (
        (entry["scanner"], entry["rule"]) == (finding.scanner, finding.rule)
        and fnmatch(finding.file, pattern)
        and entry.get("holding", "") in finding.text
    )


@pytest.fixture(scope="session")
def found() -> list[Finding]:
    lines, weak = weaknesses(ROOT, *CODE)
    files = files_of(ROOT)
    assert lines > FEWEST_LINES
    assert len(files) > FEWEST_FILES
    return [*weak, *secrets(ROOT, *files)]


def test_the_scanners_find_nothing_that_is_not_known(found: list[Finding]) -> None:
    assert [
        one
        for one in found
        if not any(is_known(one, entry, pattern) for entry in KNOWN for pattern in entry["files"])
    ] == []


def test_nothing_is_known_in_vain(found: list[Finding]) -> None:
    assert [
        (entry["rule"], pattern)
        for entry in KNOWN
        for pattern in entry["files"]
        if not any(is_known(one, entry, pattern) for one in found)
    ] == []


def test_what_is_known_has_its_reason() -> None:
    assert all(len(entry["reason"]) > 30 for entry in KNOWN)


def test_bandit_sees_what_is_weak(tmp_path: Path) -> None:
    (tmp_path / "weak.py").write_text("import yaml\nyaml.load(open('x'), Loader=yaml.Loader)\n")

    assert [one.rule for one in weaknesses(tmp_path, "weak.py")[1]] == ["B506"]


def test_no_word_in_the_code_hushes_the_scanners() -> None:
    for name in files_of(ROOT):
        if name.endswith((".py", ".json", ".yaml", ".toml", ".md")) and name != "tests/supply/scanners.py":
            text = (ROOT / name).read_text(encoding="utf-8")
            assert "nosec" not in text, name
            assert "allowlist secret" not in text, name


def test_detect_secrets_sees_keys(tmp_path: Path) -> None:
    key = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    (tmp_path / "notes.md").write_text(f"use {key}\n")
    (tmp_path / "id").write_text("-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEpAIBAAKCAQEA\n")

    assert {one.rule for one in secrets(tmp_path, "notes.md", "id")} == {"Stripe Access Key", "Private Key"}
