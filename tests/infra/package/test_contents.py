"""K5, L2: what is in the archives, and what is not; what the bill says of it."""

import json
import re
import sys
import zipfile
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from chalicelib.templating import environment
from infra.package.archive import sha256
from infra.package.build import (
    ARCHIVE,
    INSPECTION_LAYER,
    INVENTORY,
    LAYER,
    LAYERS,
    MANIFEST,
    ROOT,
    TEMPLATE,
)
from infra.package.leaks import refuse_secrets
from infra.package.pruning import SERVICES, STRIPE_SERVICES
from tests.infra.package.conftest import STAGE

# Every name at the top of the archive that is not a library's.
OURS = {"app.py", "chalicelib", "landlord", "static", "templates", "templates_compiled", "__pycache__"}
LARGEST_BYTES, LARGEST_UNPACKED = 15_000_000, 250_000_000


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


def files_under(folder: str) -> set[str]:
    found = (
        path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {path.relative_to(ROOT).as_posix() for path in found}


@pytest.mark.parametrize("folder", ["chalicelib", "landlord", "static", "templates"])
def test_the_whole_application_travels(package: Path, folder: str) -> None:
    assert files_under(folder) - set(names(package / ARCHIVE)) == set()


def test_nothing_travels_that_is_for_development(package: Path) -> None:
    unwanted = re.compile(
        r"^(python/)?(infra|docs|benchmarks|build|vendor)/|(^|/)(tests?|bin|\.[^/]*)/"
        r"|(^|/)(\.[^/]*|conftest\.py|policy[^/]*|requirements[^/]*|Makefile|config\.json)$"
    )

    found = [name for archive in (ARCHIVE, *LAYERS) for name in names(package / archive)]

    assert [name for name in found if unwanted.search(name) and "dist-info" not in name] == []


def test_beside_the_application_lie_the_locked_libraries_and_nothing_else(package: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.replace("-", "_") for name in re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)}
    top = {name.partition("/")[0] for name in names(package / ARCHIVE)} - OURS
    described = {name.partition("-")[0] for name in top if name.endswith(".dist-info")}

    assert described == locked - {"pycparser"}
    others = {name.partition(".")[0].lower() for name in top if not name.endswith(".dist-info")}
    brought = {"_argon2_cffi_bindings", "_cffi_backend", "argon2", "chalice", "dateutil", "phonenumbers"}
    assert others - locked == brought


def test_only_the_documents_worker_carries_what_prints(package: Path) -> None:
    engine = re.compile(r"typst|font_source")

    assert [name for name in names(package / ARCHIVE) if engine.search(name)] == []
    assert "python/typst/_typst.abi3.so" in names(package / LAYER)
    assert {name.split("/")[1].partition("-")[0] for name in names(package / LAYER)} == {
        "font_source_sans_pro",
        "typst",
    }


def test_only_the_worker_of_uploads_carries_what_reads_files(package: Path) -> None:
    readers = re.compile(r"(^|/)(PIL|pillow|pi_heif|_pi_heif|pypdf)", re.IGNORECASE)

    for archive in (ARCHIVE, LAYER):
        assert [name for name in names(package / archive) if readers.search(name)] == []
    found = {
        name.split("/")[1].partition("-")[0].partition(".")[0] for name in names(package / INSPECTION_LAYER)
    }
    assert found == {"PIL", "_pi_heif", "pi_heif", "pillow", "pypdf"}
    assert not [name for name in names(package / INSPECTION_LAYER) if "x265" in name], "that is under the GPL"


def test_the_archives_fit(package: Path) -> None:
    unpacked = {}
    for archive in (ARCHIVE, *LAYERS):
        with zipfile.ZipFile(package / archive) as packed:
            unpacked[archive] = sum(entry.file_size for entry in packed.infolist())

    assert (package / ARCHIVE).stat().st_size <= LARGEST_BYTES
    for layer in LAYERS:
        assert unpacked[ARCHIVE] + unpacked[layer] <= LARGEST_UNPACKED


def test_every_module_travels_with_its_bytecode(package: Path) -> None:
    found = set(names(package / ARCHIVE))
    tag = sys.implementation.cache_tag
    modules = [Path(name) for name in found if name.endswith(".py")]

    assert [
        module.as_posix()
        for module in modules
        if (module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc").as_posix() not in found
    ] == []


def test_bytecode_is_never_compared_with_its_source(task: Path) -> None:
    flags = {path.read_bytes()[4:8] for path in task.rglob("*.pyc")}

    assert flags == {b"\x01\x00\x00\x00"}


def test_tracebacks_name_the_folder_of_lambda(task: Path) -> None:
    (compiled,) = (task / "__pycache__").glob("app.*.pyc")

    assert b"/var/task/app.py" in compiled.read_bytes()
    assert str(task.parent).encode() not in compiled.read_bytes()


def test_the_services_of_aws_that_the_code_calls_are_all_described(task: Path) -> None:
    call = re.compile(r"\bclient\(\s*\"([a-z0-9-]+)\"")
    code = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("chalicelib/**/*.py"))
    called = {"dynamodb", *call.findall(code)}

    assert {"s3", "sesv2", "sqs"} <= called
    assert called <= SERVICES
    assert {path.name for path in task.glob("botocore/data/*/")} == SERVICES


@pytest.mark.parametrize("library", ["botocore", "boto3"])
def test_the_manual_of_aws_s_library_stays_here_and_its_names_are_there(task: Path, library: str) -> None:
    left = task / library / "docs"
    classes = re.compile(r"^class (\w+)", re.MULTILINE)
    (whole,) = (Path(path) for path in import_module(f"{library}.docs").__path__)
    asked_for = set(classes.findall((whole / "docstring.py").read_text(encoding="utf-8")))

    assert {path.name for path in left.glob("*.py")} == {"__init__.py", "docstring.py", "utils.py"}
    assert [path.name for path in left.glob("*/") if path.name != "__pycache__"] == []
    assert asked_for <= set(classes.findall((left / "docstring.py").read_text(encoding="utf-8")))


def test_entries_have_one_date_and_one_mode_and_are_sorted(package: Path) -> None:
    for archive in (ARCHIVE, *LAYERS):
        with zipfile.ZipFile(package / archive) as packed:
            entries = packed.infolist()

        assert {(entry.date_time, entry.external_attr, entry.create_system) for entry in entries} == {
            ((1980, 1, 1, 0, 0, 0), 0o100644 << 16, 3)
        }
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_the_manifest_tells_the_fingerprint_of_each_file(package: Path) -> None:
    manifest = json.loads((package / MANIFEST).read_text(encoding="utf-8"))

    assert {name: file["sha256"] for name, file in manifest["files"].items()} == {
        name: sha256(package / name) for name in (ARCHIVE, *LAYERS, TEMPLATE, INVENTORY)
    }
    assert manifest["stage"] == STAGE


def test_the_template_points_at_the_archives_beside_it(package: Path) -> None:
    template = (package / TEMPLATE).read_text(encoding="utf-8")

    assert set(re.findall(r"CodeUri: (\S+)", template)) == {f"./{ARCHIVE}"}
    assert sorted(re.findall(r"ContentUri: (\S+)", template)) == sorted(f"./{layer}" for layer in LAYERS)


def test_the_bill_names_every_library_with_its_licence_and_fingerprint(package: Path) -> None:
    bill = json.loads((package / INVENTORY).read_text(encoding="utf-8"))
    components = {one["name"]: one for one in bill["components"]}
    locks = "".join((ROOT / lock).read_text(encoding="utf-8") for lock in ROOT.glob("requirements*.lock"))
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", locks, re.MULTILINE))

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert {name: one["version"] for name, one in components.items()} == {
        **{name: pinned for name, pinned in locked.items() if name != "pycparser"},
        "chalice": version("chalice"),
    }
    assert [name for name, one in components.items() if not one["licenses"]] == []
    marks = {name: one["hashes"][0]["content"] for name, one in components.items() if name != "chalice"}
    assert [name for name, mark in marks.items() if f"sha256:{mark}" not in locks] == []


def test_the_licence_of_each_library_travels_with_it(package: Path) -> None:
    """The font's wheel holds no licence: its name is in the bill."""
    licence = re.compile(r"/([^/]+)\.dist-info/.*(licen[cs]e|copying)", re.IGNORECASE)
    listed = [f"/{name}" for archive in (ARCHIVE, *LAYERS) for name in names(package / archive)]
    libraries = {found for name in listed for found in re.findall(r"/([^/]+)\.dist-info/", name)}

    told = {match[1] for name in listed if (match := licence.search(name))}
    assert {library.partition("-")[0] for library in libraries - told} == {"font_source_sans_pro"}


def test_no_secret_lies_in_what_was_made(task: Path, package: Path) -> None:
    refuse_secrets(task, package / TEMPLATE)


def test_every_template_is_compiled(task: Path) -> None:
    sources = environment().list_templates(extensions=["html", "txt"])

    assert len(list((task / "templates_compiled").glob("tmpl_*.py"))) == len(sources)


def test_the_package_has_no_date_of_today(package: Path) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"

    assert today not in (package / INVENTORY).read_text(encoding="utf-8")


def test_what_stripe_is_asked_for_travels_and_no_other_of_its_services(package: Path) -> None:
    """A service that is not there fails when it is asked for, and not before."""
    asked = re.findall(r"\.v1\.([a-z_.]+)s\b", (ROOT / "chalicelib/gateways/stripe.py").read_text("utf-8"))
    needed = {part.removesuffix("s") for one in asked for part in one.split(".")} | {"oauth", "stripe"}
    found = {
        name.rpartition("/")[2]
        for name in names(package / ARCHIVE)
        if re.fullmatch(r"stripe/(.+/)?_\w+_service\.py", name)
    }

    assert needed == STRIPE_SERVICES
    assert found == {f"_{name}_service.py" for name in STRIPE_SERVICES}
