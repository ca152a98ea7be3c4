"""The package of a stage, from the locks to the fingerprints (« paquet »).

==========================  ====================================================================
``deployment.zip``          the portal and its libraries: the web function and every worker
``documents-layer.zip``     the engine that prints papers and its font: the documents worker alone
``inspection-layer.zip``    what reads PDF and photos: the worker of uploads alone
``template.yaml``           what CloudFormation makes of it all
``sbom.json``               which libraries travel, in which version, under which licence
``manifest.json``           the fingerprint of each of these files
==========================  ====================================================================

The same commit and the same Python give the same bytes.
"""

import json
import shutil
import tempfile
from pathlib import Path

from infra.package.application import package_application, read_settings
from infra.package.archive import sha256, write_archive
from infra.package.compiling import compile_modules, compile_templates
from infra.package.inventory import write_inventory
from infra.package.leaks import refuse_secrets
from infra.package.locks import LOCKS, refuse_gaps, refuse_stale
from infra.package.pruning import prune
from infra.package.wheels import Machine, fetch_wheels, install_wheels

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "build" / "wheels"
ARCHIVE, TEMPLATE, INVENTORY = "deployment.zip", "template.yaml", "sbom.json"
LAYER, INSPECTION_LAYER = "documents-layer.zip", "inspection-layer.zip"
# The archives beside the application's own, each with the lock that it is filled from.
LAYERS = {LAYER: "requirements-documents.lock", INSPECTION_LAYER: "requirements-inspection.lock"}
MANIFEST = "manifest.json"
# Where Lambda unpacks each.
TASK, OPT = "/var/task", "/opt/python"


def build(stage: str, target: Path, store: Path = STORE) -> Path:
    """Make the package of a stage in ``target``, whose earlier content goes.

    ``PackagingFailed`` leaves it alone.
    """
    machine = Machine(read_settings(ROOT, stage).architecture)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="coming-") as made:
        work = Path(made)
        done, portal = work / "done", work / "portal"
        layers = {name: work / name.removesuffix(".zip") for name in LAYERS}
        done.mkdir()
        stores = [_libraries("requirements.lock", machine, portal, store)]
        stores += [_libraries(lock, machine, layers[name], store) for name, lock in LAYERS.items()]
        wheels = [wheel for folder in stores for wheel in folder.glob("*.whl")]
        write_inventory({ARCHIVE: portal} | layers, wheels, done / INVENTORY)
        shutil.move(package_application(ROOT, stage, work, portal), done / TEMPLATE)
        compile_templates(portal)
        compile_modules(portal, TASK)
        for tree in layers.values():
            compile_modules(tree, OPT)
        refuse_secrets(portal, *layers.values(), done)
        write_archive(portal, done / ARCHIVE)
        for name, tree in layers.items():
            write_archive(tree, done / name, prefix="python/")
        _write_manifest(done, stage, machine)
        shutil.rmtree(target, ignore_errors=True)
        done.rename(target)
    return target


def _libraries(lock: str, machine: Machine, tree: Path, store: Path) -> Path:
    refuse_stale(ROOT / LOCKS[lock], ROOT / lock)
    wheels = fetch_wheels(ROOT / lock, machine, store)
    install_wheels(ROOT / lock, machine, wheels, tree)
    refuse_gaps(ROOT / lock, tree, machine.markers)
    prune(tree)
    return wheels


def _write_manifest(folder: Path, stage: str, machine: Machine) -> None:
    files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in folder.iterdir()}
    kept = {
        "stage": stage,
        "runtime": machine.runtime,
        "architecture": machine.architecture,
        "files": dict(sorted(files.items())),
    }
    (folder / MANIFEST).write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
