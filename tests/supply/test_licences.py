"""L2: every library that travels says its licence, and it is one that somebody has read and accepted."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from infra.package.build import ROOT
from infra.package.failure import PackagingFailed
from infra.package.inventory import write_inventory
from infra.package.licences import ACCEPTED
from infra.package.locks import LOCKS, pinned_in

TRAVELLING = sorted({name for lock in LOCKS for name in pinned_in(ROOT / lock)})


def bill_of(folder: Path, libraries: dict[str, str]) -> dict[str, list[str]]:
    """Write the bill of libraries, given as name and description; give the licences that it tells."""
    wheels = []
    for name, told in libraries.items():
        (folder / "tree" / f"{name}-1.dist-info").mkdir(parents=True)
        (folder / "tree" / f"{name}-1.dist-info" / "METADATA").write_text(told, encoding="utf-8")
        wheels.append(folder / f"{name.replace('-', '_')}-1-py3-none-any.whl")
        wheels[-1].touch()
    write_inventory({"one.zip": folder / "tree"}, wheels, folder / "bill.json")
    bill: dict[str, Any] = json.loads((folder / "bill.json").read_text(encoding="utf-8"))
    return {
        one["name"]: sorted(
            said.get("expression") or said["license"].get("id") or said["license"]["name"]
            for said in one["licenses"]
        )
        for one in bill["components"]
    }


def test_no_licence_of_what_travels_is_unknown_and_each_accepted_one_is_met(tmp_path: Path) -> None:
    told = {name: distribution(name).read_text("METADATA") or "" for name in TRAVELLING}

    bill = bill_of(tmp_path, told)

    assert bill.keys() == {*TRAVELLING, "chalice"}
    met = {licence for licences in bill.values() for licence in licences}
    assert [name for name, licences in bill.items() if not licences] == []
    assert met <= ACCEPTED.keys()
    assert all(len(reason) > 20 for reason in ACCEPTED.values())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("License-Expression: GPL-3.0-or-later", "GPL-3.0-or-later"),
        ("License-Expression: MIT OR LicenseRef-Mine", "MIT OR LicenseRef-Mine"),
        ("License: Proprietary", "Proprietary"),
        ("Classifier: License :: OSI Approved :: GNU Affero General Public License v3", "Affero"),
        ("License: UNKNOWN", "does not say"),
        ("Summary: nothing of it", "does not say"),
    ],
)
def test_a_licence_that_nobody_accepted_stops_the_packaging(tmp_path: Path, said: str, shown: str) -> None:
    with pytest.raises(PackagingFailed, match=f"thing .*{shown}|thing {shown}"):
        bill_of(tmp_path, {"thing": f"Metadata-Version: 2.1\nName: thing\nVersion: 1\n{said}\n"})
