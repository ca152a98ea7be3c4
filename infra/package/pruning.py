"""What libraries carry along and Lambda never opens (« élagage »).

AWS's own library describes every service there is, 15 MB of them; ours calls five.  Licences and each
library's description stay with it.
"""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

# The services that the portal calls; a test compares them with the code.  ``sts`` is how roles are taken on.
SERVICES = {"dynamodb", "s3", "secretsmanager", "sesv2", "sqs", "sts"}
# What the templates print with: upright, slanted, semibold, bold.
FONTS = {
    f"SourceSansPro-{face}.otf" for face in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
}
# Parts of a library that are for others: names of types, a web framework beside ours, a compiler for C.
# ``argon2`` needs of ``cffi`` its one binary file, which lies beside it.
PARTS = ("stripe/params", "aws_lambda_powertools/event_handler", "boto3/examples", "cffi", "pycparser*")
FOLDERS = {"__pycache__", "tests", "test", "bin"}
SUFFIXES = {".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h"}
NAMES = {"py.typed", "examples-1.json", "examples-1.json.gz"}
_KEPT_OF_DIST_INFO = re.compile(r"^METADATA$|licen[cs]e|copying|notice|authors", re.IGNORECASE)


def prune(tree: Path) -> None:
    """Take out of a folder of libraries what does not serve."""
    for path in sorted(_superfluous(tree)):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():  # its folder may have gone before it
            path.unlink()
    if (addresses := tree / "botocore" / "data" / "endpoints.json").is_file():
        _shorten(addresses)


def _superfluous(tree: Path) -> Iterator[Path]:
    for path in tree.rglob("*"):
        if path.is_dir():
            if path.name in FOLDERS:
                yield path
        elif path.suffix in SUFFIXES or path.name in NAMES:
            yield path
    yield from (path for path in tree.glob("botocore/data/*/") if path.name not in SERVICES)
    yield from (path for part in PARTS for path in tree.glob(part))
    yield from (path for path in tree.glob("boto3/data/*/"))
    yield from (path for path in tree.glob("font_source_sans_pro/files/*.[ot]tf") if path.name not in FONTS)
    for path in tree.glob("*.dist-info/**/*"):
        told = path.relative_to(tree).parts[1:]
        if path.is_file() and not any(_KEPT_OF_DIST_INFO.search(part) for part in told):
            yield path


def _shorten(addresses: Path) -> None:
    """Keep the addresses of our services only: all of them are read whenever a container starts."""
    whole = json.loads(addresses.read_bytes())
    prefixes = {_prefix(folder) for folder in addresses.parent.glob("*/")}
    for partition in whole["partitions"]:
        partition["services"] = {
            name: told for name, told in partition["services"].items() if name in prefixes
        }
    addresses.write_text(json.dumps(whole, separators=(",", ":")), encoding="utf-8")


def _prefix(service: Path) -> str:
    """Tell under which name the addresses of a service are: mail's are under ``email``."""
    newest = max(service.glob("*/service-2.json.gz"))
    return str(json.loads(gzip.decompress(newest.read_bytes()))["metadata"]["endpointPrefix"])
