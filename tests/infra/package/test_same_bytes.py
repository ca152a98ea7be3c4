"""The same commit gives the same bytes."""

import json
from pathlib import Path

import pytest

from infra.package.archive import sha256, write_archive
from infra.package.build import MANIFEST, STORE, build
from tests.infra.package.conftest import STAGE


@pytest.mark.long
def test_two_packages_are_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = build(STAGE, tmp_path / "somewhere else" / "again", STORE)

    first, second = ((folder / MANIFEST).read_text(encoding="utf-8") for folder in (package, again))
    assert json.loads(first)["files"] == json.loads(second)["files"]
    assert sorted(path.name for path in tmp_path.glob("somewhere else/*")) == ["again"]


def test_dates_and_modes_of_the_files_do_not_count(tmp_path: Path) -> None:
    for folder, mode in (("one", 0o600), ("two", 0o755)):
        (tmp_path / folder / "inside").mkdir(parents=True)
        for name in ("b", "a") if folder == "one" else ("a", "b"):
            (tmp_path / folder / "inside" / name).write_text(name, encoding="utf-8")
            (tmp_path / folder / "inside" / name).chmod(mode)
        write_archive(tmp_path / folder, tmp_path / f"{folder}.zip", prefix="python/")

    assert sha256(tmp_path / "one.zip") == sha256(tmp_path / "two.zip")
