"""Which commit a release comes from: what lies about and is packed makes it another one."""

import subprocess
from pathlib import Path

import pytest

from infra.deploy.releases import PACKED, present_commit
from infra.package.build import ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a folder with one commit."""
    (tmp_path / "app.py").write_text("", encoding="utf-8")
    identity = ("-c", "user.name=Jean", "-c", "user.email=jean@littoral-habitat.example")
    for asked in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "Begin")):
        subprocess.run(["git", *asked], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("app.py", True),
        ("chalicelib/domain/new.py", True),
        ("landlord/logo.svg", True),
        ("requirements-documents.lock", True),
        ("notes.txt", False),
    ],
)
def test_what_is_packed_and_not_committed_is_told(tree: Path, name: str, changed: bool) -> None:
    assert len(present_commit(tree)) == 40
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text("x = 1\n", encoding="utf-8")

    assert present_commit(tree).endswith(" (changed)") is changed


def test_without_git_there_is_no_commit(tmp_path: Path) -> None:
    assert present_commit(tmp_path) == ""


def test_what_is_said_to_be_packed_exists() -> None:
    assert [one for one in PACKED if not list(ROOT.glob(one))] == []
