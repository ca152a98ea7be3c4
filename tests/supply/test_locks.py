"""L1: what travels is what was locked, whole, and nothing else: a lock that lacks something is refused.

That a wheel is compared with its hash, and refused without, is in ``tests/infra/package/test_refusals.py``.
"""

from pathlib import Path

import pytest

from infra.package.build import ROOT
from infra.package.failure import PackagingFailed
from infra.package.locks import LOCKS, pinned_in, refuse_gaps, refuse_stale
from infra.package.wheels import Machine

LAMBDA = Machine("x86_64", (3, 11))


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_hold_what_the_requirements_ask_for(lock: str) -> None:
    refuse_stale(ROOT / LOCKS[lock], ROOT / lock)

    assert pinned_in(ROOT / LOCKS[lock]).items() <= pinned_in(ROOT / lock).items()
    assert pinned_in(ROOT / LOCKS[lock])


def test_what_is_locked_is_what_is_tested_with() -> None:
    tested = pinned_in(ROOT / "constraints.txt")
    for lock in LOCKS:
        assert pinned_in(ROOT / lock).items() <= tested.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]

    assert len(lines) == len(pinned_in(ROOT / lock)) > 1
    assert [line for line in lines if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(
    "locked", ["other==1.0\n", "thing==1.1 --hash=sha256:0\n", "thing-more==1.0\n", "# thing==1.0\n", ""]
)
def test_a_requirement_that_is_not_locked_is_refused(tmp_path: Path, locked: str) -> None:
    (tmp_path / "asked.txt").write_text("# ours\nThing==1.0   # for its things\n", encoding="utf-8")
    (tmp_path / "one.lock").write_text(locked, encoding="utf-8")

    with pytest.raises(PackagingFailed, match=r"one\.lock has not thing==1\.0 .*\.locks"):
        refuse_stale(tmp_path / "asked.txt", tmp_path / "one.lock")


@pytest.mark.parametrize(
    "line", ["thing[more]==1.0", "thing", "thing>=1.0", "-r other.txt", "thing==1.0; python_version < '3'"]
)
def test_a_line_that_cannot_be_read_is_refused_and_not_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "asked.txt").write_text(f"other==1.0\n{line}  # for its things\n", encoding="utf-8")

    with pytest.raises(PackagingFailed, match=r"asked\.txt: « .* » is no name==version"):
        pinned_in(tmp_path / "asked.txt")


def describe(tree: Path, name: str, version: str, *needed: str) -> None:
    folder = tree / f"{name}-{version}.dist-info"
    folder.mkdir()
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in needed)]
    (folder / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "needed",
    [
        "absent",
        "Other_Thing>=3",
        "other-thing!=2.0",
        "absent; python_version >= '3.10'",
        "absent; sys_platform == 'linux' and platform_machine == 'x86_64'",
    ],
)
def test_a_library_that_lacks_another_is_refused(tmp_path: Path, needed: str) -> None:
    describe(tmp_path, "thing", "1.0", needed)
    describe(tmp_path, "other.thing", "2.0")

    with pytest.raises(PackagingFailed, match=r"one\.lock: thing needs"):
        refuse_gaps(Path("one.lock"), tmp_path, LAMBDA.markers)


@pytest.mark.parametrize(
    "needed",
    [
        "other-thing",
        "Other_Thing<3,>=2",
        "absent; python_version < '3.11'",
        "absent; sys_platform == 'win32'",
        "absent; platform_machine == 'aarch64'",
        "absent; extra == 'more'",
    ],
)
def test_what_is_there_or_not_needed_on_lambda_is_not_missed(tmp_path: Path, needed: str) -> None:
    describe(tmp_path, "thing", "1.0", needed)
    describe(tmp_path, "other.thing", "2.0")

    refuse_gaps(Path("one.lock"), tmp_path, LAMBDA.markers)
