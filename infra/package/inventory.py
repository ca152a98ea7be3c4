"""The bill of materials: each library that travels, its version, licence and fingerprint (« inventaire »).

CycloneDX 1.6, without date or serial number, so that the same package has the same bill.
"""

import json
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from infra.package.archive import sha256
from infra.package.failure import PackagingFailed
from infra.package.licences import refuse_licence

APPLICATION = "espace-locataire"
_SAYS_NOTHING = {"", "UNKNOWN", "Dual License"}


def write_inventory(trees: dict[str, Path], wheels: Iterable[Path], target: Path) -> None:
    """Write the bill of what lies in ``trees`` (name of the archive: its folder of libraries)."""
    marks = {_normal(path.name.partition("-")[0]): sha256(path) for path in wheels}
    components = [one for archive, tree in trees.items() for one in _components(archive, tree, marks)]
    bill = Bom(components=[*components, _chalice(next(iter(trees)))])
    bill.metadata.component = Component(name=APPLICATION, type=ComponentType.APPLICATION, bom_ref=APPLICATION)
    bill.register_dependency(bill.metadata.component, bill.components)
    written = make_outputter(bill, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    kept = json.loads(written)
    del kept["serialNumber"], kept["metadata"]["timestamp"]
    target.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _components(archive: str, tree: Path, marks: dict[str, str]) -> Iterator[Component]:
    for description in sorted(tree.glob("*.dist-info/METADATA")):
        told = HeaderParser().parsestr(description.read_text(encoding="utf-8"))
        component = _component(archive, told)
        component.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=marks[_normal(component.name)]))
        yield component


def _chalice(archive: str) -> Component:
    """Chalice puts its runtime into the package by itself: two files of the one that is installed here."""
    found = HeaderParser().parsestr(distribution("chalice").read_text("METADATA") or "")
    return _component(archive, found)


def _component(archive: str, told: Message) -> Component:
    name, version = _normal(told["Name"]), told["Version"]
    address = PackageURL("pypi", name=name, version=version)
    return Component(
        name=name,
        version=version,
        purl=address,
        bom_ref=address.to_string(),
        licenses=_licences(told),
        properties=[Property(name=f"{APPLICATION}:archive", value=archive)],
    )


def _licences(told: Message) -> list[License]:
    """Read the licences; ``PackagingFailed`` for a library that does not say, or says one not accepted."""
    in_words = [told.get("License-Expression", ""), told.get("License", "")]
    spelled = next((words for words in in_words if words not in _SAYS_NOTHING and "\n" not in words), "")
    classes: list[str] = told.get_all("Classifier", [])
    names = [spelled] if spelled else [one.rpartition(" :: ")[2] for one in classes if "License ::" in one]
    if not names:
        raise PackagingFailed(f"{told['Name']} does not say under which licence it is")
    for name in names:
        refuse_licence(told["Name"], name)
    return [LicenseFactory().make_from_string(name) for name in names]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
