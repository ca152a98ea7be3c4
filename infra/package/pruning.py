"""What libraries carry along and Lambda never opens (« élagage »).

AWS's own library describes every service there is, 15 MB of them; ours calls five.  Licences and each
library's description stay with it.
"""

import ast
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
# Of Powertools we take batches, which need its classes of events; of Stripe what a card payment meets: each
# kind of object is loaded when one arrives, and none of these products does.  Of ``fido2`` we are the server.
POWERTOOLS = (
    *("auth_alpha", "circuit_breaker", "data_masking", "feature_flags", "idempotency", "kafka", "metadata"),
    *("parameters", "parser", "streaming", "validation"),
)
STRIPE = (
    *("apps", "billing_portal", "climate", "events", "financial_connections", "identity", "issuing"),
    *("params", "tax", "terminal", "test_helpers", "treasury", "v2/money_management"),
)
# What Stripe's client can be asked for is a file for each kind of thing, loaded when it is asked; a test
# compares these with the code.  The client itself stands on the last two.
STRIPE_SERVICES = {
    *("charge", "checkout", "dispute", "payment_intent", "refund", "session"),
    *("oauth", "stripe"),
}
# Time is told in Paris, and ``certifi`` says whom to trust; ``urllib3`` does not run in a browser.
TWICE = ("botocore/cacert.pem", "dateutil/zoneinfo/*.tar.gz", "tzdata/zoneinfo/[!E_U]*")
BROWSERS = ("urllib3/contrib/emscripten",)
# Of phone numbers we read those that have a country; nobody gives « 15 » as theirs.
PHONENUMBERS = ("shortdata/region_*.py",)
FIDO2 = ("attestation", "client", "ctap*", "hid", "mds3.py", "payment.py", "pcsc.py")
PARTS = (
    *(f"aws_lambda_powertools/utilities/{name}" for name in POWERTOOLS),
    *(f"stripe/{name}" for name in STRIPE),
    *(f"fido2/{name}" for name in FIDO2),
    *(f"phonenumbers/{name}" for name in PHONENUMBERS),
    *TWICE,
    *BROWSERS,
    *("aws_lambda_powertools/event_handler", "boto3/examples", "cffi", "pycparser*", "segno/cli.py", "share"),
    *("dateutil/rrule.py", "dateutil/easter.py"),
)
FOLDERS = {"__pycache__", "tests", "test", "bin"}
SUFFIXES = {".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h"}
NAMES = {"py.typed", "examples-1.json", "examples-1.json.gz"}
# What stands in a library for its manual (``_silence``).
_SILENCE = """\
\"\"\"Left out of this package: what help() would say.\"\"\"


class Silence(str):
    def __new__(cls, *_, **__):
        return super().__new__(cls)
"""
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
    for library in ("botocore", "boto3"):
        if (docs := tree / library / "docs").is_dir():
            _silence(docs)


def _superfluous(tree: Path) -> Iterator[Path]:
    for path in tree.rglob("*"):
        if path.is_dir():
            if path.name in FOLDERS:
                yield path
        elif path.suffix in SUFFIXES or path.name in NAMES:
            yield path
    yield from (path for path in tree.glob("botocore/data/*/") if path.name not in SERVICES)
    yield from (path for part in PARTS for path in tree.glob(part))
    services = {f"_{name}_service.py" for name in STRIPE_SERVICES}
    yield from (path for path in tree.glob("stripe/**/_*_service.py") if path.name not in services)
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


def _silence(docs: Path) -> None:
    """Have the manual of AWS's library, which it loads to answer ``help()``, say nothing.

    Its other modules still find the names that they ask for.
    """
    written = ast.parse((docs / "docstring.py").read_text(encoding="utf-8"))
    names = [one.name for one in written.body if isinstance(one, ast.ClassDef)]
    for path in docs.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "utils.py":
            path.unlink()
    (docs / "__init__.py").write_text("", encoding="utf-8")
    classes = [f"\n\nclass {name}(Silence):\n    pass\n" for name in names]
    (docs / "docstring.py").write_text(_SILENCE + "".join(classes), encoding="utf-8")


def _prefix(service: Path) -> str:
    """Tell under which name the addresses of a service are: mail's are under ``email``."""
    newest = max(service.glob("*/service-2.json.gz"))
    return str(json.loads(gzip.decompress(newest.read_bytes()))["metadata"]["endpointPrefix"])
