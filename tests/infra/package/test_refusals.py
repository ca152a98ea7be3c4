"""L1, K4: what stops the packaging: another file than the locked one, no wheel, a secret, no such stage."""

import json
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from infra.package.__main__ import main
from infra.package.application import package_application, read_settings
from infra.package.build import ROOT
from infra.package.failure import PackagingFailed
from infra.package.leaks import refuse_secrets
from infra.package.wheels import Machine, fetch_wheels, install_wheels

LAMBDA = Machine("x86_64")
INTEL, MAC = "manylinux2014_x86_64", "macosx_11_0_arm64"


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have pip look for wheels in a folder of the test's own, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def publish(index: Path, platform: str, content: str = "answer = 42\n") -> str:
    """Publish a library of one module; give the hash of its wheel."""
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    wheel = index / f"thing-1.0-{tag}-{tag}-{platform}.whl"
    files = {
        "thing.py": content,
        "thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
        "thing-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nTag: {tag}-{tag}-{platform}\n",
        "thing-1.0.dist-info/RECORD": "thing.py,,\n",
    }
    with zipfile.ZipFile(wheel, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return sha256(wheel.read_bytes()).hexdigest()


def lock_of(folder: Path, *hashes: str) -> Path:
    lock = folder / "one.lock"
    lock.write_text("thing==1.0 " + " ".join(f"--hash=sha256:{one}" for one in hashes), encoding="utf-8")
    return lock


def test_a_locked_wheel_is_fetched_and_unpacked(index: Path, tmp_path: Path) -> None:
    lock = lock_of(tmp_path, publish(index, INTEL))

    install_wheels(lock, LAMBDA, fetch_wheels(lock, LAMBDA, tmp_path / "store"), tmp_path / "tree")

    assert (tmp_path / "tree" / "thing.py").read_text(encoding="utf-8") == "answer = 42\n"


def test_a_wheel_that_is_not_the_locked_one_is_refused(index: Path, tmp_path: Path) -> None:
    publish(index, INTEL)

    with pytest.raises(PackagingFailed, match=r"HASHES|hashes"):
        fetch_wheels(lock_of(tmp_path, "0" * 64), LAMBDA, tmp_path / "store")

    assert list((tmp_path / "store").iterdir()) == []


def test_a_kept_wheel_that_was_changed_since_is_refused(index: Path, tmp_path: Path) -> None:
    lock = lock_of(tmp_path, publish(index, INTEL))
    wheels = fetch_wheels(lock, LAMBDA, tmp_path / "store")
    (changed,) = wheels.iterdir()
    for published in index.iterdir():
        published.unlink()
    publish(wheels, INTEL, "answer = 'something else'\n")
    assert list(wheels.iterdir()) == [changed]

    with pytest.raises(PackagingFailed, match=r"HASHES|hashes"):
        install_wheels(lock, LAMBDA, wheels, tmp_path / "tree")


def test_a_library_without_a_hash_is_refused(index: Path, tmp_path: Path) -> None:
    publish(index, INTEL)

    with pytest.raises(PackagingFailed, match="hash"):
        fetch_wheels(lock_of(tmp_path), LAMBDA, tmp_path / "store")


@pytest.mark.parametrize(("published", "architecture"), [(MAC, "x86_64"), (INTEL, "arm64")])
def test_a_library_without_a_wheel_for_lambda_is_refused(
    index: Path, tmp_path: Path, published: str, architecture: str
) -> None:
    lock = lock_of(tmp_path, publish(index, published))

    with pytest.raises(PackagingFailed, match=r"thing==1\.0"):
        fetch_wheels(lock, Machine(architecture), tmp_path / "store")


def test_a_locked_wheel_is_not_fetched_twice(index: Path, tmp_path: Path) -> None:
    lock = lock_of(tmp_path, publish(index, INTEL))
    first = fetch_wheels(lock, LAMBDA, tmp_path / "store")
    for wheel in index.iterdir():
        wheel.unlink()

    assert fetch_wheels(lock, LAMBDA, tmp_path / "store") == first


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(PackagingFailed, match="sparc"):
        Machine("sparc")


@pytest.mark.parametrize(("python", "newest"), [((3, 11), 26), ((3, 13), 34)])
def test_wheels_fit_the_system_that_lambda_has_for_this_python(python: tuple[int, int], newest: int) -> None:
    options = Machine("arm64", python).pip_options()

    assert f"--platform=manylinux_2_{newest}_aarch64" in options
    assert f"--platform=manylinux_2_{newest + 1}_aarch64" not in options


@pytest.mark.parametrize(
    "secret",
    [
        "sk_" + "live_51H8abcdefghijklmnop",
        "rk_" + "test_51H8abcdefghijklmnop",
        "whsec_" + "abcdefghijklmnopqrstuvwx",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ASIA" + "ABCDEFGHIJKLMNOP",
        "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "MIIEpAIBAAKCAQEA" * 4,
    ],
)
def test_a_secret_stops_the_packaging_and_is_not_shown(tmp_path: Path, secret: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "notes.txt").write_text(f"key = '{secret}'", encoding="utf-8")

    with pytest.raises(PackagingFailed, match=r"deep/notes\.txt holds an? ") as stopped:
        refuse_secrets(tmp_path)

    assert secret[8:] not in str(stopped.value)


def test_no_secret_lies_in_the_files_that_are_kept_with_the_code() -> None:
    refuse_secrets(
        *(
            ROOT / folder
            for folder in ("chalicelib", "templates", "static", "landlord", ".chalice", "infra/aws")
        )
    )


def project_with(folder: Path, **settings: object) -> Path:
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def test_a_stage_that_nobody_described_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match=r"STAGE=prdo: .* knows dev, prod"):
        read_settings(project_with(tmp_path, stages={"prod": {}, "dev": {}}), "prdo")


def test_chalices_own_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match="automatic_layer"):
        read_settings(project_with(tmp_path, automatic_layer=True, stages={"dev": {}}), "dev")


def test_what_chalice_cannot_package_is_told(tmp_path: Path) -> None:
    project = project_with(tmp_path, version="2.0", app_name="x", stages={"dev": {}})
    for folder in ("chalicelib", "vendor"):
        (project / folder).mkdir()
    (project / "app.py").write_text("raise RuntimeError('nothing to see')", encoding="utf-8")

    with pytest.raises(PackagingFailed, match="chalice package"):
        package_application(project, "dev", tmp_path, tmp_path / "tree")


def test_a_stage_may_have_a_machine_of_its_own(tmp_path: Path) -> None:
    project = project_with(
        tmp_path, lambda_architecture="arm64", stages={"dev": {}, "old": {"lambda_architecture": "x86_64"}}
    )

    assert [read_settings(project, stage).architecture for stage in ("dev", "old")] == ["arm64", "x86_64"]


@pytest.mark.parametrize(("asked", "status"), [([], 2), ([""], 2), (["nowhere"], 1)])
def test_the_command_says_what_is_wrong(
    asked: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(asked) == status

    assert ("STAGE=dev" if status == 2 else "STAGE=nowhere") in capsys.readouterr().err
